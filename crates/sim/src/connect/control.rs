//! `/_sim/connect` of a site: what an administrator does with apps, and calls that a test makes as the host.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::middleware;
use axum::routing::{get, post};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::host::Install;
use super::kept::{Kept, Request};
use super::lifecycle::{Desk, Done, Way, unknown};
use super::note::{self, Target};
use super::spoil::{self, Hand, Spoil};
use super::{Product, page};
use crate::confluence;
use crate::frame::answer::Answer;
use crate::frame::call::{Person, Query};
use crate::frame::control::guard;
use crate::jira::site::Site;

/// The routes of a site.
pub(crate) fn router(desk: Desk) -> Router {
    let house = desk.house.clone();
    Router::new()
        .route("/_sim/connect", get(state))
        .route("/_sim/confluence", get(pages))
        .route("/_sim/connect/install", post(install))
        .route("/_sim/connect/{deed}", post(deed))
        .route("/_sim/connect/calls", get(calls))
        .route("/_sim/connect/calls/{id}", get(call))
        .route("/_sim/connect/token", post(token))
        .route("/_sim/connect/send", post(send))
        .merge(page::router())
        .layer(middleware::from_fn_with_state(house, guard::pass::<Site>))
        .with_state(desk)
}

type Outcome = Result<Answer, Answer>;

fn wrong(why: impl std::fmt::Display) -> Answer {
    Answer::json(StatusCode::BAD_REQUEST, &json!({"error": why.to_string()}))
}

/// What every change names; each uses what it needs.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    #[serde(default)]
    product: Product,
    /// The administrator.
    #[serde(default = "admin", rename = "as")]
    who: String,
    /// The app's key.
    #[serde(default)]
    app: String,
    /// Where the descriptor is.
    #[serde(default)]
    descriptor: Option<String>,
    /// The site's new base URL.
    #[serde(default)]
    base_url: Option<String>,
    /// Whether apps are left to find out.
    #[serde(default)]
    quiet: bool,
    /// Whether the old scheme is used.
    #[serde(default)]
    legacy: Option<bool>,
    /// What is wrong with the call.
    #[serde(default)]
    spoil: Option<Spoil>,
}

fn admin() -> String {
    "admin".to_owned()
}

fn read<T: serde::de::DeserializeOwned>(bytes: &Bytes) -> Result<T, Answer> {
    let text: &[u8] = if bytes.is_empty() { b"{}" } else { bytes };
    serde_json::from_slice(text).map_err(wrong)
}

fn person(site: &Site, name: &str) -> Result<Person, Answer> {
    let found = site.catalog.person(|account| *account.name == *name);
    found.ok_or_else(|| wrong(format_args!("there is no person '{name}'")))
}

fn told(desk: &Desk, done: Done) -> Outcome {
    match done {
        Ok(calls) => {
            let shown = desk.house.read(show);
            Ok(Answer::ok(&note::with(shown, "made", calls.into())))
        }
        Err(failed) => {
            Err(Answer::json(StatusCode::BAD_REQUEST, &json!({"error": failed.why, "made": failed.calls})))
        }
    }
}

async fn state(State(desk): State<Desk>) -> Answer {
    Answer::ok(&desk.house.read(show))
}

/// What is written in Confluence.
async fn pages(State(desk): State<Desk>) -> Answer {
    Answer::ok(&desk.house.read(confluence::show))
}

fn show(site: &Site) -> Value {
    let product = |product: Product| {
        let host = site.connect.of(product);
        json!({
            "product": product,
            "client_key": host.client_key,
            "base_url": note::base(site, product),
            "apps": host.apps.iter().map(|app| show_app(site, product, app)).collect::<Vec<_>>(),
        })
    };
    json!({"products": Product::ALL.map(product), "legacy": site.connect.legacy})
}

fn show_app(site: &Site, product: Product, app: &Install) -> Value {
    let descriptor = &app.descriptor;
    let pages = descriptor.pages.iter().map(|page| {
        let open = format!("/_sim/connect/page/{}/{}/{}", product.name(), descriptor.key, page.key);
        json!({"kind": page.kind, "key": page.key, "name": page.name, "open": open})
    });
    let hooks = app
        .hooks
        .iter()
        .map(|(hook, _)| json!({"event": hook.event, "url": hook.url, "filter": hook.filter}));
    json!({
        "key": descriptor.key, "name": descriptor.name, "state": app.state(), "base_url": descriptor.base_url,
        "descriptor": app.source, "scopes": descriptor.scopes, "shared_secret": app.secret,
        "oauth_client_id": app.client_id, "account_id": note::account(site, app.person),
        "pages": pages.collect::<Vec<_>>(), "webhooks": hooks.collect::<Vec<_>>(),
    })
}

async fn install(State(desk): State<Desk>, bytes: Bytes) -> Outcome {
    let ask: Ask = read(&bytes)?;
    let who = desk.house.read(|site| person(site, &ask.who))?;
    let source = ask.descriptor.ok_or_else(|| wrong("`descriptor` is where the app's descriptor is"))?;
    let _turn = desk.turn_taken().await;
    let way = Way { product: ask.product, who, spoil: ask.spoil };
    told(&desk, desk.install(way, &source, false).await)
}

async fn deed(State(desk): State<Desk>, Path(deed): Path<String>, bytes: Bytes) -> Outcome {
    let ask: Ask = read(&bytes)?;
    let who = desk.house.read(|site| person(site, &ask.who))?;
    let _turn = desk.turn_taken().await;
    let way = Way { product: ask.product, who, spoil: ask.spoil };
    let done = match deed.as_str() {
        "update" | "rekey" => {
            let source = desk.house.read(|site| {
                let app = site.connect.of(ask.product).app(&ask.app).filter(|app| !app.gone);
                app.map(|app| app.source.clone())
            });
            let source = source.ok_or_else(|| wrong(unknown(ask.product, &ask.app)))?;
            desk.install(way, &ask.descriptor.unwrap_or(source), deed == "rekey").await
        }
        "enable" => desk.turn(way, &ask.app, "enabled").await,
        "disable" => desk.turn(way, &ask.app, "disabled").await,
        "uninstall" => desk.turn(way, &ask.app, "uninstalled").await,
        "rename" => {
            let base =
                ask.base_url.ok_or_else(|| wrong("`base_url` is what the site is called from now on"))?;
            desk.rename(who, &base, ask.quiet).await
        }
        "import" => desk.import(way).await,
        "scheme" => {
            let legacy = ask.legacy.ok_or_else(|| wrong("`legacy` is true or false"))?;
            desk.house.write(|site| site.connect.legacy = legacy);
            Ok(Vec::new())
        }
        _ => return Err(Answer::json(StatusCode::NOT_FOUND, &json!({"error": "there is no such change"}))),
    };
    told(&desk, done)
}

async fn calls(State(desk): State<Desk>, uri: Uri) -> Answer {
    let since = Query::of(&uri).number("since", 0) as u64;
    let calls: Vec<Value> = desk.house.read(|site| site.connect.calls.since(since).map(Kept::show).collect());
    Answer::ok(&json!({"calls": calls}))
}

async fn call(State(desk): State<Desk>, Path(id): Path<u64>) -> Outcome {
    let found = desk.house.read(|site| site.connect.calls.get(id).map(Kept::show));
    let missing = json!({"error": "that call is not remembered"});
    found.map(|shown| Answer::ok(&shown)).ok_or_else(|| Answer::json(StatusCode::NOT_FOUND, &missing))
}

/// A token that the host would make: for a URL below the app's base URL, or for a page.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Made {
    #[serde(default)]
    product: Product,
    app: String,
    #[serde(default, rename = "as")]
    who: Option<String>,
    #[serde(default = "post_method")]
    method: String,
    /// Path and query below the base URL; a context token without.
    #[serde(default)]
    below: Option<String>,
    /// The claim `context`.
    #[serde(default)]
    context: Value,
    /// Of `send` only.
    #[serde(default)]
    body: Value,
    #[serde(default)]
    spoil: Option<Spoil>,
}

fn post_method() -> String {
    "POST".to_owned()
}

impl Made {
    fn sign(&self, site: &Site) -> Result<(Option<String>, String), Answer> {
        let host = site.connect.of(self.product);
        let app = host.app(&self.app).ok_or_else(|| wrong(unknown(self.product, &self.app)))?;
        let who = self.who.as_ref().map(|name| person(site, name)).transpose()?;
        let who = who.map(|who| note::account(site, who));
        let target = self.below.as_deref().map(|below| Target { method: &self.method, below });
        let claims = note::claims(&host.client_key, site.frame.clock.now(), target, who.as_deref());
        let claims =
            if self.context.is_null() { claims } else { note::with(claims, "context", self.context.clone()) };
        let below = self.below.as_deref().unwrap_or_default();
        let token = spoil::token(claims, Hand::Site(&app.secret), self.spoil);
        Ok((token, format!("{}{below}", app.descriptor.base_url)))
    }
}

async fn token(State(desk): State<Desk>, bytes: Bytes) -> Outcome {
    let made: Made = read(&bytes)?;
    let (token, url) = desk.house.read(|site| made.sign(site))?;
    Ok(Answer::ok(&json!({"token": token, "url": url})))
}

/// Calls the app as the host would, and gives its answer.
async fn send(State(desk): State<Desk>, bytes: Bytes) -> Outcome {
    let made: Made = read(&bytes)?;
    let (token, url) = desk.house.read(|site| made.sign(site))?;
    let method = match made.method.as_str() {
        "GET" => "GET",
        "POST" => "POST",
        _ => return Err(wrong("the host calls apps with GET and POST")),
    };
    let authorization = token.map(|token| format!("JWT {token}"));
    let request = Request { method, url, authorization, body: made.body };
    let kept = desk.send(made.product, &made.app, "sent", request).await;
    Ok(Answer::ok(&kept.show()))
}
