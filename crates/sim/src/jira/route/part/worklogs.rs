//! Logged work of all issues: which was changed or deleted since, and many worklogs by id.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::{body, signed_in};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::jira::issue::Issue;
use crate::jira::part::Worklog;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::view::comment::PropertyView;
use crate::jira::view::worklog::WorklogView;
use crate::jira::view::{Show, put};

/// How many are told at once.
const MOST: usize = 1_000;
/// What was done within this time is not told yet, so that nothing committed late is missed.
const YOUNG: i64 = 60_000;

pub(super) fn both() -> Vec<Route<Site>> {
    use Act::Read;
    vec![
        (Method::GET, "/worklog/updated", Read(updated)),
        (Method::GET, "/worklog/deleted", Read(deleted)),
        (Method::POST, "/worklog/list", Read(list)),
    ]
}

/// The worklogs the caller may read, with their issues.
fn readable<'a>(site: &'a Site, call: &Call<'_>) -> impl Iterator<Item = (&'a Issue, &'a Worklog)> {
    let caller = call.caller;
    let known = site.parts.worklogs.iter().filter_map(|(id, issue)| {
        let issue = site.issues.get(*issue)?;
        Some((issue, issue.parts().worklogs.iter().find(|worklog| worklog.id == *id)?))
    });
    known.filter(move |(issue, worklog)| {
        site.sees(caller, issue) && site.is_open(caller, worklog.visibility.as_ref())
    })
}

/// `GET worklog/updated`
fn updated(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let properties = call.query.list("expand").iter().any(|name| name == "properties");
    let show = Show::call(site, call);
    let changed = readable(site, call).map(|(_, worklog)| {
        let listed: Vec<Value> = if properties {
            worklog.properties.iter().map(|(key, value)| json!(PropertyView(show, *key, value))).collect()
        } else {
            Vec::new()
        };
        (worklog.updated, worklog.id, listed)
    });
    Ok(feed(site, call, "updated", changed.collect()))
}

/// `GET worklog/deleted`
fn deleted(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let gone = site.parts.gone_worklogs.iter().map(|(id, at)| (*at, *id, Vec::new()));
    Ok(feed(site, call, "deleted", gone.collect()))
}

/// A page of what happened since, oldest first.
fn feed(site: &Site, call: &Call<'_>, what: &str, mut all: Vec<(i64, u32, Vec<Value>)>) -> Answer {
    let since = call.query.get("since").and_then(|text| text.trim().parse::<i64>().ok()).unwrap_or(0);
    let newest = site.frame.clock.now() - YOUNG;
    all.retain(|(at, ..)| (since..=newest).contains(at));
    all.sort_by_key(|(at, id, _)| (*at, *id));
    let last = all.len() <= MOST;
    all.truncate(MOST);
    let until = all.last().map_or(newest.max(since), |(at, ..)| *at);
    let values: Vec<Value> = all
        .into_iter()
        .map(|(at, id, properties)| {
            let mut one = json!({"worklogId": id, "updatedTime": at});
            if site.is_cloud() {
                put(&mut one, "properties", properties);
            }
            one
        })
        .collect();
    let path = format!("{}/rest/api/{}/worklog/{what}?since=", site.base, call.api);
    let mut page = json!({
        "values": values, "since": since, "until": until, "self": format!("{path}{since}"), "lastPage": last,
    });
    if !site.is_cloud() {
        put(&mut page, "isLastPage", last);
    }
    if !last {
        put(&mut page, "nextPage", format!("{path}{until}"));
    }
    Answer::ok(&page)
}

/// `POST worklog/list`
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let body = body(call)?;
    let ids = body.get("ids").and_then(Value::as_array).filter(|ids| !ids.is_empty());
    let ids = ids.ok_or_else(|| Refusal::bad("The ids of worklogs are required."))?;
    if ids.len() > MOST {
        return Err(Refusal::bad(format!("No more than {MOST} worklogs can be read at once.")));
    }
    let wanted: Vec<u64> = ids.iter().filter_map(Value::as_u64).collect();
    if wanted.len() < ids.len() {
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "The ids of worklogs are numbers."));
    }
    let (show, properties) =
        (Show::call(site, call), call.query.list("expand").iter().any(|name| name == "properties"));
    let found = readable(site, call).filter(|(_, worklog)| wanted.contains(&u64::from(worklog.id)));
    let shown =
        found.map(|(issue, worklog)| json!(WorklogView { show, issue: issue.id, worklog, properties }));
    Ok(Answer::ok(&shown.collect::<Vec<Value>>()))
}
