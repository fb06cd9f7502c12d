//! Which installations are told of a change, and the call that tells them.
//!
//! Sending and repeating are `frame::delivery`'s. An invocation token is good for 25 seconds and a repetition comes after a
//! minute, so each attempt has its own.

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};
use serde_json::Value;

use super::event::{again, enveloped, named};
use super::mint::{Mint, Source};
use crate::frame::call::Person;
use crate::frame::delivery::pace::Flow;
use crate::frame::delivery::{Outgoing, Retry, Sign};
use crate::frame::random::Random;
use crate::jira::site::Site;

/// With what the app calls back as itself.
pub(super) const SYSTEM: HeaderName = HeaderName::from_static("x-forge-oauth-system");
pub(super) const TRACE: HeaderName = HeaderName::from_static("x-b3-traceid");
pub(super) const SPAN: HeaderName = HeaderName::from_static("x-b3-spanid");

/// Four repetitions, a minute apart (“Handling retries”).
const WAITS: [i64; 4] = [60_000; 4];

/// An installation that wants to be told.
#[derive(Clone, Debug)]
pub(crate) struct Listener {
    pub(super) mint: Mint,
    /// The remote's endpoint for events.
    pub(super) url: String,
    pub(super) events: Vec<String>,
    pub(super) ignore_self: bool,
    pub(super) system_token: bool,
    /// The app's own account.
    pub(super) person: Person,
}

/// The installations that want to be told of a webhook's event.
pub(crate) fn wanting<'a>(site: &'a Site, event: &str, who: Person) -> Vec<&'a Listener> {
    let Some(name) = named(event) else { return Vec::new() };
    let wants = |listener: &&Listener| {
        listener.events.iter().any(|wanted| wanted == name) && !(listener.ignore_self && listener.is_own(who))
    };
    site.forge.iter().filter(wants).collect()
}

impl Listener {
    /// Whether the app itself did it.
    pub(crate) fn is_own(&self, who: Person) -> bool {
        self.person == who
    }

    /// The call that tells of an event.
    pub(crate) fn outgoing(&self, site: &Site, name: &str, item: Vec<String>, event: &Value) -> Outgoing {
        let now = site.frame.clock.now();
        let mut headers = traced(site.seed ^ site.deliveries.take());
        if self.system_token {
            let token = HeaderValue::try_from(self.mint.system(now)).ok();
            headers.extend(token.map(|token| (SYSTEM, token)));
        }
        let mint = self.mint.clone();
        let sign = Sign::new(move |_, now| {
            let token = mint.invocation(now, Source::Endpoint("events"), None);
            format!("Bearer {}", token.unwrap_or_default())
        });
        let waits = WAITS.map(|wait| site.retry_wait.unwrap_or(wait)).into();
        Outgoing {
            url: self.url.clone(),
            event: name.to_owned(),
            item,
            headers,
            body: enveloped(event).into(),
            retry: Some(Retry { waits, header: None, always: true }),
            flow: Flow::Primary,
            app: Some(self.mint.app.clone()),
            sign: Some(sign),
            again: Some(again),
        }
    }
}

/// The headers of a trace, which every call has.
pub(super) fn traced(seed: u64) -> HeaderMap {
    let mut random = Random::new(seed);
    let mut id = || HeaderValue::try_from(format!("{:016x}", random.next())).ok();
    let mut headers = HeaderMap::new();
    for name in [TRACE, SPAN] {
        headers.extend(id().map(|id| (name, id)));
    }
    headers
}
