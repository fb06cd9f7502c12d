//! Which issues have too much hanging on them, on Cloud.

use axum::routing::MethodFilter as Method;
use serde_json::{Map, Value, json};

use super::super::rows::administer;
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::jira::issue::Issue;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// How many of each an issue can have (the operation's own example), and from which part of it on it is near.
const LIMITS: [(&str, usize); 5] = [
    ("comment", 5_000),
    ("worklog", 10_000),
    ("attachment", 2_000),
    ("issuelinks", 2_000),
    ("remoteIssueLinks", 2_000),
];
const NEAR: usize = 90;

pub(super) fn cloud() -> Vec<Route<Site>> {
    vec![(Method::GET, "/issue/limit/report", Act::Read(report))]
}

fn count(issue: &Issue, what: &str) -> usize {
    let parts = issue.parts();
    match what {
        "comment" => issue.comments.len(),
        "worklog" => parts.worklogs.len(),
        "attachment" => parts.attachments.len(),
        "issuelinks" => parts.links.len(),
        _ => parts.remotes.len(),
    }
}

/// `GET issue/limit/report`: ids, or keys (`isReturningKeys`), of issues beyond and near a limit.
fn report(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let keys = call.query.flag("isReturningKeys");
    let name = |issue: &Issue| if keys { site.key(issue) } else { issue.id.to_string() };
    let (mut over, mut near) = (Map::new(), Map::new());
    for (what, limit) in LIMITS {
        let (mut beyond, mut close) = (Map::new(), Map::new());
        for issue in site.issues.iter().filter(|issue| site.sees(call.caller, issue)) {
            match count(issue, what) {
                count if count > limit => beyond.insert(name(issue), count.into()),
                count if count >= limit * NEAR / 100 => close.insert(name(issue), count.into()),
                _ => None,
            };
        }
        for (found, into) in [(beyond, &mut over), (close, &mut near)] {
            if !found.is_empty() {
                into.insert(what.to_owned(), Value::Object(found));
            }
        }
    }
    let limits: Map<String, Value> =
        LIMITS.iter().map(|(what, limit)| ((*what).to_owned(), json!(limit))).collect();
    Ok(Answer::ok(&json!({"issuesBreachingLimit": over, "issuesApproachingLimit": near, "limits": limits})))
}
