//! Forge's key sets, fetched and remembered.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bowline_core::port::{Clock, Exchanged};
use bowline_core::secret::Secret;
use http::{HeaderMap, Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use url::Url;

use crate::exchange::{Exchange, ExchangeCall};
use crate::flight::Flights;
use crate::install_key::{Away, Region};
use crate::jose::{KeySet, RsaKey};

/// How long a set is used without looking at it again.
const LIFE: SignedDuration = SignedDuration::from_hours(1);
/// How long a set is used when it cannot be fetched again.
const LONGEST_LIFE: SignedDuration = SignedDuration::from_hours(24);
/// How often a set is fetched at most, whoever names unknown keys.
const FLOOR: SignedDuration = SignedDuration::from_secs(60);
/// How many sets are remembered: one, and one for each isolated cloud.
const MOST: usize = 64;
/// Where the label goes in the template of an isolated cloud.
const LABEL: &str = "{IC_LABEL}";

impl Region {
    /// Forge's key set. The documentation names one for production and one for staging; for Government Cloud none, so that
    /// it must be given.
    pub const fn forge_key_set(self) -> Option<&'static str> {
        match self {
            Self::Production => Some("https://forge.cdn.prod.atlassian-dev.net/.well-known/jwks.json"),
            Self::Staging => Some("https://forge.cdn.stg.atlassian-dev.net/.well-known/jwks.json"),
            Self::Government => None,
        }
    }
}

/// Where key sets are.
#[derive(Clone, Debug)]
pub struct KeySetUrls {
    url: Url,
    isolated: Option<String>,
}

impl KeySetUrls {
    /// The set of the commercial cloud. Tokens of isolated clouds are refused.
    pub const fn new(url: Url) -> Self {
        Self { url, isolated: None }
    }

    /// Takes tokens of isolated clouds too, by the template that Atlassian gives with them, which has `{IC_LABEL}` in it.
    /// `None` for a template that is none.
    pub fn with_isolated(mut self, template: &str) -> Option<Self> {
        let example = Url::parse(&template.replace(LABEL, "label")).ok()?;
        if !template.contains(LABEL) || example.scheme() != "https" {
            return None;
        }
        self.isolated = Some(template.to_owned());
        Some(self)
    }

    /// The URL for a label from a token that is not verified yet; `None` if the label is not one, or isolated clouds are
    /// not taken. The form is the one that the documentation calls security critical.
    pub(super) fn of(&self, label: Option<&str>) -> Option<Url> {
        let Some(label) = label else { return Some(self.url.clone()) };
        let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
        let fine = (1..=50).contains(&label.len()) && label.bytes().all(letters);
        let template = self.isolated.as_ref().filter(|_| fine)?;
        Url::parse(&template.replace(LABEL, label)).ok()
    }
}

/// Fetches key sets and remembers them. Whoever needs a set that is being fetched waits for it.
pub struct KeySets {
    desk: Arc<Desk>,
    flights: Flights<Url, Result<KeySet, Away>>,
}

/// What a fetch under way needs, whoever waits for it.
struct Desk {
    exchange: Arc<dyn Exchange>,
    clock: Arc<dyn Clock>,
    memory: Mutex<HashMap<Url, Known>>,
}

#[derive(Clone, Default)]
struct Known {
    set: Option<(KeySet, Timestamp)>,
    asked: Option<Timestamp>,
}

/// Takes back that a set was asked for, if the asking ends without an answer.
struct Dropped<'a> {
    desk: &'a Desk,
    url: &'a Url,
    armed: bool,
}

impl Drop for Dropped<'_> {
    fn drop(&mut self) {
        if self.armed
            && let Some(known) = self.desk.memory().get_mut(self.url)
        {
            known.asked = None;
        }
    }
}

impl KeySets {
    /// Over a sender of calls.
    pub fn new(exchange: Arc<dyn Exchange>, clock: Arc<dyn Clock>) -> Self {
        let desk = Desk { exchange, clock, memory: Mutex::default() };
        Self { desk: Arc::new(desk), flights: Flights::default() }
    }

    /// A key of a set. `None` if a fresh set does not have it; a set is fetched once a minute at most.
    pub(super) async fn find(&self, url: &Url, kid: &str) -> Result<Option<RsaKey>, Away> {
        let now = self.desk.clock.now();
        let known = self.desk.memory().get(url).cloned().unwrap_or_default();
        let within =
            |life| known.set.as_ref().filter(|(_, fetched)| now < *fetched + life).map(|(set, _)| set);
        if let Some(key) = within(LIFE).and_then(|set| set.find(kid)) {
            return Ok(Some(key.clone()));
        }
        let asked_lately = known.asked.is_some_and(|asked| now < asked + FLOOR);
        let fetched = match asked_lately && !self.flights.is_under_way(url) {
            true => Err(Away("the key set was asked for less than a minute ago".to_owned())),
            false => self.fetch(url).await,
        };
        match fetched {
            Ok(set) => Ok(set.find(kid).cloned()),
            // What was fetched lately is the whole truth for a minute; what is older still serves where it has the key.
            Err(away) => match within(LONGEST_LIFE) {
                Some(set) => match set.find(kid) {
                    Some(key) => Ok(Some(key.clone())),
                    None if within(FLOOR).is_some() => Ok(None),
                    None => Err(away),
                },
                None => Err(away),
            },
        }
    }

    async fn fetch(&self, url: &Url) -> Result<KeySet, Away> {
        let (desk, wanted) = (Arc::clone(&self.desk), url.clone());
        self.flights.join(url, async move { desk.fetch(&wanted).await }).await
    }
}

impl Desk {
    fn memory(&self) -> MutexGuard<'_, HashMap<Url, Known>> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Fetches, unless a fetch that has just ended did, and remembers.
    async fn fetch(&self, url: &Url) -> Result<KeySet, Away> {
        let now = self.clock.now();
        if let Some(set) = self.begin(url, now)? {
            return Ok(set);
        }
        // Nobody may wait for it any more in the middle; then nobody has asked.
        let mut dropped = Dropped { desk: self, url, armed: true };
        let set = self.ask(url).await;
        dropped.armed = false;
        let set = set?;
        self.memory().entry(url.clone()).or_default().set = Some((set.clone(), now));
        Ok(set)
    }

    /// Makes room and says that the set is asked for now; a set that is there already is given back.
    fn begin(&self, url: &Url, now: Timestamp) -> Result<Option<KeySet>, Away> {
        let mut memory = self.memory();
        let fresh = memory.get(url).and_then(|known| known.set.as_ref());
        if let Some((set, _)) = fresh.filter(|(_, fetched)| now < *fetched + FLOOR) {
            return Ok(Some(set.clone()));
        }
        if memory.len() >= MOST && !memory.contains_key(url) {
            // Labels come from tokens that nobody verified: what led nowhere makes room, but not at once.
            memory.retain(|_, known| {
                known.set.is_some() || known.asked.is_some_and(|asked| now < asked + FLOOR)
            });
        }
        if memory.len() >= MOST && !memory.contains_key(url) {
            return Err(Away("too many isolated clouds".to_owned()));
        }
        memory.entry(url.clone()).or_default().asked = Some(now);
        Ok(None)
    }

    async fn ask(&self, url: &Url) -> Result<KeySet, Away> {
        let call = ExchangeCall {
            method: Method::GET,
            url: url.to_string(),
            headers: HeaderMap::new(),
            body: Secret::new(Vec::new()),
            operation: "forge.key_set",
            site: None,
        };
        match self.exchange.exchange(call).await {
            Exchanged::Answer(answer) if answer.status == StatusCode::OK => {
                KeySet::parse(&answer.body).map_err(|error| Away(format!("the key set: {error}")))
            }
            Exchanged::Answer(answer) => Err(Away(format!("the key set answered {}", answer.status))),
            Exchanged::Unsent(failure) | Exchanged::Unsure(failure) => {
                Err(Away(format!("the key set: {}", failure.code)))
            }
        }
    }
}
