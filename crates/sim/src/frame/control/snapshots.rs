//! `/_sim/snapshots`: everything as it is, kept under names, and come back to.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;

use super::{Here, Outcome, body, clock, wrong};
use crate::frame::answer::Answer;
use crate::frame::snapshot::Unfit;
use crate::frame::world::{House, World};

pub(super) fn router<W: World>() -> Router<Arc<House<W>>> {
    Router::new()
        .route("/_sim/snapshots", get(list::<W>).post(make::<W>).delete(delete_all::<W>))
        .route("/_sim/snapshots/{name}", get(show::<W>).post(make_named::<W>).delete(delete::<W>))
        .route("/_sim/snapshots/{name}/restore", post(restore::<W>))
}

/// What a snapshot is called.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    name: String,
}

fn unfit(why: Unfit) -> Answer {
    wrong(StatusCode::BAD_REQUEST, why)
}

fn missing(name: &str) -> Answer {
    wrong(StatusCode::NOT_FOUND, format_args!("there is no snapshot '{name}'"))
}

async fn list<W: World>(State(house): Here<W>) -> Answer {
    Answer::ok(&json!({"snapshots": house.snapshots.list()}))
}

async fn make<W: World>(State(house): Here<W>, bytes: Bytes) -> Outcome {
    let Named { name } = body(&bytes)?;
    house.keep(&name).map(|about| Answer::ok(&about)).map_err(unfit)
}

async fn make_named<W: World>(State(house): Here<W>, Path(name): Path<String>) -> Outcome {
    house.keep(&name).map(|about| Answer::ok(&about)).map_err(unfit)
}

async fn show<W: World>(State(house): Here<W>, Path(name): Path<String>) -> Outcome {
    house.snapshots.get(&name).map(|kept| Answer::ok(kept.about())).ok_or_else(|| missing(&name))
}

async fn delete_all<W: World>(State(house): Here<W>) -> Outcome {
    let deleted = house.snapshots.delete(None).map_err(unfit)?;
    Ok(Answer::ok(&json!({"deleted": deleted})))
}

async fn delete<W: World>(State(house): Here<W>, Path(name): Path<String>) -> Outcome {
    match house.snapshots.delete(Some(&name)).map_err(unfit)? {
        0 => Err(missing(&name)),
        deleted => Ok(Answer::ok(&json!({"deleted": deleted}))),
    }
}

async fn restore<W: World>(State(house): Here<W>, Path(name): Path<String>) -> Outcome {
    let kept = house.snapshots.get(&name).ok_or_else(|| missing(&name))?;
    let discarded = house.restore(&kept);
    Ok(Answer::ok(&json!({"name": name, "clock": clock::show(&house.frame.clock), "discarded": discarded})))
}
