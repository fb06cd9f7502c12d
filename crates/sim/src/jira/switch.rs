//! Switches of the control API that change how people come in, who is an app, what a client may spend, and how
//! webhooks are sent.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::frame::call::Person;
use crate::frame::delivery::pace;
use crate::jira::access::token::{self, DAY, Kind, Wanted};
use crate::jira::access::{Failed, oauth1, oauth2};
use crate::jira::app;
use crate::jira::limit::change as limit;
use crate::jira::site::Site;

/// All of `POST /_sim/settings` but rights; what is not named stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    #[serde(default)]
    login: Option<Login>,
    #[serde(default)]
    public: Option<Public>,
    #[serde(default)]
    account: Option<Account>,
    #[serde(default)]
    token: Option<Token>,
    #[serde(default)]
    personal_tokens: Option<Policy>,
    #[serde(default)]
    oauth2: Option<oauth2::change::Change>,
    #[serde(default)]
    oauth1: Option<oauth1::change::Change>,
    #[serde(default)]
    app: Option<app::Change>,
    #[serde(default)]
    limits: Option<limit::Change>,
    #[serde(default)]
    webhooks: Option<pace::Change>,
    #[serde(default)]
    attachments: Option<Attachments>,
}

/// Whether files can be attached, and how many bytes they may have.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Attachments {
    #[serde(default)]
    enabled: Option<bool>,
    #[serde(default)]
    limit: Option<u64>,
}

/// How people sign in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Login {
    /// Wrong passwords in a row that bring the CAPTCHA; 0 is never.
    #[serde(default)]
    attempts: Option<u32>,
    /// Whom to do the favour of signing in at the login page.
    #[serde(default)]
    reset: Option<String>,
    /// Data Center: whether passwords are refused.
    #[serde(default)]
    basic_disabled: Option<bool>,
    /// Cloud: whether API tokens are refused.
    #[serde(default)]
    tokens_disabled: Option<bool>,
    /// What wrong credentials make of a caller.
    #[serde(default)]
    failed: Option<Failed>,
}

/// Whether anybody may browse a project.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Public {
    project: String,
    allowed: bool,
}

/// Whether somebody may sign in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Account {
    user: String,
    active: bool,
}

/// A secret to be made or ended.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Token {
    Make(NewToken),
    /// Ends a secret at once.
    Revoke(String),
    /// Ends a secret later.
    End(End),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewToken {
    user: String,
    kind: Kind,
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default)]
    name: Option<String>,
    /// How long it lives; a year when absent, as tokens made since 2024-12-15 do.
    #[serde(default)]
    days: Option<i64>,
    #[serde(default)]
    secret: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    secret: String,
    in_ms: i64,
}

/// What administrators allow of personal access tokens.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Policy {
    #[serde(default)]
    per_user: Option<usize>,
    #[serde(default)]
    max_days: Option<i64>,
    #[serde(default)]
    eternal: Option<bool>,
}

/// Changes what the body names; the answer shows a token that was made.
pub(crate) fn set(site: &mut Site, change: &Value) -> Result<Value, String> {
    let change = Change::deserialize(change).map_err(|error| error.to_string())?;
    if let Some(login) = change.login {
        set_login(site, &login)?;
    }
    if let Some(Attachments { enabled, limit }) = change.attachments {
        let upload = &mut site.parts.upload;
        upload.enabled = enabled.unwrap_or(upload.enabled);
        upload.limit = limit.unwrap_or(upload.limit);
    }
    if let Some(Public { project, allowed }) = change.public {
        let row = site.catalog.project(&project);
        let row = row.ok_or_else(|| format!("there is no project '{project}'"))?;
        if allowed {
            site.gate.public.insert(row);
        } else {
            site.gate.public.remove(&row);
        }
    }
    if let Some(Account { user, active }) = change.account {
        let who = person(site, &user)?;
        if let Some(account) = site.catalog.people.get_mut(usize::from(who.0)) {
            account.inactive = !active;
        }
    }
    if let Some(Policy { per_user, max_days, eternal }) = change.personal_tokens {
        let policy = &mut site.gate.policy;
        policy.per_user = per_user.unwrap_or(policy.per_user);
        policy.max_days = max_days.unwrap_or(policy.max_days);
        policy.eternal = eternal.unwrap_or(policy.eternal);
    }
    if let Some(app) = change.app {
        app.apply(site)?;
    }
    if let Some(limits) = change.limits {
        limits.apply(site)?;
    }
    if let Some(webhooks) = change.webhooks {
        site.frame.delivery.set_pace(webhooks);
    }
    if let Some(oauth1) = change.oauth1 {
        return oauth1.apply(site);
    }
    if let Some(oauth2) = change.oauth2 {
        return oauth2.apply(site);
    }
    change.token.map_or_else(|| Ok(json!({})), |token| set_token(site, token))
}

fn person(site: &Site, name: &str) -> Result<Person, String> {
    let found = site.catalog.person(|account| *account.name == *name);
    found.ok_or_else(|| format!("there is no person '{name}'"))
}

fn set_login(site: &mut Site, login: &Login) -> Result<(), String> {
    if let Some(attempts) = login.attempts {
        site.gate.logins().attempts = (attempts > 0).then_some(attempts);
    }
    if let Some(name) = &login.reset {
        let who = person(site, name)?;
        site.gate.logins().forgive(who);
    }
    let gate = &mut site.gate;
    gate.basic_disabled = login.basic_disabled.unwrap_or(gate.basic_disabled);
    gate.tokens_disabled = login.tokens_disabled.unwrap_or(gate.tokens_disabled);
    gate.failed = login.failed.or(gate.failed);
    Ok(())
}

fn set_token(site: &Site, token: Token) -> Result<Value, String> {
    let now = site.frame.clock.now();
    let (secret, at) = match token {
        Token::Make(new) => return make(site, new, now),
        Token::Revoke(secret) => (secret, now),
        Token::End(End { secret, in_ms }) => (secret, now.saturating_add(in_ms)),
    };
    if token::end(site, &secret, at) {
        return Ok(json!({}));
    }
    Err("there is no such token".to_owned())
}

fn make(site: &Site, new: NewToken, now: i64) -> Result<Value, String> {
    let who = person(site, &new.user)?;
    if (new.kind == Kind::Personal) == site.is_cloud() {
        return Err("Cloud has API tokens, Data Center and Server have personal ones".to_owned());
    }
    let scoped = matches!(new.kind, Kind::Scoped | Kind::Service);
    if scoped == new.scopes.is_empty() {
        return Err("scoped and service tokens have scopes, others have none".to_owned());
    }
    let days = new.days.unwrap_or(365);
    let expires = Some(now.saturating_add(days.saturating_mul(DAY)));
    let name = new.name.unwrap_or_else(|| "made by the control API".to_owned());
    let NewToken { kind, scopes, secret, .. } = new;
    let token = site.gate.tokens().make(Wanted { who, kind, name, scopes, expires, secret }, site.seed, now);
    Ok(json!({"token": {
        "id": token.id, "secret": token.secret, "scopes": token.scopes, "expires": token.expires,
    }}))
}
