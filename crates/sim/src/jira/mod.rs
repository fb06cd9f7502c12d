//! A simulated Jira with three faces: Cloud, Data Center and Server.
//!
//! Start one with [`start`] and speak HTTP to it. The state is a [`site::Site`]; requests come in by `route`, are read
//! by `edit`, done by `deed`, shown by `view` and told to webhooks by `hook`.

pub(crate) mod access;
mod agile;
pub(crate) mod app;
pub(crate) mod catalog;
mod circle;
mod control;
mod custom;
mod dashboard;
mod date;
mod deed;
mod edit;
mod fact;
mod field;
mod filter;
mod hook;
mod input;
mod instance;
pub(crate) mod issue;
mod jexp;
pub(crate) mod jql;
mod keep;
mod limit;
mod part;
mod rank;
pub(crate) mod refusal;
pub(crate) mod route;
mod rule;
mod scheme;
mod screen;
mod secrecy;
mod seed;
mod shape;
mod shown;
pub(crate) mod site;
mod span;
mod switch;
mod task;
mod text;
mod view;
mod workflow;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::response::IntoResponse;
use http::StatusCode;
use serde_json::{Value, json};

use crate::confluence;
use crate::connect::lifecycle::Desk;
use crate::connect::office::Office;
use crate::connect::{self, Product};
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::clock::{Clock, Start};
use crate::frame::serve::{self, Opened, Running, Setup};
use crate::frame::world::{House, World, routes};
use crate::jira::access::oauth1::consumer::Consumer;
use crate::jira::limit::Limits;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::{Error, WebhookTarget};

/// Cloud waits this long for a webhook's answer (webhook page of the Cloud documentation).
pub(crate) const HOOK_TIMEOUT: Duration = Duration::from_secs(20);

/// Cloud sends no larger webhook ("Webhooks", developer.atlassian.com/cloud/jira/platform/webhooks).
const HOOK_CAP: usize = 25 * 1024 * 1024;

/// Which Jira is simulated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deployment {
    /// Jira Cloud: API versions 2 and 3, account ids, signed and retried webhooks.
    #[default]
    Cloud,
    /// Jira Data Center 10.3: version 2 only, names and keys, webhooks sent once, comments announced twice.
    DataCenter,
    /// Jira Server 8.20: as Data Center, for clients that ask for a Server.
    Server,
}

impl Deployment {
    /// The word for it on the command line: `cloud`, `dc` or `server`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cloud => "cloud",
            Self::DataCenter => "dc",
            Self::Server => "server",
        }
    }

    /// The face with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Cloud, Self::DataCenter, Self::Server].into_iter().find(|face| face.name() == name)
    }
}

/// How a simulated Jira starts.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which Jira it is.
    pub deployment: Deployment,
    /// The base URL its links name; `http://` and the listening address when `None`.
    pub base_url: Option<String>,
    /// The path it is below, as servers are installed: `/jira`; empty for none.
    pub context: String,
    /// The public key of the OAuth 1.0a consumer `bowline`, as PEM; without one it is unknown until the control API sets
    /// one.
    pub consumer_key: Option<String>,
    /// A webhook that is there from the start.
    pub webhook: Option<WebhookTarget>,
    /// Draws the issues, the faults and the webhooks' identifiers.
    pub seed: u64,
    /// How many issues there are at the start, two thirds in ACME, the rest in OPS.
    pub issues: usize,
    /// How long Cloud waits before each of its five retries of a webhook, by the simulator's clock; 5 to 15 random
    /// minutes, as Atlassian does, when `None`.
    pub webhook_retry: Option<Duration>,
    /// What its clock shows at the start, in milliseconds since 1970; real time when `None`.
    pub now: Option<i64>,
    /// Whether its clock stands still from the start.
    pub frozen: bool,
    /// Names the control API answers to, beside addresses, `localhost`, names without a dot and the base URL's.
    pub hosts: Vec<String>,
    /// Whether requests are limited from the start, with the numbers that Atlassian documents. They are not by
    /// default: a test is faster than any client should be. The control API turns single limits on.
    pub limits: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            deployment: Deployment::Cloud,
            base_url: None,
            context: String::new(),
            consumer_key: None,
            webhook: None,
            seed: 1,
            issues: 120,
            webhook_retry: None,
            now: None,
            frozen: false,
            hosts: Vec::new(),
            limits: false,
        }
    }
}

/// What a Jira has in common with others in its process.
pub(crate) struct Shared {
    /// Their clock; its own when `None`.
    pub(crate) clock: Option<Arc<Clock>>,
    /// Adds what is there only because of them.
    pub(crate) prepare: fn(&mut Site),
    /// What hosts of Connect apps share; without it the site is none.
    pub(crate) office: Option<Arc<Office>>,
}

/// Starts a simulated Jira that listens on `address` (port 0 picks a free one).
pub async fn start(options: Options, address: SocketAddr) -> Result<Running, Error> {
    open(options, address, Shared { clock: None, prepare: |_| {}, office: None })
        .await
        .map(|opened| opened.running)
}

/// The same, with what others reach it by.
pub(crate) async fn open(
    options: Options,
    address: SocketAddr,
    shared: Shared,
) -> Result<Opened<Site>, Error> {
    let Options {
        deployment,
        base_url,
        context,
        consumer_key,
        webhook,
        seed,
        issues,
        webhook_retry,
        hosts,
        limits,
        ..
    } = options;
    let clock = Start { at: options.now, frozen: options.frozen };
    let Shared { clock: common, prepare, office } = shared;
    let (hook_timeout, client) = (HOOK_TIMEOUT, office.as_ref().map(|office| office.hooks.clone()));
    let setup =
        Setup { address, base_url, context, seed, hosts, clock, shared: common, hook_timeout, client };
    let make = |frame, base| {
        let mut site = Site::new(frame, deployment, base, seed::catalog());
        site.seed = seed;
        if site.is_cloud() {
            site.frame.delivery.cap(HOOK_CAP);
        }
        site.retry_wait = webhook_retry.map(|wait| i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
        seed::issues::add(&mut site, issues, seed);
        seed::agile::add(&mut site);
        if limits {
            site.limits = Limits::documented(site.is_cloud());
        }
        if let Some(public) = consumer_key {
            let made = Consumer::new("bowline".to_owned(), "Bowline".to_owned(), &public);
            site.gate.links().consumers.push(made.map_err(Error::ConsumerKey)?);
        }
        prepare(&mut site);
        control::target(&mut site, webhook).map_err(Error::Filter)?;
        Ok(site)
    };
    serve::open(setup, make, |house| {
        let router = router(house, deployment);
        match office {
            None => router,
            Some(office) => router.merge(apps(house, office)),
        }
    })
    .await
}

fn router(house: &Arc<House<Site>>, deployment: Deployment) -> Router {
    let cloud = deployment == Deployment::Cloud;
    let own = || if deployment == Deployment::Cloud { route::cloud() } else { route::data_center() };
    let api = |version, api| {
        let whole = route::createmeta::whole(deployment);
        let table = route::both().into_iter().chain(route::setup()).chain(route::own_setup(cloud));
        routes(house, &format!("/rest/api/{version}"), api, table.chain(own()).chain(whole))
    };
    let mut router = api("2", "2").merge(api("latest", "2"));
    if deployment == Deployment::Cloud {
        router = router.merge(api("3", "3"));
    }
    let hooks = routes(house, "/rest/webhooks/1.0", "1.0", route::webhooks());
    let templates = |version| {
        routes(house, &format!("/rest/project-templates/{version}"), "1.0", route::template::table())
    };
    let agile = |version| {
        let table = route::agile::table().into_iter().chain(route::agile::own(cloud));
        routes(house, &format!("/rest/agile/{version}"), "1.0", table)
    };
    let files = if cloud { route::part::content::media() } else { route::part::content::secure() };
    let (missing, wrong) = (house.clone(), house.clone());
    let answer = |house: &House<Site>, status| house.read(|site| site.bare(status)).into_response();
    let auth = |version| routes(house, &format!("/rest/auth/{version}"), "1", route::session::table(cloud));
    router
        .merge(own_paths(house, deployment))
        .merge(hooks)
        .merge(auth("1"))
        .merge(auth("latest"))
        .merge(agile("1.0"))
        .merge(agile("latest"))
        .merge(templates("1.0"))
        .merge(templates("latest"))
        .merge(routes(house, "", "2", files))
        .fallback(move || async move { answer(&missing, StatusCode::NOT_FOUND) })
        .method_not_allowed_fallback(move || async move { answer(&wrong, StatusCode::METHOD_NOT_ALLOWED) })
}

/// What a host of Connect apps serves beside the rest, of Jira and of Confluence.
fn apps(house: &Arc<House<Site>>, office: Arc<Office>) -> Router {
    let properties = |product: Product| routes(house, product.context(), "1", connect::property::table());
    let script = axum::routing::get(async || connect::all_js());
    properties(Product::Jira)
        .merge(properties(Product::Confluence))
        .route("/atlassian-connect/all.js", script)
        .merge(confluence::router(house))
        .merge(connect::control::router(Desk::new(house.clone(), office)))
}

/// What only one face has, outside the API.
fn own_paths(house: &Arc<House<Site>>, deployment: Deployment) -> Router {
    let links = routes(house, "/plugins/servlet/oauth", "", route::oauth1::table());
    if deployment == Deployment::Cloud {
        return routes(house, "/_edge", "1", route::tenant::table()).merge(links);
    }
    let pat = |version| routes(house, &format!("/rest/pat/{version}"), "1.0", route::pat::table());
    let config = |version| {
        routes(house, &format!("/rest/projectconfig/{version}"), "1.0", route::flow::config::table())
    };
    let router = pat("latest").merge(pat("1.0")).merge(routes(house, "", "", route::session::page()));
    let router = router.merge(config("1")).merge(config("latest"));
    let router = router.merge(links);
    if deployment == Deployment::Server {
        return router;
    }
    let hooks = |version| {
        routes(house, &format!("/rest/jira-webhook/{version}"), "1.0", route::webhook::recent::table())
    };
    let oauth2 = |version| routes(house, &format!("/rest/oauth2/{version}"), "1.0", route::oauth2::table());
    let router = router.merge(oauth2("latest")).merge(oauth2("1.0"));
    let pages = routes(house, "", "", route::oauth2::pages());
    router.merge(hooks("1.0")).merge(hooks("latest")).merge(pages)
}

impl World for Site {
    type Refusal = Refusal;

    fn admit(&self, call: &Call<'_>) -> Result<Option<Person>, Answer> {
        access::admit(self, call)
    }

    fn whose(&self, call: &Call<'_>) -> Option<Person> {
        access::whose(self, call)
    }

    fn guard(&self, call: &Call<'_>) -> Result<(), Answer> {
        connect::door::moved(self, call)?;
        access::xsrf::check(self, call)?;
        access::media::check(self, call)?;
        access::oauth2::scope::check(self, call)?;
        limit::check(self, call)?;
        hook::note_trace(self, call);
        Ok(())
    }

    fn face(&self) -> &'static str {
        self.deployment.name()
    }

    fn name(&self, person: Person) -> &str {
        &self.catalog.account(person).name
    }

    fn dress(&self, call: &Call<'_>, answer: &mut Answer) {
        *answer = shape::of(self, call, std::mem::replace(answer, Answer::empty(StatusCode::OK)));
        access::dress(self, call, answer);
        *answer = limit::dress(self, call, std::mem::replace(answer, Answer::empty(StatusCode::OK)));
        if call.method != "GET" {
            // Nobody else's webhooks are this call's.
            *self.trace.lock() = None;
        }
    }

    fn bare(&self, status: StatusCode) -> Answer {
        let reason = status.canonical_reason().unwrap_or_default();
        match status {
            // What the server in front of the API says, in its own shape.
            StatusCode::NOT_FOUND => {
                Answer::json(status, &json!({"message": "null for uri", "status-code": 404}))
            }
            StatusCode::METHOD_NOT_ALLOWED => {
                let message = "HTTP 405 Method Not Allowed";
                Answer::json(status, &json!({"message": message, "status-code": 405}))
            }
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                let message = "HTTP 415 Unsupported Media Type";
                Answer::json(status, &json!({"message": message, "status-code": 415}))
            }
            _ => Refusal::new(status, reason).into(),
        }
    }

    fn hidden(&self, path: &str) -> Answer {
        Refusal::unseen(path).into()
    }

    fn count(&self) -> usize {
        self.issues.len()
    }

    fn due(&self) -> Option<i64> {
        self.tasks.due()
    }

    fn catch_up(&mut self) {
        deed::batch::catch_up(self);
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

    fn target(&mut self, target: Option<WebhookTarget>) -> Result<(), String> {
        control::target(self, target)
    }

    fn set(&mut self, change: &Value) -> Result<Value, String> {
        control::set(self, change)
    }
}
