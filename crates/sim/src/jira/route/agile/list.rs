//! Pages of issues: those of a board, a sprint or an epic, narrowed by a query, in the order of their ranks.

use serde_json::{Value, json};

use super::super::{page, slice};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::jira::agile::{Board, Stage};
use crate::jira::catalog::Category;
use crate::jira::issue::Issue;
use crate::jira::jql::Query;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::view::agile as view;
use crate::jira::view::fields::select;
use crate::jira::view::issue::Wanted;

/// The longest page of issues.
const CAP: usize = 1_000;

/// What of an issue the query asks for, and the names of the fields it asks for.
pub(super) fn wanted(site: &Site, call: &Call<'_>) -> (Wanted, Vec<String>) {
    let asked = call.query.list("fields");
    let wanted = Wanted {
        fields: select(site, &asked, &["*navigable"]),
        expand: call.query.list("expand"),
        properties: call.query.list("properties"),
        keyed: true,
    };
    (wanted, asked)
}

/// The page of those issues the caller may see, that `fits`, and that match the query's `jql`.
pub(super) fn issues(site: &Site, call: &Call<'_>, fits: impl Fn(&Issue) -> bool) -> Result<Answer, Refusal> {
    super::super::signed_in(call)?;
    let jql = call.query.get("jql").unwrap_or_default();
    // A query that cannot be read is passed over when the caller says so; it narrows nothing then.
    let query = match Query::read(site, jql) {
        Ok(query) => query,
        Err(_) if call.query.get("validateQuery").is_some_and(|flag| flag.eq_ignore_ascii_case("false")) => {
            Query::default()
        }
        Err(refusal) => return Err(refusal),
    };
    let mut found = query.all(site, call.caller);
    found.retain(|issue| fits(issue));
    if !jql.to_lowercase().contains("order by") {
        found.sort_by_cached_key(|issue| issue.rank(&site.catalog));
    }
    let (start, max) = page(call, 50, CAP);
    let (wanted, asked) = wanted(site, call);
    let shown: Vec<Value> = slice(&found, (start, max))
        .iter()
        .map(|issue| view::issue(site, call.caller, issue, &wanted, &asked))
        .collect();
    Ok(Answer::ok(&json!({
        "expand": "schema,names",
        "startAt": start,
        "maxResults": max,
        "total": found.len(),
        "issues": shown,
    })))
}

/// The query of a board's filter. One that cannot be read any more finds nothing.
pub(super) fn query(site: &Site, board: &Board) -> Option<Query> {
    site.filters.get(board.filter).and_then(|filter| Query::read(site, &filter.jql).ok())
}

/// Whether an issue is on a board: its filter finds it, and a scrum board shows no epics.
pub(super) fn on_board(
    site: &Site,
    call: &Call<'_>,
    board: &Board,
    query: &Option<Query>,
    issue: &Issue,
) -> bool {
    !(board.scrum && site.is_epic(issue))
        && query.as_ref().is_some_and(|query| query.matches(site, issue, call.caller))
}

/// Whether an issue still waits: it is not done, and on a scrum board in no sprint that is not over.
pub(super) fn waits(site: &Site, board: &Board, issue: &Issue) -> bool {
    let category = site.catalog.statuses.get(issue.status).category;
    if board.scrum {
        category != Category::Done
            && site.open_sprint(issue).is_none_or(|sprint| sprint.stage == Stage::Closed)
    } else {
        category == Category::New
    }
}
