//! `DELETE /api/v1/connections/{connection}/delegations/{person}`: a connection may not write as somebody any more. If
//! nothing else uses their grant, its tokens are forgotten.

use std::sync::Arc;

use axum::extract::State;
use bowline_core::commit::Change;
use http::StatusCode;

use crate::api::v1::{connections, grants};
use crate::app::App;
use crate::caller::Caller;
use crate::extract::Names;
use crate::problem::Problem;

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Names(name, person): Names,
) -> Result<StatusCode, Problem> {
    let connection = connections::named(&app, &caller, &name).await?;
    let (tenant, delegations) = (caller.tenant, &app.ports.delegations);
    let found = delegations.delegate(tenant, connection.id, &person).await?;
    let grant = found.ok_or_else(|| Problem::not_found("delegation"))?.grant;
    let others = delegations.delegations_on(tenant, grant.id).await?;
    let alone = others.iter().all(|other| other.connection == connection.id && other.person == person);
    let serves = grants::served(&app, &caller, grant.id).await?;
    let mut changes = vec![Change::DropDelegation { connection: connection.id, person }];
    if alone && serves.is_empty() {
        changes.extend(grants::revoked(&app, grant));
    }
    app.write(tenant, changes).await?;
    Ok(StatusCode::NO_CONTENT)
}
