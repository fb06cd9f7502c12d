//! How pages, comments and properties are shown, in the shapes of version 2 of the API.

use bowline_text::{adf, html};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::wiki::{Comment, Page, Property, Version};
use crate::connect::{Product, qsh};
use crate::frame::call::{Call, Person};
use crate::jira::site::Site;

fn stamp(ms: i64) -> String {
    let second = Timestamp::from_millisecond(ms).unwrap_or_default();
    format!("{second:.3}")
}

fn account(site: &Site, who: Person) -> &str {
    &site.catalog.account(who).account_id
}

fn version(site: &Site, own: &Version) -> Value {
    json!({
        "number": own.number, "message": own.message, "minorEdit": false,
        "authorId": account(site, own.author), "createdAt": stamp(own.at),
    })
}

/// The body in the format that `body-format` asks for; without it there is none.
fn body(call: &Call<'_>, storage: &str) -> Value {
    match call.query.get("body-format") {
        Some("storage") => json!({"storage": {"representation": "storage", "value": storage}}),
        Some("view") => json!({"view": {"representation": "view", "value": storage}}),
        Some("atlas_doc_format") => {
            let document = adf::to_string(&html::parse(storage));
            json!({"atlas_doc_format": {"representation": "atlas_doc_format", "value": document}})
        }
        _ => json!({}),
    }
}

/// The path of a page below the base URL of Confluence.
pub(super) fn path(site: &Site, page: &Page) -> String {
    let title = qsh::encoded(&page.title).replace("%20", "+");
    format!("/spaces/{}/pages/{}/{title}", site.wiki.space_key(page.space), page.id)
}

fn base(site: &Site) -> String {
    format!("{}{}", site.base, Product::Confluence.context())
}

pub(super) fn page(site: &Site, call: &Call<'_>, page: &Page) -> Value {
    json!({
        "id": page.id.to_string(),
        "status": if page.trashed { "trashed" } else { "current" },
        "title": page.title,
        "spaceId": page.space.to_string(),
        "parentId": page.parent.map(|id| id.to_string()),
        "parentType": page.parent.map(|_| "page"),
        "position": 0,
        "authorId": account(site, page.author),
        "ownerId": account(site, page.author),
        "lastOwnerId": null,
        "createdAt": stamp(page.created),
        "version": version(site, &page.version),
        "body": body(call, &page.body),
        "_links": {"webui": path(site, page), "base": base(site)},
    })
}

pub(super) fn comment(site: &Site, call: &Call<'_>, own: &Comment) -> Value {
    let page = site.wiki.page(own.page);
    let mut shown = json!({
        "id": own.id.to_string(),
        "status": "current",
        "title": page.map(|page| format!("Re: {}", page.title)),
        "pageId": own.page.to_string(),
        "version": version(site, &own.version),
        "body": body(call, &own.body),
        "_links": {
            "webui": page.map(|page| format!("{}?focusedCommentId={}", path(site, page), own.id)),
            "base": base(site),
        },
    });
    if let (Some(parent), Some(members)) = (own.parent, shown.as_object_mut()) {
        members.insert("parentCommentId".to_owned(), parent.to_string().into());
    }
    shown
}

pub(super) fn property(site: &Site, own: &Property) -> Value {
    json!({
        "id": own.id.to_string(), "key": own.key, "value": own.value, "version": version(site, &own.version),
    })
}

/// A page of a list; everything fits on one.
pub(super) fn list(site: &Site, results: Vec<Value>) -> Value {
    json!({"results": results, "_links": {"base": base(site)}})
}
