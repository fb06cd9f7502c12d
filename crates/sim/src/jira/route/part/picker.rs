//! `issue/picker`: issues a person may mean by the words typed so far.

use axum::routing::MethodFilter as Method;
use serde_json::{Value, json};

use super::signed_in;
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::jira::issue::Issue;
use crate::jira::jql::Query;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::view::put;

/// How many issues a section has at most.
const MOST: usize = 20;

pub(super) fn both() -> Vec<Route<Site>> {
    vec![(Method::GET, "/issue/picker", Act::Read(pick))]
}

/// `GET issue/picker`: what the person saw and did, and what a query finds if one is given.
fn pick(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = signed_in(call)?;
    let given = |name: &str| call.query.get(name).map(str::trim).filter(|text| !text.is_empty());
    let text = given("query").unwrap_or_default();
    let words: Vec<String> = text.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let current = given("currentIssueKey").and_then(|key| site.see(call.caller, key).ok());
    let project = given("currentProjectId").and_then(|id| id.parse::<u32>().ok());
    let (subtasks, parent) =
        (given("showSubTasks") != Some("false"), given("showSubTaskParent") != Some("false"));
    let fits = |issue: &&Issue| {
        let excluded = current.is_some_and(|current| {
            issue.id == current.id || (!parent && current.parts().parent == Some(issue.id))
        });
        let summary = issue.summary.to_lowercase();
        let key = site.key(issue).to_lowercase();
        let number = key.rsplit_once('-').map(|(_, number)| number.to_owned()).unwrap_or_default();
        !excluded
            && site.sees(call.caller, issue)
            && project.is_none_or(|id| site.catalog.projects.get(issue.project).id == id)
            && (subtasks || issue.parts().parent.is_none())
            && words.iter().all(|word| {
                summary.contains(word.as_str()) || key.starts_with(word.as_str()) || *word == number
            })
    };
    let mut past: Vec<&Issue> =
        site.parts.seen_by(who).into_iter().filter_map(|id| site.issues.get(id)).collect();
    let known: Vec<u32> = past.iter().map(|issue| issue.id).collect();
    let did =
        |issue: &&Issue| issue.creator == who || issue.history.iter().any(|change| change.author == who);
    past.extend(site.issues.iter().filter(did).filter(|issue| !known.contains(&issue.id)));
    let past: Vec<&Issue> = past.into_iter().filter(fits).collect();
    let mut sections = vec![section(site, ("hs", "History Search"), &past, text)];
    if let Some(jql) = call.query.get("currentJQL") {
        let query = Query::ask(site, call.caller, jql).ok();
        let found = query.as_ref().map(|query| query.all(site, call.caller)).unwrap_or_default();
        let found: Vec<&Issue> = found.into_iter().filter(fits).collect();
        sections.push(section(site, ("cs", "Current Search"), &found, text));
    }
    Ok(Answer::ok(&json!({"sections": sections})))
}

fn section(site: &Site, (id, label): (&str, &str), all: &[&Issue], typed: &str) -> Value {
    let issues: Vec<Value> = all.iter().take(MOST).map(|issue| suggested(site, issue, typed)).collect();
    let mut shown = json!({"id": id, "label": label, "issues": issues});
    if all.is_empty() {
        put(&mut shown, "msg", "No matching issues found");
    } else {
        put(&mut shown, "sub", format!("Showing {} of {} matching issues", all.len().min(MOST), all.len()));
    }
    shown
}

fn suggested(site: &Site, issue: &Issue, typed: &str) -> Value {
    let key = site.key(issue);
    let avatar = &site.catalog.kinds.get(issue.kind).avatar;
    let mut shown = json!({
        "key": key,
        "keyHtml": marked(&key, typed),
        "img": format!("/secure/viewavatar?size=medium&avatarId={avatar}&avatarType=issuetype"),
        "summary": marked(&issue.summary, typed),
        "summaryText": &*issue.summary,
    });
    if site.is_cloud() {
        put(&mut shown, "id", issue.id);
    }
    shown
}

/// A text as HTML, with what was typed in bold.
fn marked(text: &str, typed: &str) -> String {
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let found = text.to_lowercase().find(&typed.to_lowercase()).filter(|_| !typed.is_empty());
    let parts = found.and_then(|start| {
        let (end, rest) = (start + typed.len(), text.get(start..)?);
        Some((text.get(..start)?, rest.get(..typed.len())?, text.get(end..)?))
    });
    match parts {
        Some((before, word, after)) => {
            format!("{}<b>{}</b>{}", escape(before), escape(word), escape(after))
        }
        None => escape(text),
    }
}
