//! Signing in to Jira, and the headers Jira puts on every answer.
//!
//! Cloud: Basic with e-mail and API token. Data Center: Basic with name and password, Bearer with a personal access
//! token. Wrong credentials are 401 at once; none at all make an anonymous caller, who sees nothing.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, HeaderName, WWW_AUTHENTICATE};
use http::{HeaderMap, StatusCode};
use serde_json::json;

use crate::frame::answer::Answer;
use crate::frame::call::Person;
use crate::jira::site::Site;

const LOGIN_REASON: HeaderName = HeaderName::from_static("x-seraph-loginreason");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-arequestid");
const USER_NAME: HeaderName = HeaderName::from_static("x-ausername");
const ACCOUNT_ID: HeaderName = HeaderName::from_static("x-aaccountid");

/// What Data Center's login filter sends in place of JSON.
const REFUSED_PAGE: &str = "<html><head><title>Unauthorized (401)</title></head><body><h1>Unauthorized (401)</h1>\
    <p>Basic Authentication Failure - Reason : AUTHENTICATED_FAILED</p></body></html>";

/// Who calls.
pub(super) fn admit(site: &Site, headers: &HeaderMap) -> Result<Option<Person>, Answer> {
    let Some(value) = headers.get(AUTHORIZATION) else { return Ok(None) };
    let (scheme, credential) =
        value.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(|| refused(site))?;
    let person = match scheme.to_ascii_lowercase().as_str() {
        "basic" => basic(site, credential.trim()),
        "bearer" if !site.is_cloud() => bearer(site, credential.trim()),
        _ => None,
    };
    let person = person.filter(|person| !site.catalog.account(*person).inactive);
    person.map(Some).ok_or_else(|| refused(site))
}

fn basic(site: &Site, credential: &str) -> Option<Person> {
    let decoded = String::from_utf8(STANDARD.decode(credential).ok()?).ok()?;
    let (user, secret) = decoded.split_once(':')?;
    site.catalog.person(|account| {
        if site.is_cloud() {
            account.email.eq_ignore_ascii_case(user) && secret.strip_prefix("token-") == Some(&account.name)
        } else {
            account.name.eq_ignore_ascii_case(user) && account.password() == secret
        }
    })
}

fn bearer(site: &Site, token: &str) -> Option<Person> {
    let name = token.strip_prefix("pat-")?;
    site.catalog.person(|account| *account.name == *name)
}

fn refused(site: &Site) -> Answer {
    let status = StatusCode::UNAUTHORIZED;
    let answer = if site.is_cloud() {
        let message = "Client must be authenticated to access this resource.";
        Answer::json(status, &json!({"message": message, "status-code": 401}))
    } else {
        Answer::html(status, REFUSED_PAGE)
    };
    answer
        .header(LOGIN_REASON, "AUTHENTICATED_FAILED")
        .header(WWW_AUTHENTICATE, &format!("OAuth realm=\"{}\"", site.base))
}

/// Adds the headers of every answer.
pub(super) fn dress(site: &Site, caller: Option<Person>, answer: &mut Answer) {
    let (requests, _) = site.frame.recorder.totals();
    let mut dressed = std::mem::replace(answer, Answer::empty(StatusCode::OK))
        .header(REQUEST_ID, &format!("sim{requests}"));
    if let Some(account) = caller.map(|person| site.catalog.account(person)) {
        dressed = if site.is_cloud() {
            dressed.header(ACCOUNT_ID, &account.account_id)
        } else {
            dressed.header(LOGIN_REASON, "OK").header(USER_NAME, &account.name)
        };
    } else if !site.is_cloud() {
        dressed = dressed.header(USER_NAME, "anonymous");
    }
    *answer = dressed;
}
