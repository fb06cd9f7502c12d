//! Keeping a Data Center running: its index, its nodes, sessions, and what it asks of passwords.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::rows::administer;
use super::{body, signed_in};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::jira::date::Stamp;
use crate::jira::input::{object, text};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// The only node there is.
const NODE: &str = "node1";

/// What only Data Center and Server have.
pub(crate) fn data_center() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/reindex", Read(progress)),
        (Method::GET, "/reindex/progress", Read(progress)),
        (Method::POST, "/reindex", Write(reindex)),
        (Method::POST, "/reindex/issue", Read(reindex_issues)),
        (Method::GET, "/index/summary", Read(summary)),
        (Method::GET, "/cluster/nodes", Read(nodes)),
        (Method::GET, "/password/policy", Read(policy)),
        (Method::POST, "/password/policy/createUser", Read(weigh)),
        (Method::POST, "/password/policy/updateUser", Read(weigh)),
        (Method::DELETE, "/user/session/{user}", Read(sign_out)),
    ]
}

/// A reindexing that took no time: searches look at the issues themselves.
fn run(site: &Site, call: &Call<'_>, at: i64, kind: &str) -> Value {
    let url = format!("{}/rest/api/{}/reindex/progress?taskId=1", site.base, call.api);
    json!({"progressUrl": url, "currentProgress": 100, "currentSubTask": "Currently reindexing", "type": kind,
        "submittedTime": Stamp(at), "startTime": Stamp(at), "finishTime": Stamp(at), "success": true})
}

/// `GET reindex`: the last one; 404 when there was none.
fn progress(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (at, kind) =
        site.instance.reindexed.as_ref().ok_or_else(|| Refusal::missing("No reindex has taken place."))?;
    Ok(Answer::ok(&run(site, call, *at, kind)))
}

/// `POST reindex`
fn reindex(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let kinds = ["FOREGROUND", "BACKGROUND", "BACKGROUND_PREFFERED", "BACKGROUND_PREFERRED"];
    let wanted = call.query.get("type").unwrap_or("BACKGROUND_PREFERRED");
    let kind = kinds.into_iter().find(|kind| kind.eq_ignore_ascii_case(wanted));
    let kind = kind.ok_or_else(|| Refusal::bad(format!("'{wanted}' is no type of reindex.")))?;
    let now = site.frame.clock.now();
    site.instance.reindexed = Some((now, kind));
    Ok(Answer::json(StatusCode::ACCEPTED, &run(site, call, now, kind)))
}

/// `POST reindex/issue`: done when it is answered.
fn reindex_issues(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    for issue in call.query.list("issueId") {
        site.see(call.caller, &issue)?;
    }
    Ok(Answer::ok(&run(site, call, site.frame.clock.now(), "FOREGROUND")))
}

/// `GET index/summary`: what the index has, which a `stale_index` rule makes lag behind.
fn summary(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let latest = |times: &mut dyn Iterator<Item = i64>| times.max().unwrap_or(0);
    let stored = latest(&mut site.issues.facts().map(|fact| fact.updated));
    let indexed = latest(&mut site.indexed(&[]).map(|issue| issue.updated));
    Ok(Answer::ok(&json!({
        "nodeId": NODE,
        "reportTime": Stamp(site.frame.clock.now()),
        "issueIndex": {
            "indexReadable": true,
            "countInDatabase": site.issues.len(),
            "countInIndex": site.indexed(&[]).count(),
            "countInArchive": site.parts.archived.len(),
            "lastUpdatedInDatabase": Stamp(stored),
            "lastUpdatedInIndex": Stamp(indexed),
        },
        "replicationQueues": {},
    })))
}

/// `GET cluster/nodes`
fn nodes(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    Ok(Answer::ok(&[json!({"nodeId": NODE, "state": "ACTIVE", "alive": true, "ip": "127.0.0.1",
        "cacheListenerPort": 40_001, "lastStateChangeTimestamp": 0, "nodeBuildNumber": 10_030_024,
        "nodeVersion": "10.3.24"})]))
}

/// `GET password/policy`: nothing is asked of passwords, as Jira is installed.
fn policy(_: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    Ok(Answer::ok(&json!([])))
}

/// `POST password/policy/createUser` and `…/updateUser`: what speaks against a password; for a new one nothing does.
fn weigh(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let body = object(body(call)?)?;
    let new = call.route.ends_with("createUser");
    let user = text(&body, "username").ok_or_else(|| Refusal::bad("The username is required."))?;
    if text(&body, if new { "password" } else { "newPassword" }).is_none() {
        return Err(Refusal::bad("The password is required."));
    }
    if !new && crate::jira::input::person(site, user).is_none() {
        return Err(Refusal::missing(format!("The user named '{user}' does not exist")));
    }
    Ok(Answer::ok(&json!([])))
}

/// `DELETE user/session/{username}`: whoever is signed in as this person is so no longer.
fn sign_out(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let name = call.param("user");
    let person = site.catalog.person(|account| account.name.eq_ignore_ascii_case(name));
    let person = person.ok_or_else(|| Refusal::missing(format!("The user named '{name}' does not exist")))?;
    site.gate.sessions().end_all(person);
    Ok(Answer::empty(StatusCode::OK))
}
