//! Cloud's histories of issues: chosen entries of one, and those of many at once.

use axum::routing::MethodFilter as Method;
use serde_json::{Value, json};

use super::body;
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::jira::issue::Change;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::view::change::ChangeView;
use crate::jira::view::{Show, put};

/// How many issues can be asked for at once.
const ISSUES: usize = 1_000;
/// How many fields can be asked for at once.
const FIELDS: usize = 10;
/// How many entries there are on a page at most, and unless asked.
const ENTRIES: (usize, usize) = (10_000, 1_000);

pub(super) fn cloud() -> Vec<Route<Site>> {
    use Act::Read;
    vec![
        (Method::POST, "/issue/{issue}/changelog/list", Read(list)),
        (Method::POST, "/changelog/bulkfetch", Read(fetch)),
    ]
}

/// `POST issue/{idOrKey}/changelog/list`
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let issue = site.see(call.caller, call.param("issue"))?;
    let body = body(call)?;
    let ids = body.get("changelogIds").and_then(Value::as_array);
    let ids = ids.ok_or_else(|| Refusal::bad("The changelogIds are required."))?;
    let wanted: Vec<u64> = ids.iter().filter_map(Value::as_u64).collect();
    if wanted.len() < ids.len() {
        return Err(Refusal::bad("The changelogIds are numbers."));
    }
    let show = Show::call(site, call);
    let chosen = issue.history.iter().filter(|change| wanted.contains(&u64::from(change.id)));
    let histories: Vec<Value> = chosen.map(|change| json!(ChangeView(show, change))).collect();
    let count = histories.len();
    Ok(Answer::ok(&json!({"startAt": 0, "maxResults": count, "total": count, "histories": histories})))
}

/// `POST changelog/bulkfetch`: the oldest first, by pages of entries.
fn fetch(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let body = body(call)?;
    let (issues, fields) = (words(&body, "issueIdsOrKeys")?, words(&body, "fieldIds")?);
    if issues.is_empty() || issues.len() > ISSUES {
        return Err(Refusal::bad(format!("Between 1 and {ISSUES} issue IDs or keys must be provided.")));
    }
    if fields.len() > FIELDS {
        return Err(Refusal::bad(format!("No more than {FIELDS} field IDs can be provided.")));
    }
    let max = match body.get("maxResults") {
        None | Some(Value::Null) => ENTRIES.1,
        Some(given) => given
            .as_u64()
            .and_then(|given| usize::try_from(given).ok())
            .filter(|given| (1..=ENTRIES.0).contains(given))
            .ok_or_else(|| Refusal::bad(format!("maxResults must be between 1 and {}.", ENTRIES.0)))?,
    };
    let start = match body.get("nextPageToken").and_then(Value::as_str) {
        None => 0,
        Some(token) => token
            .strip_prefix('c')
            .and_then(|start| start.parse().ok())
            .ok_or_else(|| Refusal::bad("The nextPageToken is invalid."))?,
    };
    let seen: Vec<_> = issues.iter().filter_map(|named| site.see(call.caller, named).ok()).collect();
    let fits = |change: &&Change| {
        let of = |field: &&str| change.items.iter().any(|item| site.names.get(item.id) == *field);
        fields.is_empty() || fields.iter().any(of)
    };
    let mut all: Vec<(i64, u32, &Change)> = Vec::new();
    for issue in seen {
        all.extend(issue.history.iter().filter(fits).map(|change| (change.at, issue.id, change)));
    }
    all.sort_by_key(|(at, issue, change)| (*at, *issue, change.id));
    all.dedup_by_key(|(_, issue, change)| (*issue, change.id));
    let show = Show::call(site, call);
    let mut logs: Vec<(u32, Vec<Value>)> = Vec::new();
    for (_, issue, change) in all.iter().skip(start).take(max) {
        let entry = json!(ChangeView(show, change));
        match logs.iter_mut().find(|(known, _)| known == issue) {
            Some((_, entries)) => entries.push(entry),
            None => logs.push((*issue, vec![entry])),
        }
    }
    let logs: Vec<Value> = logs
        .into_iter()
        .map(|(issue, entries)| json!({"issueId": issue.to_string(), "changeHistories": entries}))
        .collect();
    let mut shown = json!({"issueChangeLogs": logs});
    if start.saturating_add(max) < all.len() {
        put(&mut shown, "nextPageToken", format!("c{}", start + max));
    }
    Ok(Answer::ok(&shown))
}

/// A list of texts; empty when it is not given.
fn words<'a>(body: &'a Value, name: &str) -> Result<Vec<&'a str>, Refusal> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(given) => {
            let given =
                given.as_array().map(|list| list.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
            given.flatten().ok_or_else(|| Refusal::bad(format!("{name} must be a list of strings.")))
        }
    }
}
