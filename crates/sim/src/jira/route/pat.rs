//! Personal access tokens of Data Center and Server: `rest/pat/latest/tokens`.
//!
//! "Using Personal Access Tokens" (confluence.atlassian.com/enterprise, 1026032365) describes making and revoking
//! them; how a list looks is from answers people show. What a refusal says is not described anywhere.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::{body, signed_in};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::jira::access::token::{DAY, Kind, Token, Wanted};
use crate::jira::date::{brief, civil};
use crate::jira::input::object;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::view::put;

/// The longest name (`atlassian.pats.token.name.length`).
const NAME: usize = 40;

/// What administrators allow, as Jira is installed: the system properties `atlassian.pats.max.tokens.per.user`,
/// `atlassian.pats.max.tokens.expiry.days` and `atlassian.pats.eternal.tokens.enabled`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Policy {
    pub(crate) per_user: usize,
    pub(crate) max_days: i64,
    /// Whether a token may have no end.
    pub(crate) eternal: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self { per_user: 10, max_days: 365, eternal: true }
    }
}

/// Below `/rest/pat/latest` and `/rest/pat/1.0`.
pub(crate) fn table() -> Vec<Route<Site>> {
    use Act::Read;
    vec![
        (Method::GET, "/tokens", Read(list as fn(&Site, &Call<'_>) -> _)),
        (Method::POST, "/tokens", Read(create)),
        (Method::DELETE, "/tokens/{id}", Read(revoke)),
    ]
}

fn shown(token: &Token) -> Value {
    let stamp = |at: i64| format!("{}.{:03}+00:00", brief(at).trim_end_matches('Z'), civil(at).millisecond());
    let mut shown = json!({"id": token.id, "name": token.name, "createdAt": stamp(token.created)});
    for (name, at) in [("lastAccessedAt", token.used), ("expiringAt", token.expires)] {
        if let Some(at) = at {
            put(&mut shown, name, stamp(at));
        }
    }
    shown
}

/// `GET tokens`: one's own, without the secrets.
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = signed_in(call)?;
    let tokens = site.gate.tokens();
    Ok(Answer::ok(&tokens.personal(who).map(shown).collect::<Vec<_>>()))
}

/// `POST tokens`: `{"name", "expirationDuration"}`, the latter in days. Only this answer has the secret.
fn create(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (who, body, now) = (signed_in(call)?, object(body(call)?)?, site.frame.clock.now());
    let name = body.get("name").and_then(Value::as_str).unwrap_or_default().trim();
    if name.is_empty() || name.chars().count() > NAME {
        return Err(Refusal::field("name", format!("The name must have between 1 and {NAME} characters.")));
    }
    let policy = site.gate.policy;
    let wrong = |text: String| Refusal::field("expirationDuration", text);
    let days = match body.get("expirationDuration") {
        None | Some(Value::Null) if policy.eternal => None,
        None | Some(Value::Null) => return Err(wrong("The token must have an expiration.".to_owned())),
        Some(days) => {
            Some(days.as_i64().filter(|days| (1..=policy.max_days).contains(days)).ok_or_else(|| {
                wrong(format!("The expiration must be between 1 and {} days.", policy.max_days))
            })?)
        }
    };
    let mut tokens = site.gate.tokens();
    let live = tokens.personal(who).filter(|token| token.expires.is_none_or(|end| now < end)).count();
    if live >= policy.per_user {
        return Err(Refusal::bad(format!("A user can have {} tokens at most.", policy.per_user)));
    }
    let expires = days.map(|days| now.saturating_add(days.saturating_mul(DAY)));
    let (name, kind) = (name.to_owned(), Kind::Personal);
    let wanted = Wanted { who, kind, name, scopes: Vec::new(), expires, secret: None };
    let token = tokens.make(wanted, site.seed, now);
    let mut shown = shown(&token);
    put(&mut shown, "rawToken", token.secret);
    Ok(Answer::json(StatusCode::CREATED, &shown))
}

/// `DELETE tokens/{id}`: one's own.
fn revoke(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = signed_in(call)?;
    let id = call.param("id").parse().ok();
    if id.is_some_and(|id| site.gate.tokens().remove(who, id)) {
        return Ok(Answer::empty(StatusCode::NO_CONTENT));
    }
    Err(Refusal::missing(format!("There is no token with the id '{}'.", call.param("id"))))
}
