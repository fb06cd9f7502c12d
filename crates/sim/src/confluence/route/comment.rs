//! Comments at the foot of pages, and replies to them.

use http::StatusCode;
use serde_json::Value;

use super::super::wiki::{Comment, Version};
use super::super::{hook, view};
use super::{Outcome, bad, caller, id, json_body, missing, next, number, page, storage};
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::jira::site::Site;

/// `GET pages/{id}/footer-comments`: without the replies.
pub(super) fn of(site: &Site, call: &Call<'_>) -> Outcome {
    let page = page::find(site, call)?.id;
    let own = site.wiki.comments.iter().filter(|comment| comment.page == page && comment.parent.is_none());
    let shown: Vec<Value> = own.map(|comment| view::comment(site, call, comment)).collect();
    Ok(Answer::ok(&view::list(site, shown)))
}

fn find<'a>(site: &'a Site, call: &Call<'_>) -> Result<&'a Comment, Answer> {
    caller(call)?;
    site.wiki.comment(id(call)?).ok_or_else(missing)
}

/// `GET footer-comments/{id}`
pub(super) fn get(site: &Site, call: &Call<'_>) -> Outcome {
    Ok(Answer::ok(&view::comment(site, call, find(site, call)?)))
}

/// `POST footer-comments`: on a page, or as a reply.
pub(super) fn create(site: &mut Site, call: &Call<'_>) -> Outcome {
    let (who, body) = (caller(call)?, json_body(call)?);
    let (page, parent) = match (number(&body, "pageId"), number(&body, "parentCommentId")) {
        (Some(page), None) => (page, None),
        (None, Some(parent)) => (site.wiki.comment(parent).ok_or_else(missing)?.page, Some(parent)),
        _ => return Err(bad("Either pageId or parentCommentId has to be there")),
    };
    if site.wiki.page(page).is_none_or(|page| page.trashed) {
        return Err(missing());
    }
    let content = storage(&body)?.ok_or_else(|| bad("The body is missing"))?;
    let (now, id) = (site.frame.clock.now(), site.wiki.take());
    let version = Version { number: 1, author: who, at: now, message: String::new() };
    site.wiki.comments.push(Comment { id, page, parent, body: content, author: who, created: now, version });
    let comment = site.wiki.comment(id).ok_or_else(missing)?;
    hook::comment(site, who, "comment_created", comment);
    Ok(Answer::json(StatusCode::CREATED, &view::comment(site, call, comment)))
}

fn may_change(site: &Site, comment: &Comment, who: Person) -> Result<(), Answer> {
    if comment.author == who || site.is_admin(Some(who)) { Ok(()) } else { Err(page::forbidden()) }
}

/// `PUT footer-comments/{id}`
pub(super) fn update(site: &mut Site, call: &Call<'_>) -> Outcome {
    let (who, body) = (caller(call)?, json_body(call)?);
    let own = find(site, call)?;
    may_change(site, own, who)?;
    let (id, version) = (own.id, next(site, &own.version, &body, who)?);
    let content = storage(&body)?.ok_or_else(|| bad("The body is missing"))?;
    if let Some(comment) = site.wiki.comment_mut(id) {
        (comment.body, comment.version) = (content, version);
    }
    let comment = site.wiki.comment(id).ok_or_else(missing)?;
    hook::comment(site, who, "comment_updated", comment);
    Ok(Answer::ok(&view::comment(site, call, comment)))
}

/// `DELETE footer-comments/{id}`: for good, with the replies.
pub(super) fn delete(site: &mut Site, call: &Call<'_>) -> Outcome {
    let (who, own) = (caller(call)?, find(site, call)?.clone());
    may_change(site, &own, who)?;
    site.wiki.comments.retain(|comment| comment.id != own.id && comment.parent != Some(own.id));
    hook::comment(site, who, "comment_removed", &own);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
