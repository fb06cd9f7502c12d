//! Application properties: settings of Jira that have a key.

use axum::routing::MethodFilter as Method;
use serde_json::{Value, json};

use super::{administer, body};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::jira::input::text;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::view::put;

/// A property: key, what it is for, its value in a fresh Jira (Cloud API, "Set application property").
type Known = (&'static str, &'static str, &'static str);

/// Those of the page with advanced settings.
const ADVANCED: &[Known] = &[
    ("jira.clone.prefix", "The text that the summary of a clone begins with.", "CLONE -"),
    ("jira.date.picker.java.format", "How the server writes dates.", "d/MMM/yy"),
    ("jira.date.picker.javascript.format", "How browsers write dates.", "%e/%b/%y"),
    ("jira.date.time.picker.java.format", "How the server writes dates and times.", "dd/MMM/yy h:mm a"),
    ("jira.date.time.picker.javascript.format", "How browsers write dates and times.", "%e/%b/%y %I:%M %p"),
    ("jira.issue.actions.order", "The order of comments and changes on an issue.", "asc"),
    ("jira.view.issue.links.sort.order", "The order of links on an issue.", "type, status, priority"),
    ("jira.comment.collapsing.minimum.hidden", "From how many comments on some are hidden.", "4"),
    ("jira.newsletter.tip.delay.days", "After how many days the newsletter is offered.", "7"),
];

/// The others.
const LOOKS: &[Known] = &[
    ("jira.lf.date.time", "How times are written.", "h:mm a"),
    ("jira.lf.date.day", "How days are written.", "EEEE h:mm a"),
    ("jira.lf.date.complete", "How dates with times are written.", "dd/MMM/yy h:mm a"),
    ("jira.lf.date.dmy", "How dates are written.", "dd/MMM/yy"),
    ("jira.date.time.picker.use.iso8061", "Whether weeks begin on Monday.", "false"),
    ("jira.lf.logo.url", "Where the logo is.", "/images/icon-jira-logo.png"),
    ("jira.lf.logo.show.application.title", "Whether the title stands beside the logo.", "false"),
    ("jira.lf.favicon.url", "Where the icon of pages is.", "/favicon.ico"),
    ("jira.lf.favicon.hires.url", "Where the larger icon of pages is.", "/images/64jira.png"),
    ("jira.lf.navigation.bgcolour", "The colour behind the navigation.", "#0747A6"),
    ("jira.lf.navigation.highlightcolour", "The colour of the navigation's text.", "#DEEBFF"),
    ("jira.lf.hero.button.base.bg.colour", "The colour of the largest button.", "#3b7fc4"),
    ("jira.title", "What this Jira is called.", "Jira"),
    ("jira.option.globalsharing", "Whether filters can be shared with everybody.", "true"),
    ("xflow.product.suggestions.enabled", "Whether other products are suggested.", "true"),
    ("jira.issuenav.criteria.autoupdate", "Whether a search changes as it is typed.", "true"),
];

pub(super) fn both() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/application-properties", Read(list)),
        (Method::GET, "/application-properties/advanced-settings", Read(advanced)),
        (Method::PUT, "/application-properties/{id}", Write(set)),
    ]
}

fn all() -> impl Iterator<Item = &'static Known> {
    ADVANCED.iter().chain(LOOKS)
}

fn find(key: &str) -> Result<&'static Known, Refusal> {
    let missing = || Refusal::missing(format!("The application property '{key}' does not exist."));
    all().find(|known| known.0 == key).ok_or_else(missing)
}

fn is_flag(known: &Known) -> bool {
    matches!(known.2, "true" | "false")
}

fn view(site: &Site, known: &Known) -> Value {
    let (key, about, usual) = *known;
    let value = site.instance.properties.get(key).map_or(usual, String::as_str);
    let mut shown = json!({"key": key, "value": value});
    if site.is_cloud() {
        put(&mut shown, "id", key);
        put(&mut shown, "name", key);
        put(&mut shown, "desc", about);
        put(&mut shown, "defaultValue", usual);
        put(&mut shown, "type", if is_flag(known) { "boolean" } else { "string" });
    } else if key.contains("date") {
        put(&mut shown, "example", "31/Dec/26");
    }
    shown
}

/// `GET application-properties`: one (`key`), or those whose key begins so (`keyFilter`).
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    if let Some(key) = call.query.get("key") {
        let one = view(site, find(key)?);
        return Ok(Answer::ok(&one));
    }
    let start = call.query.get("keyFilter").unwrap_or_default();
    let start = start.trim_end_matches(".*").trim_end_matches('*').replace("\\.", ".");
    let found = all().filter(|known| known.0.starts_with(&start));
    Ok(Answer::ok(&found.map(|known| view(site, known)).collect::<Vec<_>>()))
}

/// `GET application-properties/advanced-settings`
fn advanced(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    Ok(Answer::ok(&ADVANCED.iter().map(|known| view(site, known)).collect::<Vec<_>>()))
}

/// `PUT application-properties/{id}`
fn set(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let known = find(call.param("id"))?;
    let body = body(call)?;
    let value = text(&body, "value").ok_or_else(|| Refusal::bad("The value of the property is missing."))?;
    if is_flag(known) && !matches!(value, "true" | "false") {
        return Err(Refusal::bad(format!("The property '{}' is either true or false.", known.0)));
    }
    if known.0 == "jira.issue.actions.order" && !matches!(value, "asc" | "desc") {
        return Err(Refusal::bad("The order is either asc or desc."));
    }
    site.instance.properties.insert(known.0.to_owned(), value.to_owned());
    Ok(Answer::ok(&view(site, known)))
}
