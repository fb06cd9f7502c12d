//! Pages of apps: a host page for each module, with the app's page in a frame and a bridge between both.
//!
//! The frame's address has what the product puts there (`xdm_e`, `xdm_c`, `cp`, `lic`, `cv`, variables, `jwt`); a cacheable
//! module has nothing in it. The bridge is the simulator's own, on both sides: apps load `all.js` from here in place of
//! Atlassian's. Calls of `AP.request` are made with a token of whoever looks, within the app's scopes.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::routing::get;
use http::header::CACHE_CONTROL;
use serde_json::{Map, Value, json};

use super::descriptor::Page;
use super::host::Install;
use super::jwt::{With, sign};
use super::lifecycle::{Desk, unknown};
use super::note::{self, Target};
use super::{Product, qsh, token};
use crate::frame::answer::Answer;
use crate::frame::call::{Person, Query};
use crate::jira::site::Site;

const PAGE: &str = include_str!("page.html");
const BRIDGE: &str = include_str!("bridge.js");
/// What apps load.
const ALL: &str = include_str!("all.js");
/// The version of Connect that pages are told.
const VERSION: &str = "1001.0.0-SNAPSHOT";

pub(super) fn router() -> Router<Desk> {
    Router::new()
        .route("/_sim/connect/page/{product}/{app}/{module}", get(page))
        .route("/_sim/connect/bridge.js", get(async || script(BRIDGE)))
}

/// `all.js`; apps of any origin load it, so that it is not below `/_sim`.
pub(crate) fn all_js() -> Answer {
    script(ALL)
}

fn script(text: &'static str) -> Answer {
    Answer::image("text/javascript;charset=UTF-8", text.to_owned()).header(CACHE_CONTROL, "no-store")
}

async fn page(
    State(desk): State<Desk>,
    Path((product, key, module)): Path<(String, String, String)>,
    uri: Uri,
) -> Result<Answer, Answer> {
    let missing = |why: String| Answer::json(StatusCode::NOT_FOUND, &json!({"error": why}));
    let product = Product::ALL.into_iter().find(|own| own.name() == product);
    let product = product.ok_or_else(|| missing("a product is jira or confluence".to_owned()))?;
    let query = Query::of(&uri);
    let frame = desk.house.write(|site| {
        let name = query.get("as").unwrap_or("ada");
        let who = site.catalog.person(|account| *account.name == *name);
        let who = who.ok_or_else(|| format!("there is no person '{name}'"))?;
        let user = token::make(site, product, (&key, who), None).ok_or_else(|| unknown(product, &key))?;
        let app = site.connect.of(product).app(&key).ok_or_else(|| unknown(product, &key))?;
        let page = app.descriptor.page(&module).ok_or_else(|| format!("the app has no page '{module}'"))?;
        let mut frame = frame(site, product, (app, page), (who, &query));
        if let Some(members) = frame.as_object_mut() {
            members.insert("user_token".to_owned(), user.into());
            members.insert("as".to_owned(), name.into());
            members.insert("theme".to_owned(), query.get("theme").unwrap_or("light").into());
        }
        Ok(frame)
    });
    let frame = frame.map_err(missing)?;
    // A `<` in a text could end the script it stands in.
    let data = frame.to_string().replace('<', "\\u003c");
    let title = frame.get("title").and_then(Value::as_str).unwrap_or_default();
    let page = PAGE.replace("{{title}}", &escaped(title)).replace("{{frame}}", &data);
    Ok(Answer::page(StatusCode::OK, page).header(CACHE_CONTROL, "no-store"))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// What the page is made of.
fn frame(
    site: &Site,
    product: Product,
    (app, page): (&Install, &Page),
    (who, query): (Person, &Query),
) -> Value {
    let descriptor = &app.descriptor;
    let variables = variables(site, query);
    let context = context(product, &variables);
    let channel = format!("channel-{}__{}", descriptor.key, page.key);
    let below = below(site, product, (&descriptor.key, page), (&variables, &channel));
    let target = Target { method: "GET", below: &below };
    let (client_key, now) = (&site.connect.of(product).client_key, site.frame.clock.now());
    let claims = note::claims(client_key, now, Some(target), Some(&note::account(site, who)));
    let claims = note::with(claims, "context", context.clone());
    let url = if page.cacheable || !descriptor.signed {
        format!("{}{below}", descriptor.base_url)
    } else {
        let join = if below.contains('?') { '&' } else { '?' };
        format!("{}{below}{join}jwt={}", descriptor.base_url, sign(&claims, With::Secret(&app.secret)))
    };
    json!({
        "title": page.name, "kind": page.kind, "product": product, "app": descriptor.key, "module": page.key,
        "url": url, "channel": channel, "origin": site.base, "context_path": product.context(),
        "context": context, "display_name": site.catalog.account(who).display,
        "account_id": note::account(site, who),
    })
}

/// The variables that the caller names, and those that follow from them.
fn variables(site: &Site, query: &Query) -> Vec<(String, String)> {
    let named = query.pairs().iter().filter(|(name, _)| name.contains('.'));
    let mut all: Vec<(String, String)> = named.cloned().collect();
    let issue = query.get("issue.key").or_else(|| query.get("issue.id")).and_then(|name| site.find(name));
    if let Some(issue) = issue.and_then(|id| site.issues.get(id)) {
        let project = site.catalog.projects.get(issue.project);
        all.retain(|(name, _)| !name.starts_with("issue.") && !name.starts_with("project."));
        all.extend([
            ("issue.id".to_owned(), issue.id.to_string()),
            ("issue.key".to_owned(), site.key(issue)),
            ("project.id".to_owned(), project.id.to_string()),
            ("project.key".to_owned(), project.key.to_string()),
        ]);
    }
    all
}

/// The claim `context`: `{"jira": {"issue": {"id", "key"}, "project": …}}`, `{"confluence": {"content": {"id"}}}`.
fn context(product: Product, variables: &[(String, String)]) -> Value {
    let mut things = Map::new();
    for (name, value) in variables {
        let Some((thing, member)) = name.split_once('.') else { continue };
        let thing = if product == Product::Confluence && thing == "page" { "content" } else { thing };
        let entry = things.entry(thing).or_insert_with(|| json!({}));
        if let Some(members) = entry.as_object_mut() {
            members.insert(member.to_owned(), value.as_str().into());
        }
    }
    json!({product.name(): things})
}

/// Path and query of the frame, but for the token.
fn below(
    site: &Site,
    product: Product,
    (app, page): (&str, &Page),
    (variables, channel): (&[(String, String)], &str),
) -> String {
    let mut below = page.url.clone();
    if page.cacheable {
        return below.split('?').next().unwrap_or_default().to_owned();
    }
    for (name, value) in variables {
        below = below.replace(&format!("{{{name}}}"), &qsh::encoded(value));
    }
    // What is not known is empty.
    while let Some((before, rest)) = below.split_once('{') {
        below = format!("{before}{}", rest.split_once('}').map_or("", |(_, behind)| behind));
    }
    let pairs = [
        ("xdm_e", site.base.as_str()),
        ("xdm_c", channel),
        ("cp", product.context()),
        ("xdm_deprecated_addon_key_do_not_use", app),
        ("lic", "none"),
        ("cv", VERSION),
    ];
    pairs.iter().fold(below, |below, (name, value)| {
        let join = if below.contains('?') { '&' } else { '?' };
        format!("{below}{join}{name}={}", qsh::encoded(value))
    })
}
