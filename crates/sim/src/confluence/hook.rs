//! Webhooks of Confluence, which only apps have: bodies as they were captured from a real site.
//!
//! `page_updated` names who did it, the page with its version as a number, and what kind of edit it was; `comment_created` has
//! the page as the comment's `parent`. Neither says in its body which event it is: the address does. They are sent once.

use bytes::Bytes;
use http::HeaderMap;
use serde_json::{Value, json};

use super::view::path;
use super::wiki::{Comment, Page};
use crate::connect::{self, Product, note};
use crate::frame::call::Person;
use crate::frame::delivery::Outgoing;
use crate::frame::delivery::pace::Flow;
use crate::jira::site::Site;

/// Tells of a page: `page_created`, `page_updated`, `page_trashed`.
pub(super) fn page(site: &Site, who: Person, event: &str, page: &Page) {
    let mut body = head(site, who);
    put(&mut body, "page", page_body(site, page));
    if event == "page_updated" {
        put(&mut body, "updateTrigger", json!("edit_page"));
        put(&mut body, "suppressNotifications", json!(false));
    }
    let words = [("page.id", page.id.to_string()), ("page.title", page.title.clone())];
    tell(site, who, event, (page.space, &words), &body);
}

/// Tells of a comment: `comment_created`, `comment_updated`, `comment_removed`.
pub(super) fn comment(site: &Site, who: Person, event: &str, comment: &Comment) {
    let Some(page) = site.wiki.page(comment.page) else { return };
    let parent = comment.parent.and_then(|id| site.wiki.comment(id));
    let parent =
        parent.map_or_else(|| page_body(site, page), |parent| comment_body(site, page, parent, None));
    let mut body = head(site, who);
    put(&mut body, "comment", comment_body(site, page, comment, Some(parent)));
    let words = [("comment.id", comment.id.to_string()), ("page.id", page.id.to_string())];
    tell(site, who, event, (page.space, &words), &body);
}

fn put(body: &mut Value, name: &str, value: Value) {
    if let Some(members) = body.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

fn head(site: &Site, who: Person) -> Value {
    let kind = if site.catalog.account(who).app { "app" } else { "customer" };
    json!({"userAccountId": note::account(site, who), "accountType": kind, "timestamp": site.frame.clock.now()})
}

fn page_body(site: &Site, page: &Page) -> Value {
    json!({
        "id": page.id.to_string(),
        "idAsString": page.id.to_string(),
        "title": page.title,
        "contentType": "page",
        "version": page.version.number,
        "spaceKey": site.wiki.space_key(page.space),
        "spaceId": page.space,
        "creatorAccountId": note::account(site, page.author),
        "lastModifierAccountId": note::account(site, page.version.author),
        "creationDate": page.created,
        "modificationDate": page.version.at,
        "self": format!("{}{}", note::base(site, Product::Confluence), path(site, page)),
    })
}

fn comment_body(site: &Site, page: &Page, comment: &Comment, parent: Option<Value>) -> Value {
    let link = format!("{}{}", note::base(site, Product::Confluence), path(site, page));
    let mut body = json!({
        "id": comment.id.to_string(),
        "idAsString": comment.id.to_string(),
        "contentType": "comment",
        "version": comment.version.number,
        "spaceKey": site.wiki.space_key(page.space),
        "spaceId": page.space,
        "creatorAccountId": note::account(site, comment.author),
        "lastModifierAccountId": note::account(site, comment.version.author),
        "creationDate": comment.created,
        "modificationDate": comment.version.at,
        "self": format!("{link}?focusedCommentId={}", comment.id),
    });
    if let Some(parent) = parent {
        put(&mut body, "parent", parent);
    }
    body
}

fn tell(site: &Site, who: Person, event: &str, (space, words): (u32, &[(&str, String)]), body: &Value) {
    let live = site.connect.of(Product::Confluence).apps.iter().filter(|app| app.is_live());
    let wanting = live.flat_map(|app| app.hooks.iter().map(move |(hook, _)| (app, hook)));
    for (app, hook) in wanting.filter(|(_, hook)| hook.event == event) {
        let mut url = connect::hook::url(app, hook).replace("{space.key}", site.wiki.space_key(space));
        for (name, value) in words {
            url = url.replace(&format!("{{{name}}}"), &connect::qsh::encoded(value));
        }
        site.frame.delivery.push(Outgoing {
            url,
            event: event.to_owned(),
            item: words.iter().map(|(_, value)| value.clone()).collect(),
            headers: HeaderMap::new(),
            body: if hook.exclude_body { Bytes::new() } else { body.to_string().into() },
            retry: None,
            flow: Flow::Primary,
            app: Some(app.descriptor.key.clone()),
            sign: connect::hook::signature(site, Product::Confluence, app, who),
            again: None,
        });
    }
}
