//! What stands on each page.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::form::decode;
use super::render::Page;
use super::{presets, text};
use crate::frame::call::Query;
use crate::frame::control::traffic;
use crate::frame::recorder::Fate;
use crate::frame::world::{House, World};

/// How many requests and webhooks the first page shows.
const SHOWN: usize = 60;
/// How many items a page has.
const PAGE: usize = 50;

/// The colour of a status.
fn tone(status: u64) -> &'static str {
    match status {
        200..=299 => "good",
        300..=399 => "",
        400..=499 => "warn",
        _ => "bad",
    }
}

fn toned(mut value: Value, tone: &str) -> Value {
    if let Some(members) = value.as_object_mut() {
        members.insert("tone".to_owned(), json!(tone));
    }
    value
}

fn shown_request(mut request: Value) -> Value {
    if let Some(query) = request.get_mut("query") {
        *query = query.as_str().map(decode).into();
    }
    let status = request.get("status").and_then(Value::as_u64).unwrap_or(0);
    toned(request, tone(status))
}

fn shown_webhook(mut sent: Value) -> Value {
    let tone = match text(&sent, "fate") {
        "delivered" => "good",
        "queued" | "held" => "",
        "failed" => "bad",
        _ => "warn",
    };
    let last = sent.get("attempts").and_then(Value::as_array).and_then(|attempts| attempts.last());
    let said = last.map(|last| match last.get("status") {
        Some(status) => format!("answered {status}"),
        None => text(last, "error").to_owned(),
    });
    if let Some(members) = sent.as_object_mut() {
        members.insert("said".to_owned(), json!(said));
    }
    toned(sent, tone)
}

pub(super) fn traffic<W: World>(house: &House<W>) -> Page {
    let recorder = &house.frame.recorder;
    let (requests, webhooks) = recorder.totals();
    let since = |total: u64| total.saturating_sub(SHOWN as u64);
    let received = recorder.requests(since(requests));
    let sent = recorder.webhooks(since(webhooks));
    let held = recorder.webhooks(0).iter().filter(|sent| sent.fate == Fate::Held).count();
    let about = house.read(|world| world.about());
    let hooks = house.read(W::state).get("hooks").cloned().unwrap_or_default();
    let context = json!({
        "requests": received.iter().rev().map(|one| shown_request(json!(one))).collect::<Vec<_>>(),
        "webhooks": sent.iter().rev().map(|one| shown_webhook(traffic::show(one))).collect::<Vec<_>>(),
        "held": held,
        "hooks": hooks,
        "example": about.sign_in.first().map(|way| way.example.clone()),
    });
    Page::new("traffic", "traffic", context)
}

pub(super) fn request<W: World>(house: &House<W>, id: u64) -> Option<Page> {
    let shown = traffic::exchanged(house, id)?;
    Some(Page::new("request", "traffic", json!({"one": shown_request(shown)})))
}

pub(super) fn webhook<W: World>(house: &House<W>, id: u64) -> Option<Page> {
    let sent = house.frame.recorder.find_webhook(id)?;
    Some(Page::new("webhook", "traffic", json!({"one": shown_webhook(traffic::show(&sent))})))
}

pub(super) fn items<W: World>(house: &House<W>, query: &Query) -> Page {
    let (words, start) = (query.get("q").unwrap_or_default(), query.number("start", 0));
    let found = house.read(|world| world.list(words, start, PAGE));
    let total = found.get("total").and_then(Value::as_u64).and_then(|total| usize::try_from(total).ok());
    let end = start.saturating_add(PAGE);
    let about = house.read(|world| world.about());
    let kinds: BTreeSet<&String> = about.projects.iter().flat_map(|project| &project.types).collect();
    let context = json!({
        "found": found, "q": words, "start": start,
        "before": (start > 0).then(|| start.saturating_sub(PAGE)),
        "after": total.is_some_and(|total| end < total).then_some(end),
        "kinds": kinds,
        "about": about,
    });
    Page::new("items", "items", context)
}

/// What an item's page shows elsewhere than in its table of details.
const APART: &[&str] = &[
    "id",
    "key",
    "type",
    "title",
    "description",
    "state",
    "created",
    "updated",
    "comments",
    "writes",
    "history",
];

pub(super) fn item<W: World>(house: &House<W>, id: &str) -> Option<Page> {
    let one = house.read(|world| world.item(id))?;
    let own = text(&one, "id").to_owned();
    let details: Vec<(&String, &Value)> = one
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, value)| !APART.contains(&name.as_str()) && !is_empty(value))
        .collect();
    let context = json!({
        "details": details,
        "one": one,
        "states": house.read(|world| world.states_of(&own)),
        "about": house.read(|world| world.about()),
    });
    Some(Page::new("item", "items", context))
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

pub(super) fn setup<W: World>(house: &House<W>) -> Page {
    let context = house.read(|world| {
        json!({
            "about": world.about(),
            "hooks": world.state().get("hooks").cloned().unwrap_or_default(),
            "toggles": world.toggles(),
        })
    });
    Page::new("setup", "setup", context)
}

pub(super) fn faults<W: World>(house: &House<W>) -> Page {
    let rules = house.frame.faults.list().into_iter().map(|rule| {
        let short = json!({"match": rule.matching, "do": rule.switch}).to_string();
        let mut shown = json!(rule);
        if let Some(members) = shown.as_object_mut() {
            members.insert("short".to_owned(), json!(short));
        }
        shown
    });
    let context = json!({
        "rules": rules.collect::<Vec<_>>(),
        "presets": presets::groups(house),
        "kinds": presets::KINDS,
        "sample": presets::SAMPLE,
        "about": house.read(|world| world.about()),
    });
    Page::new("faults", "faults", context)
}

pub(super) fn clock<W: World>(house: &House<W>) -> Page {
    Page::new("clock", "clock", json!({"snapshots": house.snapshots.list()}))
}
