//! `GET /`: the page, or the door in front of it.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bowline_core::tenant::Tenant;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};

use super::render::html;
use super::session;
use super::view::{self, Links, View};
use crate::app::App;
use crate::extract::Query;
use crate::options::LivePage;
use crate::problem::Problem;

/// Everything from here, nothing inline, framed by nobody.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

#[derive(Deserialize)]
pub(crate) struct Ask {
    setup: Option<String>,
    tenant: Option<String>,
}

#[derive(Serialize)]
struct Page<'a> {
    instance: &'a str,
    version: &'a str,
    tenant: Option<&'a str>,
    /// The names of all tenants, if there are several to choose from.
    tenants: Vec<&'a str>,
    view: Option<View>,
}

/// What stands in front of the page.
#[derive(Serialize)]
struct Door<'a> {
    instance: &'a str,
    state: &'static str,
}

pub(crate) async fn show(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Query(ask): Query<Ask>,
) -> Result<Response, Problem> {
    if let Some(token) = ask.setup {
        return Ok(sign_in(&app, &token));
    }
    if !may_look(&app, &headers) {
        return Ok(door(&app, "closed", StatusCode::UNAUTHORIZED));
    }
    let tenants = app.ports.registry.tenants().await?;
    let tenant = view::choose(&app, &tenants, ask.tenant.as_deref());
    if tenant.is_none() && ask.tenant.is_some() {
        return Ok(door(&app, "no_tenant", StatusCode::NOT_FOUND));
    }
    let view = match tenant {
        Some(tenant) => Some(view::read(&app, tenant.id, &mut Links::default()).await?),
        None => None,
    };
    let names = tenants.iter().map(|tenant| tenant.name.as_str());
    let page = Page {
        instance: &app.options.instance,
        version: &app.options.version,
        tenant: tenant.map(|tenant: &Tenant| tenant.name.as_str()),
        tenants: if tenants.len() > 1 { names.collect() } else { Vec::new() },
        view,
    };
    Ok(answer(StatusCode::OK, html("page", page)))
}

/// Whether whoever asks may see the page and its stream.
pub(super) fn may_look(app: &App, headers: &HeaderMap) -> bool {
    match app.options.live_page {
        LivePage::Open => true,
        LivePage::SignedIn => app.sessions.knows(headers, app.ports.clock.now()),
    }
}

/// Answers with a page that goes on to `/` by itself. A redirect would still count as coming from where the link
/// was clicked, and the cookie is not sent along from elsewhere.
fn sign_in(app: &App, token: &str) -> Response {
    let (now, entropy) = (app.ports.clock.now(), app.ports.entropy.as_ref());
    let Some(session) = app.sessions.redeem(token, now, entropy) else {
        return door(app, "used", StatusCode::UNAUTHORIZED);
    };
    let mut response = door(app, "open", StatusCode::OK);
    if let Ok(cookie) = HeaderValue::try_from(session::cookie(&session, app.options.is_https())) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

fn door(app: &App, state: &'static str, status: StatusCode) -> Response {
    answer(status, html("door", Door { instance: &app.options.instance, state }))
}

fn answer(status: StatusCode, html: Option<String>) -> Response {
    let Some(html) = html else { return Problem::defect().into_response() };
    let headers = [(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_SECURITY_POLICY, POLICY)];
    (status, headers, html).into_response()
}
