//! A lifecycle call from its arrival to its outcome.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use bowline_core::port::Clock;
use http::{HeaderMap, Method};
use jiff::{SignedDuration, Timestamp};

use super::outcome::{Changed, Done, Forbidden, Outcome};
use super::payload::Payload;
use super::rows::{self, When};
use super::rules::{Event, Known, Legacy, Proof, Verdict, decide};
use super::sites::Sites;
use crate::installation::{
    Change, Committed, Installation, Installations, Scheme, StoreError, Stored, UsedToken,
};
use crate::jose::{self, Compact};
use crate::qsh::{self, BasePath, Incoming};
use crate::token::{Claims, Class, Found, Refusal, find};
use crate::verify::{HostTokens, InstallTokens, SecretUsed, Unverified};

/// The longest body that is read, in bytes. Those of Atlassian are about one kilobyte.
pub const LONGEST_BODY: usize = 64 << 10;

/// How often a call is begun anew because another one changed the row meanwhile.
const ATTEMPTS: usize = 4;

/// How long a token is remembered after its end, in seconds: the largest leeway that can be set, and ten minutes.
const REMEMBERED: i64 = 120 + 600;

/// The longest rotation window: no request is under way for longer than the longest token seen in the wild is good.
const LONGEST_WINDOW: SignedDuration = SignedDuration::from_mins(15);

/// What the app decides.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The app's key, as in its descriptor.
    pub app_key: String,
    /// The app's base URL, as in its descriptor.
    pub base_url: String,
    /// Which sites are taken.
    pub sites: Sites,
    /// Whether calls of the old scheme are taken.
    pub legacy: Legacy,
    /// How long the secret before stays good for requests under way; a quarter of an hour at most.
    pub rotation_window: SignedDuration,
}

/// A call as it arrived.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// Which call it is, by the address it came to.
    pub event: Event,
    /// The method.
    pub method: &'a Method,
    /// Path and query as they arrived, before any router touched them.
    pub target: &'a str,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The whole body.
    pub body: &'a [u8],
}

/// What a [`Lifecycle`] works with.
pub struct Parts {
    /// Where installations are kept.
    pub store: Arc<dyn Installations>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Verifies what sites sign.
    pub host_tokens: Arc<HostTokens>,
    /// Verifies what Atlassian signs.
    pub install_tokens: Arc<InstallTokens>,
}

/// Handles lifecycle calls.
pub struct Lifecycle {
    settings: Settings,
    base: BasePath,
    parts: Parts,
}

/// A call of which is known what it proves.
struct Proved {
    payload: Payload,
    proof: Proof,
    /// The claims of a token that was verified.
    claims: Option<Claims>,
    stored: Option<Stored>,
}

impl Lifecycle {
    /// Fails for a base URL that is none.
    pub fn new(mut settings: Settings, parts: Parts) -> Result<Self, qsh::Error> {
        settings.rotation_window = settings.rotation_window.clamp(SignedDuration::ZERO, LONGEST_WINDOW);
        let base = BasePath::of(&settings.base_url)?;
        Ok(Self { settings, base, parts })
    }

    /// What it was set up with.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The path of the base URL.
    pub const fn base(&self) -> &BasePath {
        &self.base
    }

    /// Carries out a call. When this says that it is done, it is durable.
    pub async fn handle(&self, call: Call<'_>) -> Outcome {
        for _ in 0..ATTEMPTS {
            match self.attempt(call).await {
                Ok(Some(outcome)) | Err(outcome) => return outcome,
                Ok(None) => {}
            }
        }
        Outcome::Failed(StoreError("the row changed under every attempt".to_owned()))
    }

    /// One attempt; `None` if the row changed meanwhile.
    async fn attempt(&self, call: Call<'_>) -> Result<Option<Outcome>, Outcome> {
        if call.body.len() > LONGEST_BODY {
            return Err(Outcome::Malformed("the body is longer than 64 KiB"));
        }
        let request = Incoming::parse(call.method, call.target, &self.base)
            .map_err(|_| Outcome::Malformed("the address has no canonical form"))?;
        let found = match find(call.headers, &request) {
            Ok(found) => Some(found),
            Err(Refusal::Missing) => None,
            Err(refusal) => return Err(Outcome::Refused(refusal)),
        };
        let proved = self.proved(call, found, &request).await?;
        let known = Known::of(proved.stored.as_ref().map(|stored| &*stored.installation));
        match decide(call.event, known, proved.proof, self.settings.legacy) {
            Verdict::Write => self.write(call, found, proved).await,
            Verdict::Nothing => self.use_up(call, found, proved).await.map(Some),
            Verdict::Unauthorized => Err(Outcome::Refused(Refusal::Jose(jose::Error::Signature))),
            Verdict::Forbidden => Err(Outcome::Forbidden(Forbidden::Unproved)),
        }
    }

    /// What the call proves. The scheme is chosen by the address and the settings; only where both schemes are taken does
    /// the token's own word choose between two verifiers, each with keys of its own kind.
    async fn proved(
        &self,
        call: Call<'_>,
        found: Option<Found<'_>>,
        request: &Incoming,
    ) -> Result<Proved, Outcome> {
        if matches!(call.event, Event::Enabled | Event::Disabled) {
            return self.by_secret(call, request).await;
        }
        let legacy = self.settings.legacy != Legacy::Off;
        match found {
            None if legacy => {
                let payload = self.payload(call, None)?;
                let stored = self.look_up(&payload).await?;
                Ok(Proved { payload, proof: Proof::Nothing, claims: None, stored })
            }
            None => Err(Outcome::Refused(Refusal::Missing)),
            Some(found) if legacy && !is_rs256(found) => self.by_old_secret(call, found, request).await,
            Some(found) => {
                let verified = self.parts.install_tokens.verify(found, request).await;
                let claims = verified.map_err(outcome)?;
                let payload = self.payload(call, Some(&claims))?;
                let stored = self.look_up(&payload).await?;
                Ok(Proved { payload, proof: Proof::Signed, claims: Some(claims), stored })
            }
        }
    }

    /// `enabled` and `disabled`: with the present secret of a live installation.
    async fn by_secret(&self, call: Call<'_>, request: &Incoming) -> Result<Proved, Outcome> {
        let verified = self.parts.host_tokens.verify(Class::UrlBound, call.headers, request).await;
        let caller = verified.map_err(outcome)?;
        let payload = self.payload(call, Some(&caller.claims))?;
        let proof = if caller.secret == SecretUsed::Current { Proof::Secret } else { Proof::Wrong };
        Ok(Proved { payload, proof, claims: Some(caller.claims), stored: Some(caller.stored) })
    }

    /// `installed` and `uninstalled` of the legacy scheme.
    async fn by_old_secret(
        &self,
        call: Call<'_>,
        found: Found<'_>,
        request: &Incoming,
    ) -> Result<Proved, Outcome> {
        let proved = self.parts.host_tokens.prove(found, request).await;
        // The guide of the legacy scheme answers 403 to every token that is not valid.
        let (claims, stored, fits) = proved.map_err(|error| match error {
            Unverified::Refused(_) => Outcome::Forbidden(Forbidden::Unproved),
            other => outcome(other),
        })?;
        let proof = match (&stored, fits) {
            (_, true) => Proof::Secret,
            (None, false) => Proof::Uncheckable,
            (Some(_), false) => Proof::Wrong,
        };
        // Before the body is looked at: whether it is well made must not tell a known client key from an unknown one.
        let known = Known::of(stored.as_ref().map(|stored| &*stored.installation));
        if decide(call.event, known, proof, self.settings.legacy) == Verdict::Forbidden {
            return Err(Outcome::Forbidden(Forbidden::Unproved));
        }
        // The token speaks for its issuer only: a body with another client key could take over that one.
        let payload = self.payload(call, Some(&claims))?;
        Ok(Proved { payload, proof, claims: fits.then_some(claims), stored })
    }

    /// The body, checked against the token and ourselves.
    fn payload(&self, call: Call<'_>, claims: Option<&Claims>) -> Result<Payload, Outcome> {
        let payload =
            Payload::parse(call.body, call.event, &self.settings.sites).map_err(Outcome::Malformed)?;
        if claims.is_some_and(|claims| claims.iss != payload.client_key.as_str()) {
            return Err(Outcome::Forbidden(Forbidden::ClientKey));
        }
        if payload.key != self.settings.app_key {
            return Err(Outcome::Forbidden(Forbidden::AppKey));
        }
        Ok(payload)
    }

    async fn look_up(&self, payload: &Payload) -> Result<Option<Stored>, Outcome> {
        self.parts.store.find(&payload.client_key).await.map_err(Outcome::Failed)
    }

    /// There is nothing to change; the token is used up all the same, or it could be sent again when there is.
    async fn use_up(
        &self,
        call: Call<'_>,
        found: Option<Found<'_>>,
        proved: Proved,
    ) -> Result<Outcome, Outcome> {
        let now = self.parts.clock.now();
        let used = found.map(|found| used(found, proved.claims.as_ref(), call.body, now));
        let Some(used) = used else { return Ok(done(proved, Changed::Nothing)) };
        match self.parts.store.use_token(used, now).await.map_err(Outcome::Failed)? {
            Committed::Replayed => Err(Outcome::Refused(Refusal::Replayed)),
            Committed::Done | Committed::Repeated | Committed::Stale => Ok(done(proved, Changed::Nothing)),
        }
    }

    /// Makes the row and commits it.
    async fn write(
        &self,
        call: Call<'_>,
        found: Option<Found<'_>>,
        proved: Proved,
    ) -> Result<Option<Outcome>, Outcome> {
        let now = self.parts.clock.now();
        let before = proved.stored.as_ref().map(|stored| &*stored.installation);
        let expected = proved.stored.as_ref().map(|stored| stored.revision);
        let Some((installation, changed)) = self.row(call.event, &proved, before, now) else {
            return Ok(Some(done(proved, Changed::Nothing)));
        };
        let used = found.map(|found| used(found, proved.claims.as_ref(), call.body, now));
        let change = Change { installation, expected, used };
        match self.parts.store.commit(change, now).await.map_err(Outcome::Failed)? {
            Committed::Done => Ok(Some(done(proved, changed))),
            Committed::Repeated => Ok(Some(done(proved, Changed::Nothing))),
            Committed::Replayed => Err(Outcome::Refused(Refusal::Replayed)),
            Committed::Stale => Ok(None),
        }
    }

    /// The row as it is to be.
    fn row(
        &self,
        event: Event,
        proved: &Proved,
        before: Option<&Installation>,
        now: Timestamp,
    ) -> Option<(Installation, Changed)> {
        let changed = match event {
            Event::Installed => {
                let install = proved.payload.install.clone()?;
                let scheme = if proved.proof == Proof::Signed { Scheme::Signed } else { Scheme::Legacy };
                let when = When { now, window: self.settings.rotation_window };
                let client_key = proved.payload.client_key.clone();
                let row = rows::installed(client_key, install, before, scheme, when);
                let is_live = before.is_some_and(Installation::is_live);
                return Some((row, if is_live { Changed::Updated } else { Changed::Installed }));
            }
            Event::Uninstalled => Changed::Uninstalled,
            Event::Enabled => Changed::Enabled,
            Event::Disabled => Changed::Disabled,
        };
        let before = before?;
        let scheme = if proved.proof == Proof::Signed { Scheme::Signed } else { before.scheme };
        Some((rows::turned(before, event, scheme, self.settings.legacy, now), changed))
    }
}

/// What is remembered of a token: for longer than any verifier takes it, whatever the settings, and longer than a slow store or
/// another process's clock makes up for. One that nobody could check is remembered for an hour, whatever it says.
fn used(found: Found<'_>, claims: Option<&Claims>, body: &[u8], now: Timestamp) -> UsedToken {
    let end = |claims: &Claims| Timestamp::from_second(claims.exp + REMEMBERED).unwrap_or(Timestamp::MAX);
    let until = claims.map_or_else(|| now + SignedDuration::from_hours(1), end);
    UsedToken { token: sha256(found.token.as_bytes()), body: sha256(body), until }
}

fn done(proved: Proved, changed: Changed) -> Outcome {
    let by = proved.claims.and_then(|claims| claims.sub);
    Outcome::Done(Done { client_key: proved.payload.client_key, changed, by })
}

fn is_rs256(found: Found<'_>) -> bool {
    Compact::parse(found.token).is_ok_and(|compact| compact.header().alg == "RS256")
}

fn outcome(unverified: Unverified) -> Outcome {
    match unverified {
        Unverified::Refused(refusal) => Outcome::Refused(refusal),
        Unverified::Away(away) => Outcome::Away(away.to_string()),
        Unverified::Store(error) => Outcome::Failed(error),
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
    hash
}
