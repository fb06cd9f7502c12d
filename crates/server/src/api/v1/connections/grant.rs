//! A connection's new grant.

use bowline_core::GrantId;
use bowline_core::commit::Change;
use bowline_core::connection::ToolKind;
use bowline_core::grant::{OauthClient, Provider};
use bowline_core::work::{Entity, Lane, Touch};

use crate::app::App;

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
