//! `DELETE /api/v1/grants/{grant}`: forgets the tokens. What the provider still remembers is the person's to take back
//! there; other applications of theirs are not touched.

use std::sync::Arc;

use axum::extract::State;
use bowline_core::EventId;
use bowline_core::commit::Change;
use bowline_core::delegation::Delegation;
use bowline_core::grant::{Grant, GrantEvent, GrantEventKind, GrantState};
use bowline_core::work::Entity;
use http::StatusCode;

use super::{named, served};
use crate::app::App;
use crate::caller::Caller;
use crate::extract::Name;
use crate::problem::Problem;

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Name(id): Name,
) -> Result<StatusCode, Problem> {
    let grant = named(&app, &caller, &id).await?;
    let serves = served(&app, &caller, grant.id).await?;
    if !serves.is_empty() {
        let detail = format!("It serves {}. Delete or move those connections first.", serves.join(", "));
        return Err(Problem::conflict(detail));
    }
    let on = app.ports.delegations.delegations_on(caller.tenant, grant.id).await?;
    let drop = |Delegation { connection, person, .. }| Change::DropDelegation { connection, person };
    let mut changes: Vec<Change> = on.into_iter().map(drop).collect();
    changes.extend(revoked(&app, grant));
    app.write(caller.tenant, changes).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A grant whose tokens are forgotten.
pub(in crate::api::v1) fn revoked(app: &App, mut grant: Grant) -> Vec<Change> {
    let at = app.ports.clock.now();
    let secret = grant.secret.take();
    grant.state = GrantState::Revoked;
    grant.since = at;
    let event = GrantEvent {
        tenant: grant.tenant,
        id: EventId::new(at, app.ports.entropy.as_ref()),
        grant: grant.id,
        kind: GrantEventKind::Revoked,
        state: grant.state,
        code: None,
        words: None,
        at,
    };
    let mut changes: Vec<Change> = secret.map(Change::DropSecret).into_iter().collect();
    changes.push(Change::Settle { entity: Entity::Grant(grant.id), except: Vec::new() });
    changes.push(Change::PutGrant(Box::new(grant)));
    changes.push(Change::NoteGrant(Box::new(event)));
    changes
}
