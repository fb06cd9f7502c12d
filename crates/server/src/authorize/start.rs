//! `GET|POST /authorize/{connection}`: says what is wanted, then sends the browser to the provider.

use std::sync::Arc;

use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse, Response};
use bowline_auth::intake;
use bowline_auth::life::Begin;
use bowline_core::ConnectionId;
use bowline_core::commit::DirectoryKind;
use bowline_core::connection::{Connection, SignIn};
use bowline_core::grant::Provider;
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
    let Some(connection) = wanted(&app, &id, &headers, &ask).await? else { return Ok(closed(&app)) };
    let (provider, before) = about(&app, &connection).await?;
    let page = Page::Start {
        connection: connection.name,
        place: connection.browse_url,
        provider,
        invitation: ask.invitation.unwrap_or_default(),
        again: before,
    };
    Ok(answer(&app, StatusCode::OK, &page))
}

pub(super) async fn go(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Form(ask): Form<Ask>,
) -> Result<Response, Problem> {
    let Some(connection) = wanted(&app, &id, &headers, &ask).await? else { return Ok(closed(&app)) };
    let token = browser::draw(app.ports.entropy.as_ref());
    let begin = Begin {
        connection: &connection,
        browser: browser::hash_of(&token),
        redirect_uri: &redirect_uri(&app),
        anybody: ask.anybody.is_some(),
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

/// The connection, if whoever asks may sign in for it: by its invitation, or by a session of the live page.
async fn wanted(app: &App, id: &str, headers: &HeaderMap, ask: &Ask) -> Result<Option<Connection>, Problem> {
    let Ok(id) = id.parse::<ConnectionId>() else { return Ok(None) };
    let now = app.ports.clock.now();
    if let Some(invitation) = ask.invitation.as_deref().filter(|text| !text.is_empty()) {
        let hash = intake::hook_hash(id, invitation);
        let entry = app.ports.registry.directory(DirectoryKind::Invitation, &hash).await?;
        let entry = entry.filter(|entry| entry.until.is_none_or(|until| until > now));
        let Some(entry) = entry.filter(|entry| entry.id == id.to_string()) else { return Ok(None) };
        return Ok(app.ports.registry.connection(entry.tenant, id).await?);
    }
    if !app.sessions.knows(headers, now) {
        return Ok(None);
    }
    for tenant in app.ports.registry.tenants().await? {
        if let Some(connection) = app.ports.registry.connection(tenant.id, id).await? {
            return Ok(Some(connection));
        }
    }
    Ok(None)
}

/// Who is asked, and who signed in last.
async fn about(app: &App, connection: &Connection) -> Result<(&'static str, Option<String>), Problem> {
    let SignIn::Grant { grant } = connection.sign_in else {
        return Err(Problem::conflict("The connection signs in with a stored secret."));
    };
    let grant =
        app.ports.grants.grant(connection.tenant, grant).await?.ok_or_else(|| Problem::not_found("grant"))?;
    let client = app.ports.grants.oauth_client(connection.tenant, grant.client).await?;
    let client = client.ok_or_else(|| Problem::not_found("OAuth client"))?;
    let title = match client.provider {
        Provider::AtlassianCloud | Provider::AtlassianService => "Atlassian",
        Provider::JiraOauth2 | Provider::JiraService | Provider::JiraOauth1 => "Jira",
        Provider::Gateway => "the gateway",
    };
    Ok((title, grant.subject.map(|subject| subject.name)))
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
