//! The webhooks of apps: `rest/api/3/webhook`, its refreshing, and those that could not be delivered.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::super::{bean, body, signed_in};
use super::is_absolute;
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::world::{Act, Route};
use crate::jira::app::{self, App, Kind};
use crate::jira::date::Stamp;
use crate::jira::hook::dynamic::{Dynamic, EVENTS, LIFE, is_room, of};
use crate::jira::hook::{IDENTIFIER, subset};
use crate::jira::input::object;
use crate::jira::jql::{Query, parse};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::view::put;

/// How long a failure is remembered: 72 hours.
const MEMORY: i64 = 72 * 3_600_000;

/// What only Cloud has.
pub(crate) fn table() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/webhook", Read(list as fn(&Site, &Call<'_>) -> _)),
        (Method::POST, "/webhook", Write(register as fn(&mut Site, &Call<'_>) -> _)),
        (Method::DELETE, "/webhook", Write(delete)),
        (Method::PUT, "/webhook/refresh", Write(refresh)),
        (Method::GET, "/webhook/failed", Read(failed)),
    ]
}

/// The app that calls; people are told that they may not.
fn caller<'a>(site: &'a Site, call: &Call<'_>) -> Result<(Person, &'a App), Refusal> {
    let who = signed_in(call)?;
    // Met by integration-os/connections pull request 60.
    let app = app::of(site, call);
    Ok((who, app.ok_or_else(|| Refusal::forbidden("Only apps can access this resource."))?))
}

/// `GET webhook`: the app's own.
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (who, app) = caller(site, call)?;
    let shown = of(site, app, who).map(|hook| {
        let mut shown = json!({
            "id": hook.id,
            "jqlFilter": hook.jql,
            "events": hook.events,
            "expirationDate": Stamp(hook.expires),
            "url": hook.url,
        });
        let filters = [("fieldIdsFilter", &hook.fields), ("issuePropertyKeysFilter", &hook.properties)];
        for (name, filter) in filters.into_iter().filter_map(|(name, filter)| Some((name, filter.as_ref()?)))
        {
            put(&mut shown, name, filter.clone());
        }
        shown
    });
    Ok(bean(site, call, "webhook", &shown.collect::<Vec<_>>()))
}

/// `POST webhook`: each is registered, or the answer says in its place why not.
fn register(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (who, app) = caller(site, call)?;
    let (app, body) = (app.clone(), object(body(call)?)?);
    let url = body.get("url").and_then(Value::as_str).filter(|url| is_absolute(url));
    let url = url.ok_or_else(|| Refusal::bad("The url must be an absolute URL."))?;
    if app.base_url.as_ref().is_some_and(|base| !is_below(url, base)) {
        return Err(Refusal::bad("The url must use the same base URL as the app."));
    }
    let wanted = body.get("webhooks").and_then(Value::as_array);
    let wanted = wanted.ok_or_else(|| Refusal::bad("A list of webhooks must be provided."))?;
    let now = site.frame.clock.now();
    site.dynamic.retain(|hook| hook.expires > now);
    let mut results = Vec::with_capacity(wanted.len());
    for one in wanted {
        results.push(match read(site, (&app, who), url, one) {
            Ok(hook) => {
                let id = hook.id;
                site.next_hook += 1;
                site.dynamic.push(hook);
                json!({"createdWebhookId": id})
            }
            Err(errors) => json!({"errors": errors}),
        });
    }
    Ok(Answer::ok(&json!({"webhookRegistrationResult": results})))
}

fn is_below(url: &str, base: &str) -> bool {
    url.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
}

/// Reads one webhook, or says what is wrong with it.
fn read(site: &Site, (app, who): (&App, Person), url: &str, one: &Value) -> Result<Dynamic, Vec<String>> {
    // One address for an app, whoever registers it; what expired does not count.
    if let Some(other) = site.dynamic.iter().find(|hook| hook.app == app.key && hook.url != url) {
        let told = format!("Only a single URL per app is allowed to be registered, and it is {}", other.url);
        return Err(vec![told]);
    }
    if !is_room(app, of(site, app, who).count() + 1) {
        return Err(vec!["The app has registered as many webhooks as it may".to_owned()]);
    }
    let list = |name: &str| -> Option<Vec<String>> {
        let list = one.get(name)?.as_array()?;
        Some(list.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    };
    let mut errors = Vec::new();
    let events = list("events").unwrap_or_default();
    if events.is_empty() {
        errors.push("At least one event must be provided".to_owned());
    }
    let unknown = events.iter().filter(|event| !EVENTS.contains(&event.as_str()));
    errors.extend(unknown.map(|event| format!("The event {event} is unsupported")));
    let jql = one.get("jqlFilter").and_then(Value::as_str).unwrap_or_default();
    let query = filter(site, who, jql).map_err(|wrong| errors.extend(wrong)).unwrap_or_default();
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(Dynamic {
        id: site.next_hook,
        app: app.key.clone(),
        user: who,
        url: url.to_owned(),
        events,
        jql: jql.to_owned(),
        query,
        fields: list("fieldIdsFilter"),
        properties: list("issuePropertyKeysFilter"),
        expires: site.frame.clock.now().saturating_add(LIFE),
    })
}

/// Reads a filter. An empty one is refused (ShipfoxHQ/shipfox pull request 1272).
fn filter(site: &Site, who: Person, jql: &str) -> Result<Query, Vec<String>> {
    if jql.trim().is_empty() {
        return Err(vec!["The JQL filter must not be empty".to_owned()]);
    }
    let parsed = parse::parse(jql).map_err(|wrong| vec![wrong])?;
    let unsupported = subset::errors(site, &parsed);
    if !unsupported.is_empty() {
        return Err(unsupported);
    }
    match Query::bind(site, Some(who), &parsed) {
        (query, errors) if errors.is_empty() => Ok(query),
        (_, errors) => Err(errors),
    }
}

/// The ids a body names.
fn ids(call: &Call<'_>) -> Result<Vec<u64>, Refusal> {
    let body = object(body(call)?)?;
    let ids = body.get("webhookIds").and_then(Value::as_array);
    let ids = ids.ok_or_else(|| Refusal::bad("The list of webhook IDs is missing."))?;
    Ok(ids.iter().filter_map(Value::as_u64).collect())
}

/// `DELETE webhook`: what is not the app's is passed over.
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (who, app) = caller(site, call)?;
    let (app, ids) = (app.clone(), ids(call)?);
    site.dynamic.retain(|hook| !(hook.belongs(&app, who) && ids.contains(&hook.id.into())));
    Ok(Answer::empty(StatusCode::ACCEPTED))
}

/// `PUT webhook/refresh`: thirty more days from now on.
fn refresh(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (who, app) = caller(site, call)?;
    let (app, ids, now) = (app.clone(), ids(call)?, site.frame.clock.now());
    let expires = now.saturating_add(LIFE);
    // What is over cannot be brought back.
    let mine = |hook: &&mut Dynamic| hook.expires > now && hook.belongs(&app, who);
    for hook in site.dynamic.iter_mut().filter(mine).filter(|hook| ids.contains(&hook.id.into())) {
        hook.expires = expires;
    }
    Ok(Answer::ok(&json!({"expirationDate": Stamp(expires)})))
}

/// `GET webhook/failed`: what was given up after the last retry, oldest first. Only Connect apps may look.
fn failed(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (_, app) = caller(site, call)?;
    if app.kind != Kind::Connect {
        return Err(Refusal::forbidden("Only Connect apps can access this resource."));
    }
    let max = call.query.number("maxResults", 100).clamp(1, 100);
    // The document calls it `after`, the link of its own example `failedAfter`.
    let after = call.query.get("after").or(call.query.get("failedAfter"));
    let after = after.map_or(Some(0), |text| text.trim().parse::<i64>().ok());
    let after =
        after.ok_or_else(|| Refusal::bad("The time after which webhooks failed must be a number."))?;
    let remembered = site.frame.clock.now().saturating_sub(MEMORY);
    let failures = site.frame.recorder.failures(&app.key, after.max(remembered));
    // Those of one instant are never on two pages.
    let last = failures.get(max - 1).map_or(i64::MAX, |(at, _)| *at);
    let shown: Vec<_> = failures.iter().take_while(|(at, _)| *at <= last).collect();
    let values = shown.iter().map(|(at, one)| {
        let id = one.headers.get(IDENTIFIER).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut value = json!({"id": id, "url": one.url, "failureTime": at});
        if !one.body.is_empty() {
            put(&mut value, "body", String::from_utf8_lossy(&one.body).into_owned());
        }
        value
    });
    let mut page = json!({"maxResults": max, "values": values.collect::<Vec<_>>()});
    if let Some((at, _)) = shown.last() {
        let path = format!("{}/rest/api/{}/webhook/failed", site.base, call.api);
        put(&mut page, "next", format!("{path}?failedAfter={at}&maxResults={max}"));
    }
    Ok(Answer::ok(&page))
}
