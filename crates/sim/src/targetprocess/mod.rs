//! A simulated Targetprocess: REST v1 (reading and writing), v2 (reading), and an automation rule's webhook.
//!
//! Start one with [`start`] and speak HTTP to it. The state is a [`site::Site`]; the table in [`schema`] says which
//! resource has which fields, [`read`] reads any of them, `query` has both filter grammars, `deed` does what is asked.

mod access;
mod catalog;
mod control;
mod date;
mod deed;
mod hook;
mod item;
mod query;
mod read;
mod refusal;
mod schema;
mod seed;
mod shown;
mod site;
mod v1;
mod v2;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::response::IntoResponse;
use http::StatusCode;
use serde_json::Value;

use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::serve::{self, Running, Setup};
use crate::frame::world::{House, World, routes};
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::site::{Site, Switches};
use crate::{Error, WebhookTarget};

/// An automation rule's HTTP action waits this long (developer hub, "Automation rules": limits).
const HOOK_TIMEOUT: Duration = Duration::from_secs(10);

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
    /// Whether a comment counts as a change of its item (`EntityVersion`, `ModifyDate`). The vendor's behaviour is
    /// not known.
    pub comment_bumps: bool,
    /// Whether webhooks about comments and assignments name the item in a member `general`.
    pub general_in_hooks: bool,
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
            hosts: Vec::new(),
        }
    }
}

/// Starts a simulated Targetprocess that listens on `address` (port 0 picks a free one).
pub async fn start(options: Options, address: SocketAddr) -> Result<Running, Error> {
    let Options { base_url, webhook, seed, stories, bugs, hosts, .. } = options;
    let Options { comment_required, comment_bumps, general_in_hooks, .. } = options;
    let setup = Setup { address, base_url, context: String::new(), seed, hosts, hook_timeout: HOOK_TIMEOUT };
    let make = |frame: crate::frame::world::Frame, base| {
        let catalog = seed::catalog(frame.clock.now());
        let mut site = Site::new(frame, base, catalog, Switches { comment_bumps, general_in_hooks });
        control::require_comment(&mut site, comment_required);
        seed::items::add(&mut site, (stories, bugs), seed);
        site.hook = webhook;
        site
    };
    serve::start(setup, make, router).await
}

fn router(house: &Arc<House<Site>>) -> Router {
    let (missing, wrong) = (house.clone(), house.clone());
    let answer = |house: &House<Site>, status| house.read(|site| site.bare(status)).into_response();
    routes(house, "/api/v1", "v1", v1::routes())
        .merge(routes(house, "/api/v2", "v2", v2::routes()))
        .fallback(move || async move { answer(&missing, StatusCode::NOT_FOUND) })
        .method_not_allowed_fallback(move || async move { answer(&wrong, StatusCode::METHOD_NOT_ALLOWED) })
}

impl World for Site {
    type Refusal = Refusal;

    fn admit(&self, call: &Call<'_>) -> Result<Option<Person>, Answer> {
        access::admit(self, call.headers, &call.query)
    }

    fn face(&self) -> &'static str {
        "targetprocess"
    }

    fn name(&self, person: Person) -> &str {
        self.catalog.login(person)
    }

    fn dress(&self, _: &Call<'_>, _: &mut Answer) {}

    fn bare(&self, status: StatusCode) -> Answer {
        Refusal::new(status, status.canonical_reason().unwrap_or_default()).into()
    }

    fn hidden(&self, path: &str) -> Answer {
        let id = path.rsplit('/').find(|part| part.parse::<u32>().is_ok()).unwrap_or("0");
        Refusal::missing("Entity", id).into()
    }

    fn count(&self) -> usize {
        self.items.len()
    }

    fn state(&self) -> Value {
        control::state(self)
    }

    fn items(&self) -> Value {
        control::items(self)
    }

    fn item(&self, id: &str) -> Option<Value> {
        control::item(self, id)
    }

    fn edit(&mut self, edit: &Value) -> Result<Value, String> {
        control::edit(self, edit)
    }

    fn target(&mut self, target: Option<WebhookTarget>) {
        self.hook = target;
    }

    fn set(&mut self, change: &Value) -> Result<Value, String> {
        control::set(self, change).map(|()| serde_json::json!({}))
    }
}
