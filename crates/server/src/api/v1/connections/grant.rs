//! A connection's new grant.

use bowline_core::GrantId;
use bowline_core::commit::Change;
use bowline_core::connection::ToolKind;
use bowline_core::grant::{OauthClient, Provider};
use bowline_core::work::{Entity, Lane, Touch};

use crate::app::App;
use crate::caller::Caller;
use crate::problem::Problem;

/// Whether tokens of a provider are good for calls to a tool.
pub(in crate::api::v1) const fn fits(tool: ToolKind, provider: Provider) -> bool {
    match tool {
        ToolKind::JiraCloud => matches!(provider, Provider::AtlassianCloud | Provider::AtlassianService),
        ToolKind::JiraDc => {
            matches!(provider, Provider::JiraOauth2 | Provider::JiraService | Provider::JiraOauth1)
        }
        ToolKind::Targetprocess => false,
    }
}

/// A grant of the caller's tenant by which a connection may sign in. One that somebody gave to be acted for, and for
/// nothing else, is none: a connection that signed in by it would read and write everything as them.
pub(super) async fn to_serve(app: &App, caller: &Caller, id: GrantId) -> Result<(), Problem> {
    let grant =
        app.ports.grants.grant(caller.tenant, id).await?.ok_or_else(|| Problem::not_found("grant"))?;
    if grant.personal {
        return Err(Problem::conflict(
            "Whoever gave this grant lets a connection write comments as them, and consented to nothing else. Ask them to \
             sign in for the connection itself.",
        ));
    }
    Ok(())
}

/// A grant of a registration: waiting for a person, or for its first token, which is got at once.
pub(super) fn begun(app: &App, client: &OauthClient) -> (GrantId, Vec<Change>) {
    let grant = app.ports.life.pending(client);
    let id = grant.id;
    let entity = Entity::Grant(id);
    let due_at = grant.created_at;
    let mut changes = vec![Change::PutGrant(Box::new(grant))];
    if !client.provider.asks_a_person() {
        changes.push(Change::Touch(Touch { entity, lane: Lane::Renewal, due_at }));
    }
    (id, changes)
}
