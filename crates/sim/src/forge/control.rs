//! `/_sim/forge` of the gateway's address: what a developer, an administrator and the clock do, and calls that a test makes as
//! Forge.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, Method};
use axum::routing::{get, post};
use axum::{Router, middleware};
use bytes::Bytes;
use http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::call::Call;
use super::event::enveloped;
use super::hook::{SYSTEM, traced};
use super::install::{App, Install, begin, listen, mint};
use super::mint::{Mint, Source};
use super::spoil::Spoil;
use crate::atlassian::world::Identity;
use crate::connect::keys::fresh;
use crate::frame::answer::Answer;
use crate::frame::control::guard;
use crate::frame::world::House;

/// How long a remote may take for a page, and for all else (“Remote contract”).
const PAGE: Duration = Duration::from_secs(25);
const ENDPOINT: Duration = Duration::from_secs(5);
const USER: HeaderName = HeaderName::from_static("x-forge-oauth-user");

type Here = State<Arc<House<Identity>>>;
type Outcome = Result<Answer, Answer>;

pub(crate) fn router(house: &Arc<House<Identity>>) -> Router {
    let guarded = middleware::from_fn_with_state(house.clone(), guard::pass::<Identity>);
    Router::new()
        .route("/_sim/forge", get(state))
        .route("/_sim/forge/calls", get(calls))
        .route("/_sim/forge/apps", post(register))
        .route("/_sim/forge/install", post(install))
        .route("/_sim/forge/upgrade", post(upgrade))
        .route("/_sim/forge/uninstall", post(uninstall))
        .route("/_sim/forge/tick", post(tick))
        .route("/_sim/forge/page", post(page))
        .route("/_sim/forge/send", post(send))
        .route("/_sim/forge/rules", post(rules))
        .layer(guarded)
        .with_state(house.clone())
}

fn wrong(why: impl std::fmt::Display) -> Answer {
    Answer::json(StatusCode::BAD_REQUEST, &json!({"error": why.to_string()}))
}

fn read<T: DeserializeOwned>(bytes: &Bytes) -> Result<T, Answer> {
    let text: &[u8] = if bytes.is_empty() { b"{}" } else { bytes };
    serde_json::from_slice(text).map_err(wrong)
}

/// Which installation is meant, and what is wrong with the call.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    app: String,
    site: String,
    /// Who looks at the page.
    #[serde(default, rename = "as")]
    who: Option<String>,
    #[serde(default)]
    method: Option<String>,
    /// Path and query below the remote's address.
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    body: Value,
    #[serde(default)]
    spoil: Option<Spoil>,
    /// An invocation token as it is, in the place of a new one.
    #[serde(default)]
    token: Option<String>,
    /// The app's token as it is; none of it with the empty text.
    #[serde(default)]
    system: Option<String>,
    /// The version that an upgrade brings.
    #[serde(default)]
    version: Option<String>,
}

/// An installation that was found.
struct Found {
    number: usize,
    install: Install,
    app: App,
    mint: Mint,
    who: Option<String>,
}

fn find(identity: &Identity, ask: &Ask) -> Result<Found, Answer> {
    let site = identity.site(&ask.site).ok_or_else(|| wrong(format!("there is no site '{}'", ask.site)))?;
    let app = identity.forge.app(&ask.app).map_err(wrong)?.clone();
    let install = identity.forge.install(&ask.app, site).cloned();
    let install = install.ok_or_else(|| wrong("the app is not installed there"))?;
    let number = identity.forge.installs.iter().position(|known| known.id == install.id).unwrap_or_default();
    let who = ask.who.as_ref().map(|name| {
        let person = identity.person(name).ok_or_else(|| wrong(format!("there is no person '{name}'")))?;
        Ok::<_, Answer>(identity.account(person).map(|account| account.id.clone()).unwrap_or_default())
    });
    let mint = mint(identity, number).map_err(wrong)?;
    Ok(Found { number, install, app, mint, who: who.transpose()? })
}

async fn state(State(house): Here) -> Answer {
    Answer::ok(&house.read(|identity| {
        let forge = &identity.forge;
        let app = |app: &App| json!({"id": app.id, "remote": app.remote, "events": app.events, "version": app.version});
        let install = |install: &Install| {
            let site = identity.signs.get(usize::from(install.site)).map(|sign| sign.name.clone());
            json!({"id": install.id, "app": install.app, "site": site, "gone": install.gone})
        };
        json!({
            "apps": forge.apps.iter().map(app).collect::<Vec<_>>(),
            "installs": forge.installs.iter().map(install).collect::<Vec<_>>(),
            "key_set": format!("{}/.well-known/jwks.json", identity.base),
            "system_life_ms": forge.life,
            "hourly": forge.hourly,
        })
    }))
}

async fn calls(State(house): Here) -> Answer {
    Answer::ok(&json!({"calls": house.read(|identity| identity.forge.calls.all())}))
}

/// A developer registers an app, or deploys another version of it.
async fn register(State(house): Here, bytes: Bytes) -> Outcome {
    let mut app: App = read(&bytes)?;
    app.remote = app.remote.trim_end_matches('/').to_owned();
    let id = app.id.clone();
    house.write(|identity| {
        identity.forge.apps.retain(|known| known.id != app.id);
        identity.forge.apps.push(app);
    });
    Ok(Answer::ok(&json!({"id": id})))
}

/// Pushes an event of the app's life, which is repeated like any other.
fn tell(identity: &Identity, found: &Found, name: &str, who: &str) {
    let Some(door) = identity.doors.get(usize::from(found.install.site)) else { return };
    let bare = |ari: &str| ari.rsplit('/').next().unwrap_or_default().to_owned();
    door.house.read(|site| {
        let listener = site.forge.iter().find(|listener| listener.mint.installation == found.install.id);
        let Some(listener) = listener else { return };
        let event = json!({
            "eventType": name, "id": bare(&found.install.id), who: found.who,
            "app": {"id": bare(&found.app.id), "version": found.app.version},
            "environment": {"id": fresh()}, "context": format!("ari:cloud:jira::site/{}", found.mint.cloud_id),
        });
        site.frame.delivery.push(listener.outgoing(site, name, vec![found.install.id.clone()], &event));
    });
}

async fn install(State(house): Here, bytes: Bytes) -> Outcome {
    let ask: Ask = read(&bytes)?;
    let found = house.write(|identity| {
        let site =
            identity.site(&ask.site).ok_or_else(|| wrong(format!("there is no site '{}'", ask.site)))?;
        begin(identity, &ask.app, site).map_err(wrong)?;
        find(identity, &ask)
    })?;
    house.read(|identity| tell(identity, &found, "avi:forge:installed:app", "installerAccountId"));
    Ok(Answer::ok(&json!({"installation": found.install.id, "cloud_id": found.mint.cloud_id})))
}

/// Another major version reaches a site.
async fn upgrade(State(house): Here, bytes: Bytes) -> Outcome {
    let ask: Ask = read(&bytes)?;
    let found = house.write(|identity| {
        if let Some(app) = identity.forge.apps.iter_mut().find(|app| app.id == ask.app) {
            app.version = ask.version.clone().unwrap_or_else(|| "3.0.0".to_owned());
        }
        let found = find(identity, &ask)?;
        listen(identity, found.number).map_err(wrong)?;
        Ok::<_, Answer>(found)
    })?;
    house.read(|identity| tell(identity, &found, "avi:forge:upgraded:app", "upgraderAccountId"));
    Ok(Answer::ok(&json!({"installation": found.install.id})))
}

/// Nobody is told of it (FRGE-1246); the app's tokens are not good any more.
async fn uninstall(State(house): Here, bytes: Bytes) -> Outcome {
    let ask: Ask = read(&bytes)?;
    house.write(|identity| {
        let found = find(identity, &ask)?;
        if let Some(install) = identity.forge.installs.get_mut(found.number) {
            install.gone = true;
        }
        listen(identity, found.number).map_err(wrong)
    })?;
    Ok(Answer::ok(&json!({})))
}

/// The hourly call, at once.
async fn tick(State(house): Here, bytes: Bytes) -> Outcome {
    scheduled(&house, read(&bytes)?).await
}

/// The hourly call of an installation whose hour is over. What comes of it is among the calls.
pub(super) async fn hourly(house: &Arc<House<Identity>>, app: String, site: String) {
    let ask = Ask { app, site, ..Ask::default() };
    // One that was removed meanwhile is not called.
    let _made = scheduled(house, ask).await;
}

async fn scheduled(house: &Arc<House<Identity>>, ask: Ask) -> Outcome {
    let path = house.read(|identity| identity.forge.app(&ask.app).map(|app| app.hourly_path.clone()));
    let ask = Ask { path: Some(path.map_err(wrong)?), body: json!({"payload": {}}), ..ask };
    made(house, ask, "hourly").await
}

/// A page of the app calls its remote for somebody (`invokeRemote`).
async fn page(State(house): Here, bytes: Bytes) -> Outcome {
    let ask: Ask = read(&bytes)?;
    let who = ask.who.clone().or_else(|| Some("admin".to_owned()));
    made(&house, Ask { who, ..ask }, "page").await
}

/// A call to any path, as an endpoint's.
async fn send(State(house): Here, bytes: Bytes) -> Outcome {
    let ask: Ask = read(&bytes)?;
    let body = match ask.body {
        Value::Null => Value::Null,
        event => serde_json::from_slice(&enveloped(&event)).unwrap_or_default(),
    };
    made(&house, Ask { body, ..ask }, "sent").await
}

async fn made(house: &Arc<House<Identity>>, ask: Ask, kind: &'static str) -> Outcome {
    let now = house.frame.clock.now();
    let (call, client) = house.read(|identity| {
        let found = find(identity, &ask)?;
        Ok::<_, Answer>((prepared(&found, &ask, kind, now)?, identity.office.clone()))
    })?;
    let made = call.make(&client.client, now).await;
    Ok(Answer::ok(&house.write(|identity| identity.forge.calls.keep(made))))
}

fn prepared(found: &Found, ask: &Ask, kind: &'static str, now: i64) -> Result<Call, Answer> {
    let from = found.who.as_deref().map_or(Source::Endpoint(kind), Source::Page);
    let token = ask.token.clone().or_else(|| found.mint.invocation(now, from, ask.spoil));
    let mut headers = traced(now.unsigned_abs());
    let system = ask.system.clone().or_else(|| found.app.system_token.then(|| found.mint.system(now)));
    let user =
        found.app.user_token.then(|| format!("user-token-{}", fresh())).filter(|_| found.who.is_some());
    for (name, token) in [(SYSTEM, system), (USER, user)] {
        let value = token.filter(|token| !token.is_empty()).map(HeaderValue::try_from);
        headers.extend(value.and_then(Result::ok).map(|value| (name, value)));
    }
    let method = ask.method.as_deref().unwrap_or("POST");
    Ok(Call {
        app: found.app.id.clone(),
        kind,
        method: Method::from_bytes(method.as_bytes()).map_err(wrong)?,
        url: format!("{}{}", found.app.remote, ask.path.as_deref().unwrap_or("/")),
        token,
        headers,
        body: ask.body.clone(),
        patience: if kind == "page" { PAGE } else { ENDPOINT },
    })
}

/// How long system tokens live from now on, another key for invocation tokens, and whether calls come every hour by
/// themselves.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    #[serde(default)]
    system_life_ms: Option<i64>,
    #[serde(default)]
    rotate: bool,
    #[serde(default)]
    hourly: Option<bool>,
}

async fn rules(State(house): Here, bytes: Bytes) -> Outcome {
    let rules: Rules = read(&bytes)?;
    house
        .write(|identity| {
            identity.forge.life = rules.system_life_ms.unwrap_or(identity.forge.life);
            identity.forge.hourly = rules.hourly.unwrap_or(identity.forge.hourly);
            identity.forge.changed.notify_waiters();
            if rules.rotate {
                identity.office.forge.rotate(false);
            }
            (0..identity.forge.installs.len()).try_for_each(|number| listen(identity, number))
        })
        .map_err(wrong)?;
    Ok(state(State(house)).await)
}
