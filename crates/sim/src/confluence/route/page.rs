//! Pages: read, made, changed by the version that follows, put into the trash.

use http::StatusCode;
use serde_json::Value;

use super::super::wiki::{Page, Version};
use super::super::{hook, view};
use super::{Outcome, bad, caller, id, json_body, missing, next, number, refused, storage, text};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::jira::site::Site;

/// `GET pages`: by `space-id`, `title` and `id`.
pub(super) fn list(site: &Site, call: &Call<'_>) -> Outcome {
    caller(call)?;
    let (spaces, ids) = (call.query.list("space-id"), call.query.list("id"));
    let title = call.query.get("title");
    let wanted = site.wiki.pages.iter().filter(|page| {
        !page.trashed
            && (spaces.is_empty() || spaces.contains(&page.space.to_string()))
            && (ids.is_empty() || ids.contains(&page.id.to_string()))
            && title.is_none_or(|title| page.title == title)
    });
    let shown: Vec<Value> = wanted.map(|page| view::page(site, call, page)).collect();
    Ok(Answer::ok(&view::list(site, shown)))
}

/// A page that is not in the trash.
pub(super) fn find<'a>(site: &'a Site, call: &Call<'_>) -> Result<&'a Page, Answer> {
    caller(call)?;
    site.wiki.page(id(call)?).filter(|page| !page.trashed).ok_or_else(missing)
}

/// `GET pages/{id}`
pub(super) fn get(site: &Site, call: &Call<'_>) -> Outcome {
    Ok(Answer::ok(&view::page(site, call, find(site, call)?)))
}

fn is_taken(site: &Site, space: u32, title: &str, but: Option<u32>) -> bool {
    site.wiki
        .pages
        .iter()
        .any(|page| page.space == space && page.title == title && Some(page.id) != but && !page.trashed)
}

/// `POST pages`
pub(super) fn create(site: &mut Site, call: &Call<'_>) -> Outcome {
    let (who, body) = (caller(call)?, json_body(call)?);
    let space = number(&body, "spaceId").filter(|id| site.wiki.spaces.iter().any(|space| space.id == *id));
    let space = space.ok_or_else(missing)?;
    let title = text(&body, "title").ok_or_else(|| bad("The title is missing"))?.to_owned();
    if is_taken(site, space, &title, None) {
        return Err(bad(
            "A page with this title already exists: a page already exists with the same TITLE in this space",
        ));
    }
    let parent = number(&body, "parentId");
    if parent.is_some_and(|parent| site.wiki.page(parent).is_none()) {
        return Err(missing());
    }
    let (now, content) = (site.frame.clock.now(), storage(&body)?.unwrap_or_default());
    let id = site.wiki.take();
    site.wiki.pages.push(Page {
        id,
        space,
        parent,
        title,
        body: content,
        author: who,
        created: now,
        version: Version { number: 1, author: who, at: now, message: String::new() },
        trashed: false,
        properties: Vec::new(),
    });
    let page = site.wiki.page(id).ok_or_else(missing)?;
    hook::page(site, who, "page_created", page);
    Ok(Answer::ok(&view::page(site, call, page)))
}

/// `PUT pages/{id}`
pub(super) fn update(site: &mut Site, call: &Call<'_>) -> Outcome {
    let (who, body) = (caller(call)?, json_body(call)?);
    let own = find(site, call)?;
    let (id, space) = (own.id, own.space);
    if text(&body, "status") != Some("current") || number(&body, "id") != Some(id) {
        return Err(bad("The body has to name the page's id and the status `current`"));
    }
    let title = text(&body, "title").ok_or_else(|| bad("The title is missing"))?.to_owned();
    let version = next(site, &own.version, &body, who)?;
    if is_taken(site, space, &title, Some(id)) {
        return Err(bad(
            "A page with this title already exists: a page already exists with the same TITLE in this space",
        ));
    }
    let content = storage(&body)?.ok_or_else(|| bad("The body is missing"))?;
    if let Some(page) = site.wiki.page_mut(id) {
        (page.title, page.body, page.version) = (title, content, version);
    }
    let page = site.wiki.page(id).ok_or_else(missing)?;
    hook::page(site, who, "page_updated", page);
    Ok(Answer::ok(&view::page(site, call, page)))
}

/// `DELETE pages/{id}`: into the trash.
pub(super) fn delete(site: &mut Site, call: &Call<'_>) -> Outcome {
    let (who, id) = (caller(call)?, find(site, call)?.id);
    if let Some(page) = site.wiki.page_mut(id) {
        page.trashed = true;
    }
    let page = site.wiki.page(id).ok_or_else(missing)?;
    hook::page(site, who, "page_trashed", page);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// What is said to somebody who may not.
pub(super) fn forbidden() -> Answer {
    refused(StatusCode::FORBIDDEN, "Only its author or an administrator may do that")
}
