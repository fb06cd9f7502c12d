//! Signing in to Jira, and the headers Jira puts on every answer.
//!
//! Cloud: Basic with e-mail and API token on the site, or OAuth 1.0a; scoped tokens and an app's access tokens through the
//! gateway.
//! Data Center: Basic with name and password, OAuth 1.0a, Bearer with a personal access token or one of its OAuth 2.0 provider, or
//! a session's cookie. No credentials make an anonymous caller, who sees public projects only; what wrong ones make is in [`Failed`].

pub(crate) mod login;
pub(crate) mod media;
pub(crate) mod oauth1;
pub(crate) mod oauth2;
pub(crate) mod session;
pub(crate) mod token;
pub(crate) mod xsrf;

use std::collections::HashSet;
use std::sync::MutexGuard;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use http::header::{AUTHORIZATION, HeaderName, WWW_AUTHENTICATE};
use serde_json::json;

use crate::connect;
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::locked::Locked;
use crate::frame::table::Row;
use crate::jira::access::login::{Logins, Verdict};
use crate::jira::access::oauth1::{Links, message};
use crate::jira::access::oauth2::Provider;
use crate::jira::access::session::Sessions;
use crate::jira::access::token::{Tokens, Use};
use crate::jira::catalog::Project;
use crate::jira::route::pat::Policy;
use crate::jira::site::Site;

const LOGIN_REASON: HeaderName = HeaderName::from_static("x-seraph-loginreason");
const DENIED_REASON: HeaderName = HeaderName::from_static("x-authentication-denied-reason");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-arequestid");
const USER_NAME: HeaderName = HeaderName::from_static("x-ausername");
const ACCOUNT_ID: HeaderName = HeaderName::from_static("x-aaccountid");

/// What Data Center's login filter sends in place of JSON.
const REFUSED_PAGE: &str = "<html><head><title>Unauthorized (401)</title></head><body><h1>Unauthorized (401)</h1>\
    <p>Basic Authentication Failure - Reason : AUTHENTICATED_FAILED</p></body></html>";
/// The same when the password was not even looked at.
const DENIED_PAGE: &str = "<html><head><title>Forbidden (403)</title></head><body><h1>Forbidden (403)</h1>\
    <p>Basic Authentication Failure - Reason : AUTHENTICATION_DENIED</p></body></html>";

/// All that is remembered about who may come in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gate {
    /// How often people signed in, and failed to. Looking at a request changes it, so it has a lock of its own.
    logins: Locked<Logins>,
    sessions: Locked<Sessions>,
    tokens: Locked<Tokens>,
    /// OAuth 1.0a of application links.
    links: Locked<Links>,
    /// Data Center's OAuth 2.0.
    provider: Locked<Provider>,
    /// What administrators allow of personal access tokens.
    pub(crate) policy: Policy,
    /// Whether passwords are refused, as Jira 11 is installed.
    pub(crate) basic_disabled: bool,
    /// Whether an organisation's administrator switched its people's API tokens off.
    pub(crate) tokens_disabled: bool,
    /// What wrong credentials make of a caller; see [`Failed::usual`] when `None`.
    pub(crate) failed: Option<Failed>,
    /// Projects that anybody may browse.
    pub(crate) public: HashSet<Row<Project>>,
}

impl Gate {
    pub(crate) fn logins(&self) -> MutexGuard<'_, Logins> {
        self.logins.lock()
    }

    pub(crate) fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock()
    }

    pub(crate) fn tokens(&self) -> MutexGuard<'_, Tokens> {
        self.tokens.lock()
    }

    pub(crate) fn links(&self) -> MutexGuard<'_, Links> {
        self.links.lock()
    }

    pub(crate) fn provider(&self) -> MutexGuard<'_, Provider> {
        self.provider.lock()
    }
}

/// What wrong credentials make of a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Failed {
    /// Somebody who is told so: 401.
    Refused,
    /// Nobody in particular; only `X-Seraph-LoginReason` tells.
    Anonymous,
}

impl Failed {
    /// Cloud goes on as if nobody had signed in, so that a search with a wrong token is 200 and empty
    /// (gastownhall/beads pull request 825, JRA-41559). Data Centers do either, and most refuse.
    fn usual(site: &Site) -> Self {
        if site.is_cloud() { Self::Anonymous } else { Self::Refused }
    }
}

/// Who calls.
pub(super) fn admit(site: &Site, call: &Call<'_>) -> Result<Option<Person>, Answer> {
    if let Some(pass) = call.pass {
        return used(site, Use::Of(pass.who));
    }
    if let Some(caller) = connect::door::caller(site, call)? {
        return used(site, Use::Of(caller.who));
    }
    if message::is_signed(call) {
        // The servlets look at signatures themselves.
        let is_servlet = call.path.starts_with(oauth1::SERVLETS);
        let who = (!is_servlet).then(|| oauth1::admit(site, call)).transpose();
        return who.map_err(|problem| problem.answer(site));
    }
    let Some(value) = call.headers.get(AUTHORIZATION) else {
        return if site.is_cloud() { Ok(None) } else { by_cookie(site, call) };
    };
    let (scheme, credential) =
        value.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(|| refused(site))?;
    match (scheme.to_ascii_lowercase().as_str(), site.is_cloud()) {
        ("basic", cloud) => {
            let (user, secret) = decoded(credential.trim()).ok_or_else(|| refused(site))?;
            if cloud { by_email(site, &user, &secret) } else { by_password(site, &user, &secret).map(Some) }
        }
        ("bearer", false) => {
            let token = credential.trim();
            used(site, oauth2::person(site, token).map_or_else(|| token::find(site, token), Use::Of))
        }
        _ => Err(refused(site)),
    }
}

/// Who calls, without counting a login.
pub(super) fn whose(site: &Site, call: &Call<'_>) -> Option<Person> {
    if message::is_signed(call) {
        return oauth1::holder(site, call);
    }
    let basic = call.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.split_once(' '));
    match basic {
        Some((scheme, credential)) if !site.is_cloud() && scheme.eq_ignore_ascii_case("basic") => {
            let (user, secret) = decoded(credential.trim())?;
            login::holder(site, &user, &secret)
        }
        _ => admit(site, call).ok().flatten(),
    }
}

/// Name and secret of Basic credentials.
pub(crate) fn decoded(credential: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(credential).ok()?).ok()?;
    text.split_once(':').map(|(user, secret)| (user.to_owned(), secret.to_owned()))
}

/// A session that has ended is refused, not made anonymous; but the login resource has to be reached with it.
fn by_cookie(site: &Site, call: &Call<'_>) -> Result<Option<Person>, Answer> {
    let Some(id) = session::cookie(call) else { return Ok(None) };
    let person = site.gate.sessions().person(&id, site.frame.clock.now());
    let person = person.filter(|person| !site.catalog.account(*person).inactive);
    if person.is_none() && call.route != "/session" && !xsrf::is_page(call.path) {
        return Err(refused(site));
    }
    Ok(person)
}

/// Cloud: the e-mail address and one of its owner's API tokens.
fn by_email(site: &Site, email: &str, secret: &str) -> Result<Option<Person>, Answer> {
    if site.gate.tokens_disabled {
        return Err(refused(site));
    }
    let found = match token::find(site, secret) {
        Use::Of(who) if !site.catalog.account(who).email.eq_ignore_ascii_case(email) => Use::None,
        found => found,
    };
    used(site, found)
}

/// Data Center: a name and its password, unless passwords are switched off.
fn by_password(site: &Site, user: &str, secret: &str) -> Result<Person, Answer> {
    if site.gate.basic_disabled {
        return Err(disabled());
    }
    match login::password(site, user, secret) {
        Verdict::In(person) => Ok(person),
        Verdict::Wrong => Err(refused(site)),
        Verdict::Challenge => Err(challenge(site, Answer::html(StatusCode::FORBIDDEN, DENIED_PAGE))),
    }
}

/// Who a secret makes of a caller. A right one that is of no use here, and one of somebody who was shut out, are
/// refused on every Jira.
fn used(site: &Site, found: Use) -> Result<Option<Person>, Answer> {
    match found {
        Use::Of(person) if !site.catalog.account(person).inactive => Ok(Some(person)),
        Use::None if site.gate.failed.unwrap_or_else(|| Failed::usual(site)) == Failed::Anonymous => Ok(None),
        _ => Err(refused(site)),
    }
}

/// What Jira 11 answers to passwords until an administrator allows them.
pub(crate) fn disabled() -> Answer {
    let message = "Basic Authentication has been disabled on this instance.";
    Answer::json(StatusCode::FORBIDDEN, &json!({"message": message}))
}

fn refused(site: &Site) -> Answer {
    let status = StatusCode::UNAUTHORIZED;
    let answer = if site.is_cloud() {
        let message = "Client must be authenticated to access this resource.";
        Answer::json(status, &json!({"message": message, "status-code": 401}))
    } else {
        Answer::html(status, REFUSED_PAGE)
    };
    failed(site, answer)
}

/// The same answer, saying that the credentials were wrong.
pub(crate) fn failed(site: &Site, answer: Answer) -> Answer {
    answer.header(LOGIN_REASON, "AUTHENTICATED_FAILED").header(WWW_AUTHENTICATE, &realm(site))
}

/// The same answer, saying that only a person at the login page can go on.
pub(crate) fn challenge(site: &Site, answer: Answer) -> Answer {
    answer
        .header(LOGIN_REASON, "AUTHENTICATION_DENIED")
        .header(DENIED_REASON, &format!("CAPTCHA_CHALLENGE; login-url={}/login.jsp", site.base))
        .header(WWW_AUTHENTICATE, &realm(site))
}

fn realm(site: &Site) -> String {
    format!("OAuth realm=\"{}\"", site.base)
}

/// Adds the headers of every answer.
pub(super) fn dress(site: &Site, call: &Call<'_>, answer: &mut Answer) {
    let (requests, _) = site.frame.recorder.totals();
    let mut dressed = std::mem::replace(answer, Answer::empty(StatusCode::OK))
        .header(REQUEST_ID, &format!("sim{requests}"));
    if let Some(account) = call.caller.map(|person| site.catalog.account(person)) {
        dressed = if site.is_cloud() {
            dressed.header(ACCOUNT_ID, &account.account_id)
        } else {
            dressed.header(LOGIN_REASON, "OK").header(USER_NAME, &account.name)
        };
    } else {
        if !site.is_cloud() {
            dressed = dressed.header(USER_NAME, "anonymous");
        }
        let told = dressed.headers.iter().any(|(name, _)| *name == LOGIN_REASON) || message::is_signed(call);
        if call.headers.contains_key(AUTHORIZATION) && !told && dressed.status != StatusCode::FORBIDDEN {
            dressed = dressed.header(LOGIN_REASON, "AUTHENTICATED_FAILED");
        }
    }
    *answer = dressed;
}
