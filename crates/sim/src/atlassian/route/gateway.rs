//! `api.atlassian.com/ex/jira/{cloudId}/rest/…`: checks who calls and by which scopes, and has the site answer.
//!
//! An app's access token, or e-mail and scoped API token. Tokens without scopes are for the site itself (CLOUD-12617).

use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{StatusCode, Uri};
use tower::ServiceExt;

use super::{bearer, scope_missing, told, unauthorized};
use crate::atlassian::scope;
use crate::atlassian::site::Door;
use crate::atlassian::world::Identity;
use crate::frame::answer::Answer;
use crate::frame::call::Pass;
use crate::frame::cut::Cut;
use crate::frame::world::House;
use crate::jira::access::{decoded, token};

const PREFIX: &str = "/ex/jira/";

pub(crate) fn router(house: &Arc<House<Identity>>) -> Router {
    let house = house.clone();
    Router::new().route(
        "/ex/jira/{cloud}/{*rest}",
        any(move |request: Request| {
            let house = house.clone();
            async move { pass(&house, request).await }
        }),
    )
}

async fn pass(house: &House<Identity>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let admitted = house.read(|identity| admit(identity, &head));
    let (door, pass, uri) = match admitted {
        Ok(admitted) => admitted,
        Err(refused) => return refused.into_response(),
    };
    if let Some(app) = &pass.app {
        door.know(app);
    }
    // What was found on the way here (faults, path parameters) is not the site's.
    let mut inner = Request::new(body);
    *inner.method_mut() = head.method;
    *inner.uri_mut() = uri;
    *inner.headers_mut() = head.headers;
    if let Some(cut) = head.extensions.get::<ConnectInfo<Cut>>() {
        inner.extensions_mut().insert(cut.clone());
    }
    inner.extensions_mut().insert(pass);
    match door.router.oneshot(inner).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// The site, who comes there, and the address there.
fn admit(identity: &Identity, head: &Parts) -> Result<(Door, Pass, Uri), Answer> {
    let path = head.uri.path().strip_prefix(PREFIX).unwrap_or_default();
    let at = path.find('/').unwrap_or(path.len());
    let (cloud, path) = path.split_at(at);
    let site = identity.doors.iter().position(|door| door.cloud_id == cloud);
    let missing = || told(StatusCode::NOT_FOUND, "Not Found");
    let site = site.and_then(|site| u16::try_from(site).ok());
    let basic = head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.split_once(' '));
    let basic = basic.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"));
    let (pass, scopes) = match basic {
        Some((_, credential)) => {
            let door = site.and_then(|site| identity.doors.get(usize::from(site))).ok_or_else(missing)?;
            let (who, scopes) = by_token(door, credential).ok_or_else(unauthorized)?;
            if !site.is_some_and(|site| identity.may_enter(who, site)) {
                return Err(unauthorized());
            }
            (Pass { who, app: None }, scopes)
        }
        None => {
            let bearer = bearer(identity, &head.headers)?;
            let site = site.ok_or_else(missing)?;
            if !bearer.sites.contains(&site) {
                return Err(told(StatusCode::FORBIDDEN, "The app is not installed on this instance"));
            }
            (Pass { who: bearer.who, app: Some(bearer.app.to_owned()) }, bearer.scopes.to_vec())
        }
    };
    if !scope::allow(&scopes, head.method.as_str(), path) {
        return Err(scope_missing());
    }
    let query = head.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let uri = format!("{path}{query}").parse().map_err(|_| missing())?;
    let door = site.and_then(|site| identity.doors.get(usize::from(site))).ok_or_else(missing)?;
    Ok((door.clone(), pass, uri))
}

/// Whose scoped token this is, and what it may be used for.
fn by_token(door: &Door, credential: &str) -> Option<(crate::frame::call::Person, Vec<String>)> {
    let (email, secret) = decoded(credential.trim())?;
    door.house.read(|site| token::scoped(site, &email, &secret))
}
