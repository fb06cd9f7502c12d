//! Links between issues.

use axum::routing::MethodFilter as Method;
use http::StatusCode;

use super::{body, signed_in};
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::world::{Act, Route};
use crate::jira::deed;
use crate::jira::edit::Hand;
use crate::jira::edit::link as given;
use crate::jira::input::object;
use crate::jira::issue::Via;
use crate::jira::part::Link;
use crate::jira::refusal::Refusal;
use crate::jira::site::{By, Site};
use crate::jira::view::Show;
use crate::jira::view::link::LinkView;

pub(super) fn both() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::POST, "/issueLink", Write(create)),
        (Method::GET, "/issueLink/{id}", Read(get)),
        (Method::DELETE, "/issueLink/{id}", Write(delete)),
    ]
}

/// Whether somebody may link an issue.
fn may_link(site: &Site, who: Person, issue: u32) -> bool {
    site.issues.get(issue).is_some_and(|issue| site.allows(Some(who), issue.project, "LINK_ISSUES"))
}

/// `POST issueLink`: the inward issue is where the link begins, and where the comment goes. A link that is there already
/// is made again without anything happening.
fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = signed_in(call)?;
    let body = object(body(call)?)?;
    let end = |name: &str| {
        let named = body.get(name).filter(|named| named.is_object());
        let named = named.ok_or_else(|| Refusal::bad(format!("'{name}' is required.")))?;
        given::issue(site, call.caller, named).map_err(Refusal::missing)
    };
    let ends = (end("inwardIssue")?, end("outwardIssue")?);
    let kind = given::kind(site, body.get("type")).map_err(Refusal::missing)?;
    if ends.0 == ends.1 {
        return Err(Refusal::bad("You cannot link an issue to itself."));
    }
    if !may_link(site, who, ends.0) {
        let key = site.issues.get(ends.0).map(|issue| site.key(issue)).unwrap_or_default();
        let status = if site.is_cloud() { StatusCode::NOT_FOUND } else { StatusCode::UNAUTHORIZED };
        return Err(Refusal::new(status, format!("No Link Issue Permission for issue '{key}'")));
    }
    let hand = Hand::of(call, By { who, via: Via::Api });
    let comment = body.get("comment").filter(|comment| !comment.is_null());
    let comment = comment.map(|comment| deed::comment::read(site, &hand, comment)).transpose()?;
    deed::link::create(site, hand.by, kind, ends);
    if let Some(comment) = comment {
        deed::comment::add(site, &hand, ends.0, comment)?;
    }
    super::super::issue::settle(site, call, ends.0);
    Ok(Answer::empty(StatusCode::CREATED))
}

/// The link the path names, if the caller may see both ends.
fn find(site: &Site, call: &Call<'_>) -> Result<Link, Refusal> {
    let named = call.param("id");
    let id: u32 =
        named.parse().map_err(|_| Refusal::bad(format!("The issue link id '{named}' is not a number.")))?;
    let seen = |id: u32| site.issues.get(id).is_some_and(|issue| site.sees(call.caller, issue));
    let link = site.parts.links.get(&id).filter(|link| seen(link.source) && seen(link.destination));
    link.copied().ok_or_else(|| Refusal::missing(format!("No issue link with id '{id}' exists.")))
}

/// `GET issueLink/{id}`
fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    Ok(Answer::ok(&LinkView { show: Show::call(site, call), link: find(site, call)?, of: None }))
}

/// `DELETE issueLink/{id}`: whoever may link one of the ends.
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = signed_in(call)?;
    let link = find(site, call)?;
    if !may_link(site, who, link.source) && !may_link(site, who, link.destination) {
        let status = if site.is_cloud() { StatusCode::NOT_FOUND } else { StatusCode::UNAUTHORIZED };
        return Err(Refusal::new(status, "No Link Issue Permission for the issues of this link."));
    }
    deed::link::delete(site, By { who, via: Via::Api }, link.id);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
