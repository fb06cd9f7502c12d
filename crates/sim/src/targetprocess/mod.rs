//! A simulated Targetprocess: REST v1 (reading and writing), v2, its history and its stream (reading), signing in, and
//! webhooks of an automation rule or of the older plugin.
//!
//! Start one with [`start`] and speak HTTP to it. The state is a [`site::Site`]; the table in [`schema`] says which
//! resource has which fields, [`read`] reads any of them, `query` has the filter grammars, `deed` does what is asked.

mod access;
mod account;
mod catalog;
mod control;
mod custom;
mod date;
mod deed;
mod file;
mod format;
mod history;
mod hook;
mod item;
mod part;
mod query;
mod read;
mod refusal;
mod schema;
mod seed;
mod shown;
mod site;
mod v1;
mod v2;
mod world;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::MethodFilter as Method;
use http::StatusCode;

use crate::frame::clock::Start;
use crate::frame::serve::{self, Running, Setup};
use crate::frame::world::{Act, Frame, House, Route, World, routes};
use crate::targetprocess::control::Hook;
use crate::targetprocess::hook::Shape;
use crate::targetprocess::site::{Site, Switches};
use crate::{Error, WebhookTarget};

/// An automation rule's HTTP action waits this long (developer hub, "Automation rules": limits).
const HOOK_TIMEOUT: Duration = Duration::from_secs(10);

/// The most bytes of a file, unless settings say otherwise.
const FILE_LIMIT: u64 = 100 * 1024 * 1024;

/// How a simulated Targetprocess starts.
#[derive(Clone, Debug)]
pub struct Options {
    /// The base URL its links name; `http://` and the listening address when `None`.
    pub base_url: Option<String>,
    /// Where the automation rule posts.
    pub webhook: Option<WebhookTarget>,
    /// Draws the items and the faults.
    pub seed: u64,
    /// How many user stories there are at the start.
    pub stories: usize,
    /// How many bugs there are at the start.
    pub bugs: usize,
    /// Whether the state `In Testing` asks for a comment.
    pub comment_required: bool,
    /// Whether a comment counts as a change of its item (`EntityVersion`, `ModifyDate`). Live sites were seen not to
    /// count it.
    pub comment_bumps: bool,
    /// Whether webhooks about comments and assignments name the item in a member `general`.
    pub general_in_hooks: bool,
    /// Whether filters the product does not support are answered as the product answers them, instead of with 400.
    pub silent_filters: bool,
    /// How far the server's clock is ahead of UTC, in minutes.
    pub offset_minutes: i32,
    /// The body of webhooks: the ready rule's when `None`, else a template of one's own.
    pub template: Option<String>,
    /// What its clock shows at the start, in milliseconds since 1970; real time when `None`.
    pub now: Option<i64>,
    /// Whether its clock stands still from the start.
    pub frozen: bool,
    /// Names the control API answers to, beside addresses, `localhost`, names without a dot and the base URL's.
    pub hosts: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            base_url: None,
            webhook: None,
            seed: 1,
            stories: 80,
            bugs: 40,
            comment_required: false,
            comment_bumps: false,
            general_in_hooks: true,
            silent_filters: false,
            offset_minutes: 0,
            template: None,
            now: None,
            frozen: false,
            hosts: Vec::new(),
        }
    }
}

/// Starts a simulated Targetprocess that listens on `address` (port 0 picks a free one).
pub async fn start(options: Options, address: SocketAddr) -> Result<Running, Error> {
    let Options { base_url, webhook, seed, stories, bugs, hosts, template, .. } = options;
    let Options { comment_required, comment_bumps, general_in_hooks, silent_filters, .. } = options;
    let hook = match template {
        None => Shape::Rule,
        Some(text) => Hook::Template(text).shape().map_err(Error::Template)?,
    };
    let offset = options.offset_minutes.clamp(-14 * 60, 14 * 60);
    let switches =
        Switches { comment_bumps, general_in_hooks, silent_filters, file_limit: FILE_LIMIT, offset, hook };
    let (context, clock) = (String::new(), Start { at: options.now, frozen: options.frozen });
    let setup = Setup {
        address,
        base_url,
        context,
        seed,
        hosts,
        clock,
        shared: None,
        hook_timeout: HOOK_TIMEOUT,
        client: None,
    };
    let make = |frame: Frame, base| {
        let catalog = seed::catalog(frame.clock.now());
        let mut site = Site::new(frame, base, catalog, switches);
        control::require_comment(&mut site, comment_required);
        seed::items::add(&mut site, (stories, bugs), seed);
        site.hook = webhook;
        Ok(site)
    };
    serve::open(setup, make, router).await.map(|opened| opened.running)
}

fn router(house: &Arc<House<Site>>) -> Router {
    let (missing, wrong) = (house.clone(), house.clone());
    let answer = |house: &House<Site>, status| house.read(|site| site.bare(status)).into_response();
    let router = routes(house, "/api/v1", "v1", v1::routes())
        .merge(routes(house, "/api/v2", "v2", v2::routes()))
        .merge(routes(house, "/api/history/v2", "v2", v2::history_routes()))
        .merge(routes(house, "", "login", access::login::routes()))
        .merge(routes(house, "", "file", file::routes()))
        .merge(v2::stream::router(house));
    let deleted = ["/api/deletedItems/v1", "/api/DeletedItems/v1", "/api/deleteditems/v1"];
    deleted
        .iter()
        .fold(router, |router, prefix| router.merge(routes(house, prefix, "deleted", deleted_routes())))
        .fallback(move || async move { answer(&missing, StatusCode::NOT_FOUND) })
        .method_not_allowed_fallback(move || async move { answer(&wrong, StatusCode::METHOD_NOT_ALLOWED) })
}

fn deleted_routes() -> Vec<Route<Site>> {
    vec![
        (Method::GET, "/{kind}", Act::Read(v1::undelete::list)),
        (Method::POST, "/{kind}/{id}/restore", Act::Write(v1::undelete::restore)),
    ]
}
