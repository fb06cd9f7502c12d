//! `GET|POST /authorize/{connection}`: says what is wanted, then sends the browser to the provider.

use std::sync::Arc;

use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse, Response};
use bowline_auth::intake;
use bowline_auth::life::Begin;
use bowline_core::commit::DirectoryKind;
use bowline_core::connection::{Connection, SignIn};
use bowline_core::grant::Provider;
use bowline_core::port::DirectoryEntry;
use bowline_core::{ConnectionId, OauthClientId};
use http::header::{LOCATION, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Deserialize;

use super::page::{self, Page, answer};
use super::{browser, redirect_uri};
use crate::app::App;
use crate::extract::Query;
use crate::problem::Problem;

#[derive(Deserialize)]
pub(super) struct Ask {
    invitation: Option<String>,
    /// Ticked: another person than before may sign in.
    anybody: Option<String>,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Query(ask): Query<Ask>,
) -> Result<Response, Problem> {
    let Some(wanted) = wanted(&app, &id, &headers, &ask).await? else { return Ok(closed(&app)) };
    let (provider, before) = about(&app, &wanted).await?;
    let Wanted { connection, person } = wanted;
    let page = Page::Start {
        connection: connection.name,
        place: connection.browse_url,
        provider,
        invitation: ask.invitation.unwrap_or_default(),
        again: before,
        acting: person.is_some(),
    };
    Ok(answer(&app, StatusCode::OK, &page))
}

pub(super) async fn go(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Form(ask): Form<Ask>,
) -> Result<Response, Problem> {
    let Some(wanted) = wanted(&app, &id, &headers, &ask).await? else { return Ok(closed(&app)) };
    let token = browser::draw(app.ports.entropy.as_ref());
    let begin = Begin {
        connection: &wanted.connection,
        browser: browser::hash_of(&token),
        redirect_uri: &redirect_uri(&app),
        anybody: ask.anybody.is_some(),
        person: wanted.person,
    };
    match app.ports.life.begin(begin).await {
        Ok(url) => {
            let mut response = StatusCode::SEE_OTHER.into_response();
            let cookie = browser::cookie(&token, app.options.is_https());
            for (name, value) in [(LOCATION, url), (SET_COOKIE, cookie)] {
                let value = HeaderValue::from_str(&value).map_err(|_| Problem::defect())?;
                response.headers_mut().insert(name, value);
            }
            Ok(response)
        }
        Err(error) => {
            let (status, page) = page::failed(&error);
            Ok(answer(&app, status, &page))
        }
    }
}

/// What whoever asks may sign in for.
struct Wanted {
    connection: Connection,
    /// The registration to consent to, if the connection is to write as them and not to be served by them.
    person: Option<OauthClientId>,
}

/// What it is, if they may: by an invitation, or by a session of the live page.
async fn wanted(app: &App, id: &str, headers: &HeaderMap, ask: &Ask) -> Result<Option<Wanted>, Problem> {
    let Ok(id) = id.parse::<ConnectionId>() else { return Ok(None) };
    let registry = &app.ports.registry;
    if let Some(invitation) = ask.invitation.as_deref().filter(|text| !text.is_empty()) {
        let hash = intake::hook_hash(id, invitation);
        if let Some(entry) = invited(app, DirectoryKind::Invitation, &hash).await? {
            let found = registry.connection(entry.tenant, id).await?;
            let found = found.filter(|_| entry.id == id.to_string());
            return Ok(found.map(|connection| Wanted { connection, person: None }));
        }
        let Some(entry) = invited(app, DirectoryKind::Delegation, &hash).await? else { return Ok(None) };
        let Ok(client) = entry.id.parse::<OauthClientId>() else { return Ok(None) };
        let found = registry.connection(entry.tenant, id).await?;
        return Ok(found.map(|connection| Wanted { connection, person: Some(client) }));
    }
    if !app.sessions.knows(headers, app.ports.clock.now()) {
        return Ok(None);
    }
    for tenant in registry.tenants().await? {
        if let Some(connection) = registry.connection(tenant.id, id).await? {
            return Ok(Some(Wanted { connection, person: None }));
        }
    }
    Ok(None)
}

/// An invitation that still counts.
async fn invited(app: &App, kind: DirectoryKind, hash: &[u8; 32]) -> Result<Option<DirectoryEntry>, Problem> {
    let (entry, now) = (app.ports.registry.directory(kind, hash).await?, app.ports.clock.now());
    Ok(entry.filter(|entry| entry.until.is_none_or(|until| until > now)))
}

/// Who is asked, and who signed in last.
async fn about(app: &App, wanted: &Wanted) -> Result<(&'static str, Option<String>), Problem> {
    let (tenant, grants) = (wanted.connection.tenant, &app.ports.grants);
    let (client, before) = match (wanted.person, &wanted.connection.sign_in) {
        (Some(client), _) => (client, None),
        (None, SignIn::Grant { grant }) => {
            let grant = grants.grant(tenant, *grant).await?.ok_or_else(|| Problem::not_found("grant"))?;
            (grant.client, grant.subject)
        }
        (None, _) => return Err(Problem::conflict("The connection signs in with a stored secret.")),
    };
    let client = grants.oauth_client(tenant, client).await?;
    let client = client.ok_or_else(|| Problem::not_found("OAuth client"))?;
    let title = match client.provider {
        Provider::AtlassianCloud | Provider::AtlassianService | Provider::Forge => "Atlassian",
        Provider::JiraOauth2 | Provider::JiraService | Provider::JiraOauth1 => "Jira",
        Provider::Gateway => "the gateway",
    };
    Ok((title, before.map(|subject| subject.name)))
}

fn closed(app: &App) -> Response {
    let page = Page::Failed {
        title: "This link does not work".to_owned(),
        why: "It is wrong, has ended, or the connection is gone.".to_owned(),
        next:
            "Ask whoever sent it for a new one. They make it with: bowline connection authorize NAME --invite"
                .to_owned(),
    };
    answer(app, StatusCode::NOT_FOUND, &page)
}
