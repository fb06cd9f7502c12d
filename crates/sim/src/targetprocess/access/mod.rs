//! Signing in to Targetprocess: a personal access token or a service token in the URL, Basic, or the cookie of a session
//! (developer hub, "Authentication"). Requesters, and users who are inactive or deleted, have no access; everything wrong is 401.

pub(crate) mod login;
pub(crate) mod session;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode};

use crate::frame::answer::Answer;
use crate::frame::call::{Person, Query};
use crate::targetprocess::account::Account;
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::site::Site;

/// Who calls. Without credentials of any kind it is nobody.
pub(super) fn admit(site: &Site, headers: &HeaderMap, query: &Query) -> Result<Option<Person>, Answer> {
    let found = if let Some(token) = query.get("access_token") {
        personal(site, token)
    } else if let Some(token) = query.get("token") {
        service(site, token)
    } else if let Some(value) = headers.get(AUTHORIZATION) {
        value.to_str().ok().and_then(|text| basic(site, text))
    } else {
        match session::cookie(headers) {
            Some(id) => site.sessions.person(&id, site.frame.clock.now()),
            None => return Ok(None),
        }
    };
    let may = |person: &Person| site.catalog.account(*person).is_some_and(Account::may_sign_in);
    match found.filter(may) {
        Some(person) => Ok(Some(person)),
        None => Err(Refusal::new(StatusCode::UNAUTHORIZED, "Authentication failed.").into()),
    }
}

/// The owner of a personal access token. Here everybody has one, `token-LOGIN`, until it is taken away.
fn personal(site: &Site, token: &str) -> Option<Person> {
    let login = token.strip_prefix("token-")?;
    site.catalog.person(|account| &*account.login == login && !account.revoked)
}

/// The owner of a service token, which is as old as the owner's password.
fn service(site: &Site, token: &str) -> Option<Person> {
    let text = String::from_utf8(STANDARD.decode(token).ok()?).ok()?;
    site.catalog.person(|account| account.service_token() == text)
}

fn basic(site: &Site, header: &str) -> Option<Person> {
    let (scheme, rest) = header.split_once(' ')?;
    let decoded = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
    let (login, password) = decoded.split_once(':').filter(|_| scheme.eq_ignore_ascii_case("Basic"))?;
    by_password(site, login, password)
}

/// Whose login and password these are; the login in any case, as people type it.
pub(crate) fn by_password(site: &Site, login: &str, password: &str) -> Option<Person> {
    let fits =
        |account: &Account| account.login.eq_ignore_ascii_case(login) && &*account.password == password;
    site.catalog.person(|account| fits(account) && account.deleted.is_none() && !account.password.is_empty())
}

/// An account's service token as the API gives it out.
pub(crate) fn token_of(account: &Account) -> String {
    STANDARD.encode(account.service_token())
}
