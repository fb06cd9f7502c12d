//! `POST /api/v1/grants/{grant}/renew`: gets new tokens now, whatever their age. The answer comes before they do.

use std::sync::Arc;

use axum::extract::State;
use bowline_core::commit::Change;
use bowline_core::port::StoreError;
use bowline_core::work::{Entity, Lane, Touch};
use http::StatusCode;

use super::named;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::Name;
use crate::problem::Problem;

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Name(id): Name,
) -> Result<StatusCode, Problem> {
    let mut grant = named(&app, &caller, &id).await?;
    if !grant.state.serves() {
        return Err(Problem::conflict(
            "Only a person's consent can renew it: `bowline connection authorize`.",
        ));
    }
    let client = app.ports.grants.oauth_client(caller.tenant, grant.client).await?;
    if client.is_some_and(|client| client.provider.is_pushed()) {
        return Err(Problem::conflict(
            "Forge sends its tokens by itself, once an hour; none can be asked for.",
        ));
    }
    if grant.attempt.is_some() {
        return Err(Problem::conflict(
            "It is being renewed already; the next look at it tells how that went.",
        ));
    }
    let now = app.ports.clock.now();
    // The tokens that there are stay good until there are new ones.
    grant.retry_at = Some(now);
    let touch = Touch { entity: Entity::Grant(grant.id), lane: Lane::Caller, due_at: now };
    let changes = vec![Change::PutGrant(Box::new(grant)), Change::Touch(touch)];
    match app.write(caller.tenant, changes).await {
        // It is being renewed at this moment.
        Ok(()) | Err(StoreError::Conflict(_)) => {}
        Err(error) => return Err(error.into()),
    }
    app.ports.bell.ring(Lane::Caller).await;
    Ok(StatusCode::ACCEPTED)
}
