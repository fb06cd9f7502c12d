//! Comments by their ids alone: their properties, many of them at once, and those pinned to the top of an issue.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::property;
use super::{body, enter, signed_in};
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::world::{Act, Route};
use crate::jira::date::Stamp;
use crate::jira::deed::comment as deed;
use crate::jira::issue::{Comment, Issue};
use crate::jira::part::Pin;
use crate::jira::refusal::Refusal;
use crate::jira::site::{Right, Site};
use crate::jira::view::Show;
use crate::jira::view::comment::CommentView;

/// How many can be asked for at once.
const MOST: usize = 1_000;
/// What Jira writes where a list has no pages.
const ALL: usize = 1_048_576;

pub(super) fn both() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/comment/{id}/properties", Read(property_keys)),
        (Method::GET, "/comment/{id}/properties/{key}", Read(get_property)),
        (Method::PUT, "/comment/{id}/properties/{key}", Write(set_property)),
        (Method::DELETE, "/comment/{id}/properties/{key}", Write(delete_property)),
    ]
}

/// What only Cloud has.
pub(super) fn cloud() -> Vec<Route<Site>> {
    vec![(Method::POST, "/comment/list", Act::Read(list))]
}

/// What only Data Center has.
pub(super) fn data_center() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::PUT, "/issue/{issue}/comment/{id}/pin", Write(pin)),
        (Method::GET, "/issue/{issue}/pinned-comments", Read(pinned)),
    ]
}

fn readable(site: &Site, caller: Option<Person>, issue: &Issue, comment: &Comment) -> bool {
    site.sees(caller, issue) && site.may_read(caller, comment)
}

/// The comment the path names and its issue, if the caller may read it.
fn find<'a>(site: &'a Site, call: &Call<'_>) -> Result<(&'a Issue, &'a Comment), Refusal> {
    let named = call.param("id");
    let id: u32 = named.parse().map_err(|_| deed::missing(named))?;
    let all = site.issues.iter().flat_map(|issue| issue.comments.iter().map(move |comment| (issue, comment)));
    let mut found = all.filter(|(_, comment)| comment.id == id);
    let found = found.next().filter(|(issue, comment)| readable(site, call.caller, issue, comment));
    found.ok_or_else(|| deed::missing(named))
}

/// `GET comment/{id}/properties`
fn property_keys(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (_, comment) = find(site, call)?;
    Ok(property::keys(site, call, &format!("comment/{}", comment.id), &comment.properties))
}

/// `GET comment/{id}/properties/{key}`
fn get_property(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    property::get(site, call, &find(site, call)?.1.properties)
}

/// The comment of the path, for somebody who may edit it.
fn editable<'a>(site: &'a mut Site, call: &Call<'_>) -> Result<&'a mut Comment, Refusal> {
    let who = signed_in(call)?;
    let (issue, comment) = find(site, call)?;
    let own = comment.author == who && site.allows(Some(who), issue.project, "EDIT_OWN_COMMENTS");
    if !own && !site.allows(Some(who), issue.project, "EDIT_ALL_COMMENTS") {
        return Err(Refusal::forbidden("You do not have the permission to edit this comment."));
    }
    let (issue, id) = (issue.id, comment.id);
    let comments = site.issues.get_mut(issue).map(|issue| issue.comments.iter_mut());
    comments.into_iter().flatten().find(|comment| comment.id == id).ok_or_else(|| deed::missing(id))
}

/// `PUT comment/{id}/properties/{key}`
fn set_property(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let given = property::given(site, call)?;
    Ok(property::set(&mut editable(site, call)?.properties, given))
}

/// `DELETE comment/{id}/properties/{key}`
fn delete_property(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let key = call.param("key");
    let name = site.names.find(key);
    property::delete(&mut editable(site, call)?.properties, name, key)
}

/// `POST comment/list`: those the caller may not read are left out.
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let body = body(call)?;
    let ids = body.get("ids").and_then(Value::as_array).filter(|ids| !ids.is_empty());
    let ids = ids.ok_or_else(|| Refusal::bad("At least one comment ID must be provided."))?;
    if ids.len() > MOST {
        return Err(Refusal::bad(format!("No more than {MOST} comment IDs can be provided.")));
    }
    let wanted: Vec<u64> = ids.iter().filter_map(Value::as_u64).collect();
    if wanted.len() < ids.len() {
        return Err(Refusal::bad("Comment IDs are numbers."));
    }
    let expands = |what: &str| call.query.list("expand").iter().any(|name| name == what);
    let (show, properties, rendered) =
        (Show::call(site, call), expands("properties"), expands("renderedBody"));
    let mut values: Vec<(u32, Value)> = Vec::new();
    for issue in site.issues.iter() {
        for comment in &issue.comments {
            if wanted.contains(&u64::from(comment.id)) && readable(site, call.caller, issue, comment) {
                let view = CommentView { show, issue: issue.id, comment, properties, rendered };
                values.push((comment.id, json!(view)));
            }
        }
    }
    values.sort_by_key(|(id, _)| *id);
    let values: Vec<Value> = values.into_iter().map(|(_, value)| value).collect();
    Ok(Answer::ok(
        &json!({"maxResults": ALL, "startAt": 0, "total": values.len(), "isLast": true, "values": values}),
    ))
}

/// `PUT issue/{idOrKey}/comment/{id}/pin`: the body says whether.
fn pin(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let entered = enter(site, call)?;
    let Value::Bool(pinned) = body(call)? else {
        return Err(Refusal::bad("Whether a comment is pinned is true or false."));
    };
    let issue = site.see(call.caller, call.param("issue"))?;
    let named = call.param("id");
    let comment = issue.comments.iter().find(|comment| comment.id.to_string() == named);
    let comment = comment.filter(|comment| site.may_read(call.caller, comment));
    let comment = comment.ok_or_else(|| deed::missing(named))?.id;
    if !site.may(call.caller, entered.project, Right::Edit) {
        return Err(deed::missing(named));
    }
    let at = site.frame.clock.now();
    if let Some(issue) = site.issues.get_mut(entered.id) {
        let pins = &mut issue.parts_mut().pins;
        if !pinned {
            pins.retain(|pin| pin.comment != comment);
        } else if pins.iter().all(|pin| pin.comment != comment) {
            pins.push(Pin { comment, by: entered.by.who, at });
        }
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `GET issue/{idOrKey}/pinned-comments`: the one pinned last is on top.
fn pinned(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let issue = site.see(call.caller, call.param("issue"))?;
    let show = Show::call(site, call);
    let known = issue.parts().pins.iter().rev().filter_map(|pin| {
        let comment = issue.comments.iter().find(|comment| comment.id == pin.comment)?;
        site.may_read(call.caller, comment).then_some((pin, comment))
    });
    let shown = known.map(|(pin, comment)| {
        let view = CommentView { show, issue: issue.id, comment, properties: false, rendered: false };
        json!({"comment": view, "pinnedBy": site.catalog.account(pin.by).key, "pinnedDate": Stamp(pin.at)})
    });
    Ok(Answer::ok(&shown.collect::<Vec<Value>>()))
}
