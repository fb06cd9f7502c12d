//! What a simulated Atlassian serves: `auth.atlassian.com` and `api.atlassian.com` on one address.

pub(crate) mod account;
pub(crate) mod authorize;
pub(crate) mod gateway;
pub(crate) mod key;
pub(crate) mod resource;
pub(crate) mod token;

use axum::routing::MethodFilter as Method;
use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode};
use serde_json::json;

use crate::atlassian::token::Kind;
use crate::atlassian::world::Identity;
use crate::connect::assertion;
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::world::{Act, Route};

/// All but the gateway.
pub(crate) fn table() -> Vec<Route<Identity>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/authorize", Read(authorize::ask as fn(&Identity, &Call<'_>) -> _)),
        (Method::POST, "/authorize", Write(authorize::decide)),
        (Method::POST, "/oauth/token", Write(token::token)),
        (Method::GET, "/oauth/token/accessible-resources", Read(resource::sites)),
        (Method::GET, "/me", Read(resource::me)),
        (Method::POST, "/app/report-accounts", Read(account::report)),
        (Method::POST, "/app/report-accounts/", Read(account::report)),
        (Method::POST, "/oauth2/token", Write(assertion::exchange)),
        (Method::GET, "/all.js", Read(key::all_js)),
        (Method::GET, "/.well-known/jwks.json", Read(key::forge)),
        (Method::GET, "/{key}", Read(key::pem)),
    ]
}

/// An error as the gateway words it.
pub(crate) fn told(status: StatusCode, message: &str) -> Answer {
    Answer::json(status, &json!({"code": status.as_u16(), "message": message}))
}

pub(crate) fn unauthorized() -> Answer {
    told(StatusCode::UNAUTHORIZED, "Unauthorized")
}

/// What many have met as the gateway's answer to a token without the scope.
pub(crate) fn scope_missing() -> Answer {
    told(StatusCode::UNAUTHORIZED, "Unauthorized; scope does not match")
}

/// Who calls by an access token, and what it is good for.
pub(crate) struct Bearer<'a> {
    pub(crate) who: Person,
    /// The app's id.
    pub(crate) app: &'a str,
    pub(crate) scopes: &'a [String],
    /// The sites it reaches.
    pub(crate) sites: Vec<u16>,
}

/// The access token of a request.
pub(crate) fn bearer<'a>(identity: &'a Identity, headers: &HeaderMap) -> Result<Bearer<'a>, Answer> {
    let token = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.split_once(' '));
    let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let (_, token) = token.ok_or_else(unauthorized)?;
    find(identity, token.trim()).ok_or_else(unauthorized)
}

fn find<'a>(identity: &'a Identity, token: &str) -> Option<Bearer<'a>> {
    let (stub, now, rules) = (identity.seal.read(token)?, identity.now(), identity.rules);
    let of = usize::try_from(stub.of).ok()?;
    let found = match stub.kind {
        Kind::Refresh => return None,
        Kind::Access => {
            let family = identity.families.get(of)?;
            if !family.admits(stub.generation, stub.at, now, rules) {
                return None;
            }
            let grant = identity.grants.get(usize::try_from(family.grant).ok()?)?;
            let app = identity.apps.get(usize::from(grant.app))?;
            let sites = identity.reached(grant).collect();
            Bearer { who: grant.who, app: &app.id, scopes: &grant.scopes, sites }
        }
        // The app's own account is the site's, which nobody signs in with.
        Kind::System => return identity.forge.bearer(stub, now),
        Kind::Service => {
            let app = identity.apps.get(of)?;
            let who = app.service.filter(|_| now - stub.at < rules.access)?;
            let all = (0..u16::try_from(identity.doors.len()).unwrap_or(u16::MAX)).collect::<Vec<_>>();
            let sites = all.into_iter().filter(|site| identity.may_enter(who, *site)).collect();
            Bearer { who, app: &app.id, scopes: &app.scopes, sites }
        }
    };
    identity.account(found.who).filter(|account| account.active).map(|_| found)
}
