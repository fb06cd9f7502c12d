//! The audit log of Cloud.

use axum::routing::MethodFilter as Method;
use serde_json::{Value, json};

use super::administer;
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::jira::date::{Stamp, instant};
use crate::jira::instance::Record;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// How many records a page has at most.
const MOST: usize = 1_000;

pub(super) fn cloud() -> Vec<Route<Site>> {
    vec![(Method::GET, "/auditing/record", Act::Read(list))]
}

/// `GET auditing/record`: narrowed by words that must all be found, and by two times.
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (from, to) = (time(call, "from")?, time(call, "to")?);
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        return Err(Refusal::bad("The 'from' date must be before the 'to' date."));
    }
    let text = call.query.get("filter").unwrap_or_default().to_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    let wanted = |record: &&Record| {
        let said = format!("{} {} {}", record.summary, record.category, record.object.1).to_lowercase();
        from.is_none_or(|from| record.at >= from)
            && to.is_none_or(|to| record.at <= to)
            && words.iter().all(|word| said.contains(word))
    };
    let found: Vec<&Record> = site.instance.records().filter(wanted).collect();
    let (offset, limit) = (call.query.number("offset", 0), call.query.number("limit", MOST).min(MOST));
    let shown: Vec<Value> = found.iter().skip(offset).take(limit).map(|record| view(site, record)).collect();
    Ok(Answer::ok(&json!({"offset": offset, "limit": limit, "total": found.len(), "records": shown})))
}

fn time(call: &Call<'_>, name: &str) -> Result<Option<i64>, Refusal> {
    let Some(text) = call.query.get(name) else { return Ok(None) };
    // The plus sign of an offset is a space in a query that was not encoded.
    let found = instant(&text.trim().replace(' ', "+"));
    found.map(Some).ok_or_else(|| Refusal::bad(format!("The '{name}' date is not valid: {text}")))
}

fn view(site: &Site, record: &Record) -> Value {
    let (id, name, kind) = &record.object;
    json!({
        "id": record.id,
        "summary": record.summary,
        "created": Stamp(record.at),
        "category": record.category,
        "eventSource": "",
        "authorKey": site.catalog.account(record.who).key,
        "objectItem": {"id": id, "name": name, "typeName": kind},
        "changedValues": [],
        "associatedItems": [],
    })
}
