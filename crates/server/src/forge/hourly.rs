//! `POST /forge/hourly`: the scheduled call that brings a fresh token. There is no other way to one.

use axum::extract::State;
use http::{HeaderMap, StatusCode};

use super::Held;
use crate::problem::Problem;

pub(super) async fn take(State(held): State<Held>, headers: HeaderMap) -> Result<StatusCode, Problem> {
    held.taken("/forge/hourly", &headers).await?;
    Ok(StatusCode::NO_CONTENT)
}
