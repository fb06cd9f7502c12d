//! Transitions of an issue.

use http::StatusCode;
use serde::ser::{Serialize, Serializer};

use super::body;
use super::issue::settle;
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::jira::deed;
use crate::jira::edit::Hand;
use crate::jira::issue::Issue;
use crate::jira::refusal::Refusal;
use crate::jira::site::{Right, Site};
use crate::jira::view::meta::TransitionView;
use crate::jira::view::{Show, each, object};
use crate::jira::workflow::Transition;

/// `GET issue/{idOrKey}/transitions`: empty for somebody who may not take any.
pub(crate) fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let issue = site.see(call.caller, call.param("issue"))?;
    let workflow = site.catalog.workflow_of(issue.project, issue.kind);
    let only = call.query.get("transitionId");
    let may = site.may(call.caller, issue.project, Right::Transition);
    // Cloud shows steps that are barred by a condition to those who ask.
    let barred = site.is_cloud() && call.query.flag("includeUnavailableTransitions");
    let transitions = workflow
        .leaving(issue.status)
        .filter(|step| may && only.is_none_or(|only| step.id.to_string() == only))
        .filter(|step| barred || step.admits(site, call.caller, issue))
        .collect();
    let fields = call.query.list("expand").iter().any(|name| name == "transitions.fields");
    Ok(Answer::ok(&Transitions { show: Show::call(site, call), issue, transitions, fields }))
}

struct Transitions<'a> {
    show: Show<'a>,
    issue: &'a Issue,
    transitions: Vec<&'a Transition>,
    fields: bool,
}

impl Serialize for Transitions<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { show, issue, fields, .. } = *self;
        object!(serializer, {
            "expand": "transitions",
            "transitions": each(self.transitions.iter(), |step| TransitionView { show, issue, step, fields }),
        })
    }
}

/// `POST issue/{idOrKey}/transitions`
pub(crate) fn take(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (id, by) = site.enter(call.caller, call.param("issue"), Right::Transition)?;
    deed::transition::transition(site, &Hand::of(call, by), id, &body(call)?)?;
    settle(site, call, id);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
