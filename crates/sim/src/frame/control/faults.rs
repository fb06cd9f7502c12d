//! `/_sim/faults`: rules are added, listed, replaced and removed.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{MethodRouter, delete, get};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;

use super::{Here, Outcome, body, wrong};
use crate::frame::answer::Answer;
use crate::frame::faults::rule::Rule;
use crate::frame::world::{House, World};

pub(super) fn router<W: World>() -> Router<Arc<House<W>>> {
    Router::new().route("/_sim/faults", faults::<W>()).route("/_sim/faults/{id}", delete(unfault::<W>))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    faults: Vec<Rule>,
}

fn faults<W: World>() -> MethodRouter<Arc<House<W>>> {
    let list = |house: &House<W>| Answer::ok(&json!({"faults": house.frame.faults.list()}));
    get(move |State(house): Here<W>| async move { list(&house) })
        .put(move |State(house): Here<W>, bytes: Bytes| async move {
            let rules: Rules = body(&bytes)?;
            house.frame.faults.put(rules.faults, true);
            house.frame.delivery.release();
            Outcome::Ok(list(&house))
        })
        .post(move |State(house): Here<W>, bytes: Bytes| async move {
            house.frame.faults.put(vec![body(&bytes)?], false);
            Outcome::Ok(list(&house))
        })
        .delete(move |State(house): Here<W>| async move {
            house.frame.faults.remove(None);
            house.frame.delivery.release();
            list(&house)
        })
}

async fn unfault<W: World>(State(house): Here<W>, Path(id): Path<u32>) -> Outcome {
    if house.frame.faults.remove(Some(id)) {
        house.frame.delivery.release();
        Ok(Answer::ok(&json!({"faults": house.frame.faults.list()})))
    } else {
        Err(wrong(StatusCode::NOT_FOUND, format_args!("there is no fault {id}")))
    }
}
