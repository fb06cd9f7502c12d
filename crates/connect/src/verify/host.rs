//! Tokens made with the shared secret, by HS256.

use std::sync::Arc;

use bowline_core::port::Clock;
use bowline_core::secret::Secret;
use http::HeaderMap;
use jiff::Timestamp;

use super::Unverified;
use crate::installation::{ClientKey, Installation, Installations, Stored};
use crate::jose::{self, Compact, SharedSecret};
use crate::qsh::Incoming;
use crate::token::{Claims, Class, Found, Refusal, Times, find};

/// With which secret a token was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretUsed {
    /// The present one.
    Current,
    /// The one before, in the minutes after a rotation: a request that was under way.
    Previous,
}

/// Who calls. The installation is live; it may be disabled.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The installation and the number of its row.
    pub stored: Stored,
    /// What the token says.
    pub claims: Claims,
    /// With which secret it was made.
    pub secret: SecretUsed,
}

impl Caller {
    /// The installation.
    pub fn installation(&self) -> &Installation {
        &self.stored.installation
    }
}

/// Verifies tokens that sites make with their shared secret.
///
/// Whether an issuer is known costs the same: one look-up, and on refusal two HMACs, with the present and the previous
/// secret or with one that opens nothing in their place.
pub struct HostTokens {
    store: Arc<dyn Installations>,
    clock: Arc<dyn Clock>,
    times: Times,
    nobody: SharedSecret,
}

impl HostTokens {
    /// Over a store.
    pub fn new(
        store: Arc<dyn Installations>,
        clock: Arc<dyn Clock>,
        times: Times,
    ) -> Result<Self, jose::Error> {
        // What is made with it is refused all the same, so it need not be secret.
        let nobody = SharedSecret::new(Secret::new(vec![0; 64]))?;
        Ok(Self { store, clock, times, nobody })
    }

    /// Finds the token of a request and verifies it. `class` is what the route takes.
    pub async fn verify(
        &self,
        class: Class,
        headers: &HeaderMap,
        request: &Incoming,
    ) -> Result<Caller, Unverified> {
        let found = find(headers, request)?;
        let (compact, claims) = read(found)?;
        let live = self.look_up(&claims).await?.filter(|stored| stored.installation.is_live());
        let now = self.clock.now();
        let secret = self.tried(&compact, live.as_ref().map(|stored| &*stored.installation), now);
        let stored = live.ok_or(Refusal::Issuer)?;
        let secret = secret.ok_or(Refusal::Jose(jose::Error::Signature))?;
        if secret == SecretUsed::Previous && !self.was_under_way(class, &claims, &stored.installation) {
            return Err(Refusal::Jose(jose::Error::Signature).into());
        }
        self.times.check(&claims, now)?;
        class.check(&claims, request, found.place)?;
        Ok(Caller { stored, claims, secret })
    }

    /// Whether a token of the secret before was made before that was replaced, and is not one that a page gets anew for every
    /// call: who has only an old secret makes nothing with it.
    fn was_under_way(&self, class: Class, claims: &Claims, installation: &Installation) -> bool {
        let since = installation.previous.as_ref().map(|previous| previous.since);
        let made_before = since.is_some_and(|since| claims.iat <= self.times.latest(since));
        class == Class::UrlBound && made_before
    }

    /// What a legacy lifecycle call proves: the row of its issuer in whatever state, and whether the token was made with
    /// the secret of that row, now and for this request.
    pub(crate) async fn prove(
        &self,
        found: Found<'_>,
        request: &Incoming,
    ) -> Result<(Claims, Option<Stored>, bool), Unverified> {
        let (compact, claims) = read(found)?;
        let stored = self.look_up(&claims).await?;
        let now = self.clock.now();
        let secret = self.tried(&compact, stored.as_ref().map(|stored| &*stored.installation), now);
        let proved = secret == Some(SecretUsed::Current)
            && self.times.check(&claims, now).is_ok()
            && Class::UrlBound.check(&claims, request, found.place).is_ok();
        Ok((claims, stored, proved))
    }

    async fn look_up(&self, claims: &Claims) -> Result<Option<Stored>, Unverified> {
        let client_key = ClientKey::parse(&claims.iss).ok_or(Refusal::Claim("iss"))?;
        Ok(self.store.find(&client_key).await?)
    }

    /// Which secret fits. Without an installation the same is computed with a secret that belongs to nobody.
    fn tried(
        &self,
        compact: &Compact<'_>,
        installation: Option<&Installation>,
        now: Timestamp,
    ) -> Option<SecretUsed> {
        let current = installation.and_then(|installation| installation.secret.as_ref());
        let previous =
            installation.and_then(|installation| installation.previous(now)).map(|previous| &previous.secret);
        for (secret, used) in [(current, SecretUsed::Current), (previous, SecretUsed::Previous)] {
            let fits = compact.verify_hs256(secret.unwrap_or(&self.nobody)).is_ok();
            if fits && secret.is_some() {
                return Some(used);
            }
        }
        None
    }
}

/// Takes a token apart. Nothing in it is proved yet.
fn read(found: Found<'_>) -> Result<(Compact<'_>, Claims), Refusal> {
    let compact = Compact::parse(found.token)?;
    compact.has("HS256")?;
    let claims = Claims::parse(compact.unverified())?;
    Ok((compact, claims))
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use http::{HeaderValue, Method, header};
    use jiff::SignedDuration;
    use serde_json::json;

    use super::*;
    use crate::installation::{Change, MemoryInstallations, Previous, Product, Scheme, State};
    use crate::jose::sign_hs256;
    use crate::qsh::BasePath;
    use crate::token::Times;

    struct Noon;
    impl Clock for Noon {
        fn now(&self) -> Timestamp {
            Timestamp::from_second(1_700_000_000).unwrap()
        }
    }

    fn secret(letter: &str) -> SharedSecret {
        SharedSecret::new(Secret::from(letter.repeat(40))).unwrap()
    }

    fn put(store: &MemoryInstallations, client_key: &str, state: State, previous: Option<i64>) {
        let until = |seconds| Noon.now() + SignedDuration::from_secs(seconds);
        let installation = Installation {
            client_key: ClientKey::parse(client_key).unwrap(),
            product: Product::Jira,
            base_url: "https://acme.atlassian.net".to_owned(),
            display_url: None,
            secret: Some(secret("s")),
            previous: previous.map(|seconds| Previous {
                secret: secret("p"),
                since: Noon.now(),
                until: until(seconds),
            }),
            state,
            scheme: Scheme::Legacy,
            oauth_client_id: None,
            forge_installation: None,
            entitlement_id: None,
            installed_at: Noon.now(),
            changed_at: Noon.now(),
        };
        let change = Change { installation, expected: None, used: None };
        store.commit(change, Noon.now()).now_or_never().unwrap().unwrap();
    }

    /// Verifies a token of this issuer and secret; says what came of it and how often a secret was tried.
    fn verify(client_key: &str, letter: &str) -> (Result<SecretUsed, String>, usize) {
        let store = MemoryInstallations::default();
        put(&store, "plain", State::Enabled, None);
        put(&store, "rotated", State::Disabled, Some(1));
        put(&store, "over", State::Enabled, Some(0));
        put(&store, "gone", State::Uninstalled, None);
        let tokens = HostTokens::new(Arc::new(store), Arc::new(Noon), Times::default()).unwrap();
        let request = Incoming::parse(&Method::GET, "/page", &BasePath::default()).unwrap();
        let iat = Noon.now().as_second();
        let qsh = request.forms()[0].qsh();
        let claims = json!({"iss": client_key, "iat": iat, "exp": iat + 180, "qsh": qsh.as_str()});
        let made_with = if letter.is_empty() { tokens.nobody.clone() } else { secret(letter) };
        let token = sign_hs256(&claims, &made_with).unwrap();
        let mut headers = HeaderMap::new();
        let line = HeaderValue::from_str(&format!("JWT {}", token.expose())).unwrap();
        headers.insert(header::AUTHORIZATION, line);
        jose::count_take();
        let verified = tokens.verify(Class::UrlBound, &headers, &request).now_or_never().unwrap();
        (verified.map(|caller| caller.secret).map_err(|error| error.to_string()), jose::count_take())
    }

    #[test]
    fn a_refusal_costs_two_tries_whether_or_not_there_is_an_installation() {
        let unknown = "no installation has the issuer of the token";
        let wrong = "the signature does not fit";
        for (client_key, letter, error) in [
            ("plain", "x", wrong),
            ("plain", "p", wrong),
            ("rotated", "x", wrong),
            ("over", "p", wrong),
            ("gone", "s", unknown),
            ("nobody", "s", unknown),
            ("nobody", "", unknown),
            ("plain", "", wrong),
        ] {
            let expected = (Err(error.to_owned()), 2);
            assert_eq!(verify(client_key, letter), expected, "{client_key} {letter}");
        }
    }

    #[test]
    fn the_previous_secret_is_good_until_its_time() {
        assert_eq!(verify("plain", "s"), (Ok(SecretUsed::Current), 1));
        assert_eq!(verify("rotated", "s"), (Ok(SecretUsed::Current), 1));
        assert_eq!(verify("rotated", "p"), (Ok(SecretUsed::Previous), 2));
    }
}
