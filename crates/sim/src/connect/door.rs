//! Apps' calls to the site: `Authorization: JWT` of an app itself, and tokens of users that it was given.
//!
//! An app's token names its key as `iss`, hashes this request as the host reads it (the raw path), and lives 180 seconds at
//! most ("Understanding JWT"). What it may do is what its descriptor's scopes say. Words of refusals are our own, but for the
//! one about scopes, which is that of the published code of a host.

use http::StatusCode;
use http::header::{AUTHORIZATION, HOST, LOCATION};
use serde_json::json;

use super::jwt::Token;
use super::{Product, qsh, scope, token};
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::jira::site::Site;

/// How long a token may live, in seconds.
const LONGEST: i64 = 180;
/// How far clocks may differ, in seconds.
const LEEWAY: i64 = 30;

/// An app that calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) product: Product,
    pub(crate) key: String,
    /// The app itself, or whom it acts for.
    pub(crate) who: Person,
    /// Whether it calls as itself.
    pub(crate) itself: bool,
}

/// Why an app is not let in.
fn refused(why: &str) -> Answer {
    let body = json!({"message": format!("JWT: {why}"), "status-code": 401});
    Answer::json(StatusCode::UNAUTHORIZED, &body)
}

fn forbidden(why: &str) -> Answer {
    Answer::json(StatusCode::FORBIDDEN, &json!({"message": why, "status-code": 403}))
}

/// The token of an app, wherever it stands; `None` if there is none.
fn carried<'a>(call: &'a Call<'_>) -> Result<Option<&'a str>, Answer> {
    let header = scheme(call, "jwt");
    match (header, call.query.get("jwt")) {
        (Some(_), Some(_)) => Err(refused("there are two tokens")),
        (header, query) => Ok(header.or(query)),
    }
}

fn scheme<'a>(call: &'a Call<'_>, wanted: &str) -> Option<&'a str> {
    let (scheme, rest) = call.headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case(wanted).then(|| rest.trim())
}

/// The app that makes a call; `None` if no app does.
pub(crate) fn caller(site: &Site, call: &Call<'_>) -> Result<Option<Caller>, Answer> {
    if !site.is_cloud() {
        return Ok(None);
    }
    let (product, path) = Product::of(call.path);
    if let Some(text) = carried(call)? {
        let (caller, scopes) = itself(site, call, (product, path), text)?;
        if call.method == "GET" && !call.body.is_empty() {
            // Jira changelog, CHANGE-2328.
            return Err(forbidden("a GET of an app has no body"));
        }
        return within(caller, scopes, call, path).map(Some);
    }
    let Some(found) = scheme(call, "bearer").and_then(|text| token::find(site, text)) else {
        return Ok(None);
    };
    if found.product != product {
        return Err(refused("the token is for the other product"));
    }
    let caller = Caller { product, key: found.app.clone(), who: found.who, itself: false };
    within(caller, &found.scopes, call, path).map(Some)
}

fn within(caller: Caller, scopes: &[String], call: &Call<'_>, path: &str) -> Result<Caller, Answer> {
    if scope::allow(scopes, caller.product, call.method, path) {
        return Ok(caller);
    }
    Err(forbidden("Request not in an authorized API scope"))
}

fn itself<'a>(
    site: &'a Site,
    call: &Call<'_>,
    (product, path): (Product, &str),
    text: &str,
) -> Result<(Caller, &'a [String]), Answer> {
    let token = Token::read(text).ok_or_else(|| refused("the token cannot be read"))?;
    let app = site.connect.of(product).app(token.text("iss")).filter(|app| app.is_live());
    let app = app.filter(|app| token.is_of(&app.secret)).ok_or_else(|| refused("nobody known signed it"))?;
    let now = site.frame.clock.now().div_euclid(1_000);
    let times = token.number("iat").zip(token.number("exp"));
    let (issued, expires) = times.ok_or_else(|| refused("it has no iat or no exp"))?;
    if expires + LEEWAY <= now || issued - LEEWAY > now {
        return Err(refused("it is over, or not begun"));
    }
    if expires - issued > LONGEST {
        return Err(refused("it lives longer than 180 seconds"));
    }
    if token.text("qsh") != qsh::received(call.method, path, call.raw_query) {
        return Err(refused("its query string hash is not that of this request"));
    }
    let caller = Caller { product, key: app.descriptor.key.clone(), who: app.person, itself: true };
    Ok((caller, &app.descriptor.scopes))
}

/// Where a call to an address that the site had before is sent: 302 to the present one.
pub(crate) fn moved(site: &Site, call: &Call<'_>) -> Result<(), Answer> {
    let host = call.headers.get(HOST).and_then(|host| host.to_str().ok());
    match host {
        Some(host) if call.pass.is_none() && site.connect.former.iter().any(|former| former == host) => {
            let query = if call.raw_query.is_empty() { "" } else { "?" };
            let to = format!("{}{}{query}{}", site.base, call.path, call.raw_query);
            Err(Answer::empty(StatusCode::FOUND).header(LOCATION, &to))
        }
        _ => Ok(()),
    }
}
