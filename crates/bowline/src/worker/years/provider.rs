//! A provider with the rules of Atlassian's cloud, in memory: tokens of an hour, families that die after 90 days without
//! use or 365 days after their consent, and refresh tokens that rotate. Ten minutes after it was followed, a refresh token
//! ends its family.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bowline_core::SignedDuration;
use bowline_core::port::{Exchange, ExchangeCall, Exchanged, OutboundAnswer};
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::clock::Paused;

pub(super) const ACCESS: SignedDuration = SignedDuration::from_hours(1);
pub(super) const IDLE: SignedDuration = SignedDuration::from_hours(90 * 24);
pub(super) const ABSOLUTE: SignedDuration = SignedDuration::from_hours(365 * 24);
const LEEWAY: SignedDuration = SignedDuration::from_mins(10);

/// How long an answer takes.
const LATENCY: std::time::Duration = std::time::Duration::from_millis(50);

/// Why a family ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Nobody renewed it in time.
    Idle,
    /// Its consent is a year old.
    Old,
    /// A used token came again.
    Reused,
}

/// What came of one consent.
pub(super) struct Family {
    pub(super) person: usize,
    consented: SignedDuration,
    rotated: SignedDuration,
    /// When the generation before was made, whose access token may still be in use.
    before: SignedDuration,
    generation: u64,
    pub(super) end: Option<End>,
}

#[derive(Default)]
struct Inner {
    families: Vec<Family>,
    /// How many renewals were asked for in each minute.
    minutes: Vec<u32>,
}

pub(super) struct Provider {
    clock: Arc<Paused>,
    inner: Mutex<Inner>,
}

impl Provider {
    pub(super) fn new(clock: Arc<Paused>) -> Self {
        Self { clock, inner: Mutex::default() }
    }

    /// Whether a tool would take this access token now, and whose it is.
    pub(super) fn takes(&self, access: &str) -> Option<usize> {
        let (family, generation) = read(access, "a")?;
        let now = self.clock.passed();
        let inner = self.inner.lock().unwrap();
        let family = inner.families.get(family)?;
        let made = match family.generation - generation {
            0 => family.rotated,
            1 if now - family.rotated < LEEWAY => family.before,
            _ => return None,
        };
        (now - made < ACCESS && family.end != Some(End::Reused)).then_some(family.person)
    }

    /// What became of every family, and how many renewals each minute had.
    pub(super) fn told<T>(&self, look: impl FnOnce(&[Family], &[u32]) -> T) -> T {
        let inner = self.inner.lock().unwrap();
        look(&inner.families, &inner.minutes)
    }

    fn begin(&self, person: usize) -> Value {
        let now = self.clock.passed();
        let mut inner = self.inner.lock().unwrap();
        let family = Family { person, consented: now, rotated: now, before: now, generation: 0, end: None };
        inner.families.push(family);
        tokens(inner.families.len() - 1, 0)
    }

    fn renew(&self, token: &str) -> Result<Value, End> {
        let now = self.clock.passed();
        let mut inner = self.inner.lock().unwrap();
        let minute = usize::try_from(now.as_mins()).unwrap();
        if inner.minutes.len() <= minute {
            inner.minutes.resize(minute + 1, 0);
        }
        inner.minutes[minute] += 1;
        let (at, generation) = read(token, "r").expect("a token of ours");
        let family = &mut inner.families[at];
        let end = if family.end.is_some() {
            family.end
        } else if now - family.consented >= ABSOLUTE {
            Some(End::Old)
        } else if now - family.rotated >= IDLE {
            Some(End::Idle)
        } else if generation != family.generation && now - family.rotated >= LEEWAY {
            Some(End::Reused)
        } else {
            None
        };
        family.end = end;
        if let Some(end) = end {
            return Err(end);
        }
        if generation == family.generation {
            (family.before, family.rotated) = (family.rotated, now);
            family.generation += 1;
        }
        Ok(tokens(at, family.generation))
    }

    fn answer(&self, call: &ExchangeCall) -> Option<(StatusCode, Value)> {
        if call.url.ends_with("/oauth/token") {
            let asked: Value = serde_json::from_slice(call.body.expose()).ok()?;
            if let Some(code) = asked["code"].as_str() {
                return Some((StatusCode::OK, self.begin(code.parse().ok()?)));
            }
            return Some(match self.renew(asked["refresh_token"].as_str()?) {
                Ok(tokens) => (StatusCode::OK, tokens),
                Err(_) => (StatusCode::FORBIDDEN, json!({"error": "invalid_grant"})),
            });
        }
        let bearer = call.headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?;
        let person = self.takes(bearer)?;
        let site = json!({
            "id": "site", "name": "acme", "url": "https://acme.atlassian.net", "scopes": ["read:jira-work"],
        });
        let body = match call.url.ends_with("/accessible-resources") {
            true => json!([site]),
            false => {
                json!({"accountId": format!("person-{person}"), "displayName": format!("Person {person}")})
            }
        };
        Some((StatusCode::OK, body))
    }
}

fn tokens(family: usize, generation: u64) -> Value {
    json!({
        "access_token": format!("a-{family}-{generation}"), "refresh_token": format!("r-{family}-{generation}"),
        "expires_in": ACCESS.as_secs(), "scope": "read:jira-work offline_access",
    })
}

fn read(token: &str, kind: &str) -> Option<(usize, u64)> {
    let mut parts = token.split('-');
    let mut next = || parts.next();
    (next()? == kind).then_some(())?;
    Some((next()?.parse().ok()?, next()?.parse().ok()?))
}

#[async_trait]
impl Exchange for Provider {
    async fn exchange(&self, call: ExchangeCall) -> Exchanged {
        let (status, body) = self.answer(&call).unwrap_or((StatusCode::UNAUTHORIZED, Value::Null));
        tokio::time::sleep(LATENCY).await;
        let body = Bytes::from(body.to_string());
        Exchanged::Answer(OutboundAnswer { status, headers: HeaderMap::new(), body })
    }
}
