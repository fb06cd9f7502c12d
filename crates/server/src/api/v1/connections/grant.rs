//! A connection's new grant, and what becomes of the one before.

use bowline_core::GrantId;
use bowline_core::commit::Change;
use bowline_core::connection::{Connection, SignIn, ToolKind};
use bowline_core::grant::{OauthClient, Provider};
use bowline_core::layers::Gateway;
use bowline_core::page::PageAsk;
use bowline_core::work::{Entity, Lane, Touch};

use crate::api::v1::oauth_clients;
use crate::app::App;
use crate::caller::Caller;
use crate::problem::Problem;

/// Whether tokens of a provider are good for calls to a tool.
pub(in crate::api::v1) const fn fits(tool: ToolKind, provider: Provider) -> bool {
    match tool {
        // Cloud takes OAuth 1.0a of application links at the site itself (developer.atlassian.com/cloud/jira/platform/
        // jira-rest-api-oauth-authentication, "deprecated").
        ToolKind::JiraCloud => {
            matches!(provider, Provider::AtlassianCloud | Provider::AtlassianService | Provider::JiraOauth1)
        }
        ToolKind::JiraDc => {
            matches!(provider, Provider::JiraOauth2 | Provider::JiraService | Provider::JiraOauth1)
        }
        ToolKind::Targetprocess => false,
    }
}

/// The same of a registration that is named, for calls to a tool.
pub(super) async fn begun_of(
    app: &App,
    caller: &Caller,
    tool: ToolKind,
    client: &str,
) -> Result<(GrantId, Vec<Change>), Problem> {
    let client = oauth_clients::named(app, caller, client).await?;
    if !fits(tool, client.provider) {
        let detail = format!("A provider `{}` gives no tokens for `{tool}`.", client.provider);
        return Err(Problem::bad_request(detail));
    }
    Ok(begun(app, &client))
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

/// The grants that a connection calls with.
fn of(connection: &Connection) -> impl Iterator<Item = GrantId> {
    let own = match connection.sign_in {
        SignIn::Grant { grant } => Some(grant),
        _ => None,
    };
    own.into_iter().chain(connection.gateway.as_ref().and_then(Gateway::grant))
}

/// Whether the tokens of grants that there are would be shown to somebody for whom only this connection's authorities vouch:
/// they were got where others did. Another connection that calls with the grant may vouch for them.
pub(super) async fn vouched(
    app: &App,
    before: Option<&Connection>,
    after: &Connection,
) -> Result<(), Problem> {
    let trusted = &after.transport.authorities;
    let same = before.filter(|before| trusted.is_none() || before.transport.authorities == *trusted);
    for id in of(after).filter(|id| !same.is_some_and(|before| before.calls_with(*id))) {
        // One that is made with the change has no tokens yet.
        let stored = app.ports.grants.grant(after.tenant, id).await?.is_some();
        if trusted.is_none() || !stored {
            continue;
        }
        let all = app.ports.registry.connections(after.tenant).await?;
        if !all.iter().any(|other| other.calls_with(id) && other.transport.authorities == *trusted) {
            return Err(Problem::bad_request(
                "The grant's tokens were got where other `authorities` count, and are shown to nobody for whom only these \
                 vouch. Give `oauth_client` for a new grant.",
            ));
        }
    }
    Ok(())
}

/// What goes with people's consents that a connection writes as them, once others vouch for where it leads: their tokens
/// were got where the present authorities count, and they are asked anew. Their grants stay.
pub(super) async fn asked_anew(
    app: &App,
    before: &Connection,
    after: &Connection,
) -> Result<Vec<Change>, Problem> {
    let (trusted, connection) = (&after.transport.authorities, before.id);
    let (mut changes, mut ask) = (Vec::new(), PageAsk { after: None, limit: 1_000 });
    if trusted.is_none() || before.transport.authorities == *trusted {
        return Ok(changes);
    }
    loop {
        let page = app.ports.delegations.delegates(before.tenant, connection, &ask).await?;
        let people = page.items.into_iter().map(|delegate| delegate.delegation.person);
        changes.extend(people.map(|person| Change::DropDelegation { connection, person }));
        ask.after = page.next;
        if ask.after.is_none() {
            // And those who consent in this moment.
            changes.push(Change::DropDelegations { connection });
            return Ok(changes);
        }
    }
}

/// What goes with a connection's grants that it calls with no more, now that it is as in `after`, or gone. What a person
/// has consented to stays, as they may be asked for it again; what we can get ourselves goes if nobody else calls with it.
pub(super) async fn left(
    app: &App,
    before: &Connection,
    after: Option<&Connection>,
) -> Result<Vec<Change>, Problem> {
    let mut changes = Vec::new();
    for id in of(before).filter(|id| !after.is_some_and(|after| after.calls_with(*id))) {
        let all = app.ports.registry.connections(before.tenant).await?;
        if all.iter().any(|other| other.id != before.id && other.calls_with(id)) {
            continue;
        }
        if app.ports.delegations.delegations_on(before.tenant, id).await?.is_empty() {
            // Nobody needs it: what is wrong with it is nobody's trouble any more.
            changes.push(Change::Settle { entity: Entity::Grant(id), except: Vec::new() });
        }
        let grant = app.ports.grants.grant(before.tenant, id).await?;
        let Some(grant) = grant.filter(|grant| grant.subject.is_none()) else { continue };
        changes.extend(grant.secret.map(Change::DropSecret));
        changes.push(Change::DropGrant(id));
    }
    Ok(changes)
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
