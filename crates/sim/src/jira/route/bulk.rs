//! Many issues at once: `issue/bulk` and Cloud's `issue/bulkfetch`.

use http::StatusCode;
use serde::ser::{Serialize, Serializer};
use serde_json::{Value, json};

use super::issue::{created, settle};
use super::{body, signed_in, strings};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::jira::deed;
use crate::jira::edit::Hand;
use crate::jira::issue::{Issue, Via};
use crate::jira::refusal::Refusal;
use crate::jira::site::{By, Site};
use crate::jira::view::fields::select;
use crate::jira::view::issue::{IssueView, Wanted};
use crate::jira::view::{Show, each, object};

/// How many issues one call may create.
const CREATE_LIMIT: usize = 50;
/// How many issues one call may fetch.
const FETCH_LIMIT: usize = 100;

/// `POST issue/bulk`: 201 when at least one was created, 400 when none was.
pub(crate) fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = signed_in(call)?;
    let body = body(call)?;
    let Some(updates) = body.get("issueUpdates").and_then(Value::as_array).filter(|list| !list.is_empty())
    else {
        return Err(Refusal::bad("The request contains no issue creation request"));
    };
    if updates.len() > CREATE_LIMIT {
        return Err(Refusal::bad(format!(
            "The number of issues to create must not exceed the limit of {CREATE_LIMIT}"
        )));
    }
    let spoilt = call.faults.spoils(call.plan);
    let (mut issues, mut errors) = (Vec::new(), Vec::new());
    for (number, update) in updates.iter().enumerate() {
        let made = match spoilt.refusal(number) {
            Some(text) => Err(Refusal::bad(text)),
            None => deed::create::create(site, &Hand::of(call, By { who, via: Via::Api }), update),
        };
        match made {
            Ok(id) => {
                settle(site, call, id);
                issues.push(created(site, call, id));
            }
            Err(refusal) => errors.push(json!({
                "status": refusal.status.as_u16(),
                "elementErrors": refusal.body(),
                "failedElementNumber": number,
            })),
        }
    }
    let status = if issues.is_empty() { StatusCode::BAD_REQUEST } else { StatusCode::CREATED };
    Ok(Answer::json(status, &json!({"issues": issues, "errors": errors})))
}

/// `POST issue/bulkfetch`
pub(crate) fn fetch(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let body = body(call)?;
    let names = strings(&body, "issueIdsOrKeys");
    if names.is_empty() {
        return Err(Refusal::bad("No issue IDs or keys were given."));
    }
    if names.len() > FETCH_LIMIT {
        return Err(Refusal::bad(format!(
            "The number of issues must not exceed the limit of {FETCH_LIMIT}."
        )));
    }
    let wanted = Wanted {
        fields: select(site, &strings(&body, "fields"), &["*navigable"]),
        expand: strings(&body, "expand"),
        properties: strings(&body, "properties"),
        keyed: true,
    };
    let spoilt = call.faults.spoils(call.plan);
    let (mut issues, mut errors): (Vec<&Issue>, Vec<Value>) = (Vec::new(), Vec::new());
    for (number, name) in names.into_iter().enumerate() {
        let seen = match spoilt.refusal(number) {
            Some(_) => Err(Refusal::no_issue()),
            None => site.see(call.caller, &name),
        };
        match seen {
            // An issue asked for twice comes once.
            Ok(issue) if issues.iter().any(|found| found.id == issue.id) => {}
            Ok(issue) => issues.push(issue),
            Err(refusal) => errors.push(json!({"id": name, "errorMessage": refusal.messages.first()})),
        }
    }
    issues.sort_unstable_by_key(|issue| issue.id);
    Ok(Answer::ok(&Fetched { show: Show::call(site, call), issues, errors, wanted }))
}

struct Fetched<'a> {
    show: Show<'a>,
    issues: Vec<&'a Issue>,
    errors: Vec<Value>,
    wanted: Wanted,
}

impl Serialize for Fetched<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        object!(serializer, {
            "expand": "schema,names",
            "issues": each(self.issues.iter(), |issue| IssueView(self.show, issue, &self.wanted)),
            "issueErrors": self.errors,
        })
    }
}
