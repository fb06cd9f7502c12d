//! `POST /api/v1/findings/{finding}/retry`: looks again at everything a finding hits. It stays open until those
//! looks find it gone.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bowline_core::work::{Entity, Lane};
use futures_util::{TryStreamExt, stream};
use http::StatusCode;
use serde::Serialize;

use super::get_finding;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::Name;
use crate::problem::Problem;

/// So many commits are on their way at once; the store puts them into few transactions.
const AT_ONCE: usize = 64;

/// How much will be looked at again.
#[derive(Serialize)]
pub(super) struct Retried {
    entities: usize,
}

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Name(name): Name,
) -> Result<(StatusCode, Json<Retried>), Problem> {
    let (finding, mut entities) = get_finding(&app, &caller, &name).await?;
    if entities.is_empty() {
        // It is about the connection as a whole.
        entities.extend(finding.cause.connection.map(Entity::Sweep));
    }
    let count = entities.len();
    let engine = &app.ports.engine;
    let looks = entities.into_iter().map(|entity| Ok(engine.look_again(caller.tenant, entity)));
    stream::iter(looks).try_buffer_unordered(AT_ONCE).try_for_each(|()| std::future::ready(Ok(()))).await?;
    app.ports.bell.ring(Lane::Interactive).await;
    Ok((StatusCode::ACCEPTED, Json(Retried { entities: count })))
}
