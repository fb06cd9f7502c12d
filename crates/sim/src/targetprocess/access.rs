//! Signing in to Targetprocess: a token in the URL, or Basic with login and password.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode};

use crate::frame::answer::Answer;
use crate::frame::call::{Person, Query};
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::site::Site;

/// Who calls; wrong credentials of any kind are 401.
pub(super) fn admit(site: &Site, headers: &HeaderMap, query: &Query) -> Result<Option<Person>, Answer> {
    let refused = || Answer::from(Refusal::new(StatusCode::UNAUTHORIZED, "Authentication failed."));
    if let Some(token) = query.get("access_token").or_else(|| query.get("token")) {
        let name = token.strip_prefix("token-").unwrap_or_default();
        return site.catalog.person(|account| *account.login == *name).map(Some).ok_or_else(refused);
    }
    let Some(value) = headers.get(AUTHORIZATION) else { return Ok(None) };
    let basic = value.to_str().ok().and_then(|text| text.strip_prefix("Basic "));
    let decoded = basic.and_then(|text| String::from_utf8(STANDARD.decode(text.trim()).ok()?).ok());
    let person = decoded.as_deref().and_then(|text| text.split_once(':')).and_then(|(user, password)| {
        site.catalog.person(|account| *account.login == *user && *account.login == *password)
    });
    person.map(Some).ok_or_else(refused)
}
