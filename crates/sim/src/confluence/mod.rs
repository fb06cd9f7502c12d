//! A small Confluence beside a site's Jira, below `/wiki`: pages, comments at their foot, properties, and webhooks of apps.
//!
//! It has people, clock, faults and records in common with the site. What is served is a part of version 2 of Confluence
//! Cloud's REST API, which is where pages and comments live ("The Confluence Cloud REST API v2", developer.atlassian.com).
//! State is [`wiki`]'s, `route` is what is served, `view` how it is shown, [`hook`] tells apps.

mod hook;
mod route;
mod view;
pub(crate) mod wiki;

use axum::Router;
use serde_json::{Value, json};
use std::sync::Arc;

use crate::frame::world::{House, routes};
use crate::jira::site::Site;

/// What is served.
pub(crate) fn router(house: &Arc<House<Site>>) -> Router {
    routes(house, "/wiki", "2", route::table())
}

/// Every page with its comments, for whoever wants to know what was written.
pub(crate) fn show(site: &Site) -> Value {
    let pages = site.wiki.pages.iter().map(|page| {
        let comments = site.wiki.comments.iter().filter(|comment| comment.page == page.id);
        let comments = comments.map(|comment| {
            json!({
                "id": comment.id, "who": site.catalog.account(comment.author).name, "body": comment.body,
                "version": comment.version.number, "reply_to": comment.parent,
            })
        });
        json!({
            "id": page.id, "space": site.wiki.space_key(page.space), "title": page.title, "body": page.body,
            "version": page.version.number, "trashed": page.trashed,
            "who": site.catalog.account(page.version.author).name,
            "comments": comments.collect::<Vec<_>>(), "properties": page.properties.len(),
        })
    });
    json!({"pages": pages.collect::<Vec<_>>()})
}
