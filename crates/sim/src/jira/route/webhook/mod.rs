//! The administrators' webhooks: `rest/webhooks/1.0/webhook`. Those of apps are in [`dynamic`], and Data Center's newer
//! resource for administrators in [`recent`].

pub(crate) mod dynamic;
pub(crate) mod recent;

use http::StatusCode;
use serde_json::{Value, json};

use super::{body, signed_in, strings};
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::jira::hook::Hook;
use crate::jira::jql::Query;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// The filter's name within `filters`.
const SECTION: &str = "issue-related-events-section";

fn admin(site: &Site, call: &Call<'_>) -> Result<(), Refusal> {
    signed_in(call)?;
    if site.is_admin(call.caller) {
        Ok(())
    } else {
        Err(Refusal::forbidden("You need to be a Jira administrator to manage webhooks."))
    }
}

fn show(site: &Site, hook: &Hook) -> Value {
    let account = site.catalog.account(hook.updater);
    let mut shown = json!({
        "name": hook.name,
        "url": hook.url,
        "excludeBody": hook.exclude_body,
        "filters": {SECTION: hook.jql},
        "events": hook.events,
        "enabled": hook.enabled,
        "self": format!("{}/rest/webhooks/1.0/webhook/{}", site.base, hook.id),
        "lastUpdatedUser": if site.is_cloud() { &account.account_id } else { &account.name },
        "lastUpdatedDisplayName": account.display,
        "lastUpdated": hook.updated,
    });
    if let (true, Some(members)) = (site.is_cloud(), shown.as_object_mut()) {
        members.insert("isSigned".to_owned(), hook.secret.is_some().into());
    }
    shown
}

fn find(site: &Site, call: &Call<'_>) -> Result<usize, Refusal> {
    let found = site.hooks.iter().position(|hook| hook.id.to_string() == call.param("id"));
    found.ok_or_else(|| {
        Refusal::missing(format!("The webhook with id '{}' does not exist.", call.param("id")))
    })
}

/// `GET webhook`
pub(crate) fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    admin(site, call)?;
    Ok(Answer::ok(&site.hooks.iter().map(|hook| show(site, hook)).collect::<Vec<_>>()))
}

/// `GET webhook/{id}`
pub(crate) fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    admin(site, call)?;
    let place = find(site, call)?;
    Ok(Answer::ok(&site.hooks.get(place).map(|hook| show(site, hook))))
}

/// `POST webhook`
pub(crate) fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    admin(site, call)?;
    let mut hook = blank(site, signed_in(call)?);
    fill(site, &mut hook, &body(call)?)?;
    let place = add(site, hook)?;
    let shown = site.hooks.get(place).map(|hook| show(site, hook));
    Ok(Answer::json(StatusCode::CREATED, &shown))
}

/// A webhook that nothing is known of yet.
fn blank(site: &Site, updater: Person) -> Hook {
    let now = site.frame.clock.now();
    Hook {
        id: site.next_hook,
        name: String::new(),
        url: String::new(),
        secret: None,
        events: Vec::new(),
        jql: String::new(),
        query: Query::default(),
        exclude_body: false,
        enabled: true,
        created: now,
        updated: now,
        updater,
    }
}

/// Keeps a new webhook, if it has what every webhook needs; the answer is its place.
fn add(site: &mut Site, hook: Hook) -> Result<usize, Refusal> {
    if hook.name.is_empty() || hook.url.is_empty() {
        return Err(Refusal::bad("A webhook needs a name and a url."));
    }
    site.next_hook += 1;
    site.hooks.push(hook);
    Ok(site.hooks.len() - 1)
}

/// `PUT webhook/{id}`: members that are not given stay.
pub(crate) fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    admin(site, call)?;
    let (place, body) = (find(site, call)?, body(call)?);
    let hook = change(site, call, place, |site, hook| fill(site, hook, &body))?;
    Ok(Answer::ok(&show(site, &hook)))
}

/// Changes a webhook, or leaves it as it is when the change is refused; the answer is the webhook as it is then.
fn change(
    site: &mut Site,
    call: &Call<'_>,
    place: usize,
    fill: impl FnOnce(&Site, &mut Hook) -> Result<(), Refusal>,
) -> Result<Hook, Refusal> {
    let mut hook = site.hooks.get(place).cloned().ok_or_else(|| Refusal::missing("There is no webhook."))?;
    fill(site, &mut hook)?;
    hook.updated = site.frame.clock.now();
    hook.updater = call.caller.unwrap_or(hook.updater);
    if let Some(slot) = site.hooks.get_mut(place) {
        *slot = hook.clone();
    }
    Ok(hook)
}

/// Puts a request's members into a webhook, or none of them.
fn fill(site: &Site, hook: &mut Hook, body: &Value) -> Result<(), Refusal> {
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    if text("url").is_some_and(|url| !is_absolute(&url)) {
        return Err(Refusal::field("url", "The url is not an absolute URL."));
    }
    // Older Data Centers name the filter `jqlFilter`.
    let filter = body
        .get("filters")
        .and_then(|filters| filters.get(SECTION))
        .and_then(Value::as_str)
        .map(str::to_owned);
    if let Some(jql) = filter.or_else(|| text("jqlFilter")) {
        hook.query = Query::read(site, &jql)?;
        hook.jql = jql;
    }
    if body.get("events").is_some() {
        hook.events = strings(body, "events");
    }
    hook.name = text("name").unwrap_or_else(|| std::mem::take(&mut hook.name));
    hook.url = text("url").unwrap_or_else(|| std::mem::take(&mut hook.url));
    if site.is_cloud() && body.get("secret").is_some() {
        hook.secret = text("secret").filter(|secret| !secret.is_empty());
    }
    let flag = |name: &str, usual: bool| body.get(name).and_then(Value::as_bool).unwrap_or(usual);
    // The older name first (Jira 5 to 7).
    hook.exclude_body = flag("excludeBody", flag("excludeIssueDetails", hook.exclude_body));
    hook.enabled = flag("enabled", hook.enabled);
    Ok(())
}

/// Whether webhooks can be sent there.
fn is_absolute(url: &str) -> bool {
    let uri = url.parse::<http::Uri>().ok();
    uri.is_some_and(|uri| uri.host().is_some() && matches!(uri.scheme_str(), Some("http" | "https")))
}

/// `DELETE webhook/{id}`
pub(crate) fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    admin(site, call)?;
    let place = find(site, call)?;
    site.hooks.remove(place);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
