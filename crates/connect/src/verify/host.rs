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
use crate::token::{Claims, Class, Found, Place, Refusal, Times, find};

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
/// A refusal costs the same whether or not its issuer is known, and whatever is wrong with the token: one look-up, brought up to
/// what the dearest costs ([`Installations::spend`]), and one HMAC for each secret that may count, the present and the previous, or
/// for one that opens nothing in their place. Which of the two a token was made with, its times cannot tell: clocks differ, and
/// they have seconds. What is refused before its issuer is read costs nothing, and tells the caller what it knew.
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
        // What is made with it is refused all the same, so it need not be secret. As long as those that Jira gives today: beyond
        // 64 bytes HMAC hashes the key as well (RFC 2104 section 2).
        let nobody = SharedSecret::new(Secret::new(vec![0; 76]))?;
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
        let known = self.look_up(&claims).await?;
        let now = self.clock.now();
        let live = known.as_ref().map(|stored| &*stored.installation).filter(|found| found.is_live());
        let used = self.tried(&compact, live, now);
        let judged =
            self.judge((class, found.place, request), (&claims, now), live.zip(used), live.is_some());
        match (known, judged) {
            (Some(stored), Ok(secret)) => Ok(Caller { stored, claims, secret }),
            (known, judged) => {
                self.even_out(&compact, known.as_ref(), used).await?;
                Err(judged.err().unwrap_or(Refusal::Issuer).into())
            }
        }
    }

    /// Everything but the signature, once it is known with which secret that was made.
    fn judge(
        &self,
        (class, place, request): (Class, Place, &Incoming),
        (claims, now): (&Claims, Timestamp),
        made: Option<(&Installation, SecretUsed)>,
        is_live: bool,
    ) -> Result<SecretUsed, Refusal> {
        let wrong = Refusal::Jose(jose::Error::Signature);
        let Some((installation, used)) = made else {
            return Err(if is_live { wrong } else { Refusal::Issuer });
        };
        if used == SecretUsed::Previous && !self.was_under_way(class, claims, installation) {
            return Err(wrong);
        }
        self.times.check(claims, now)?;
        class.check(claims, request, place)?;
        Ok(used)
    }

    /// Brings a refusal up to what every other one costs.
    async fn even_out(
        &self,
        compact: &Compact<'_>,
        known: Option<&Stored>,
        used: Option<SecretUsed>,
    ) -> Result<(), Unverified> {
        if used == Some(SecretUsed::Current) {
            let _fits_nobody = compact.verify_hs256(&self.nobody);
        }
        Ok(self.store.spend(known).await?)
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
        if !proved {
            self.even_out(&compact, stored.as_ref(), secret).await?;
        }
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
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::FutureExt as _;
    use http::{HeaderValue, Method, header};
    use jiff::SignedDuration;
    use serde_json::json;

    use super::*;
    use crate::installation::{
        Change, Committed, MemoryInstallations, Previous, Product, Scheme, State, StoreError, UsedToken,
    };
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

    /// Counts what is asked of a store.
    #[derive(Default)]
    struct Counted {
        rows: MemoryInstallations,
        found: AtomicUsize,
        spent: AtomicUsize,
    }

    #[async_trait::async_trait]
    impl Installations for Counted {
        async fn find(&self, client_key: &ClientKey) -> Result<Option<Stored>, StoreError> {
            self.found.fetch_add(1, Ordering::SeqCst);
            self.rows.find(client_key).await
        }
        async fn spend(&self, _: Option<&Stored>) -> Result<(), StoreError> {
            self.spent.fetch_add(1, Ordering::SeqCst);
            Ok(())
        }
        async fn commit(&self, _: Change, _: Timestamp) -> Result<Committed, StoreError> {
            unreachable!()
        }
        async fn use_token(&self, _: UsedToken, _: Timestamp) -> Result<Committed, StoreError> {
            unreachable!()
        }
        async fn list(&self, _: Option<&ClientKey>, _: usize) -> Result<Vec<Installation>, StoreError> {
            unreachable!()
        }
        async fn wipe(&self, _: Timestamp) -> Result<usize, StoreError> {
            unreachable!()
        }
    }

    /// How often a secret was tried, a row looked up, and a refusal brought up to the dearest.
    type Work = (usize, usize, usize);

    /// Verifies a token of this issuer and secret; says what came of it and what it cost.
    fn verify(client_key: &str, letter: &str) -> (Result<SecretUsed, String>, Work) {
        verify_with(client_key, letter, |_| {})
    }

    /// The same, with other claims.
    fn verify_with(
        client_key: &str,
        letter: &str,
        change: impl FnOnce(&mut serde_json::Value),
    ) -> (Result<SecretUsed, String>, Work) {
        let counted = Arc::new(Counted::default());
        let store = &counted.rows;
        put(store, "plain", State::Enabled, None);
        put(store, "rotated", State::Disabled, Some(1));
        put(store, "over", State::Enabled, Some(0));
        put(store, "gone", State::Uninstalled, None);
        let tokens = HostTokens::new(counted.clone(), Arc::new(Noon), Times::default()).unwrap();
        let request = Incoming::parse(&Method::GET, "/page", &BasePath::default()).unwrap();
        let iat = Noon.now().as_second();
        let qsh = request.forms()[0].qsh();
        let mut claims = json!({"iss": client_key, "iat": iat, "exp": iat + 180, "qsh": qsh.as_str()});
        change(&mut claims);
        let made_with = if letter.is_empty() { tokens.nobody.clone() } else { secret(letter) };
        let token = sign_hs256(&claims, &made_with).unwrap();
        let mut headers = HeaderMap::new();
        let line = HeaderValue::from_str(&format!("JWT {}", token.expose())).unwrap();
        headers.insert(header::AUTHORIZATION, line);
        jose::count_take();
        let verified = tokens.verify(Class::UrlBound, &headers, &request).now_or_never().unwrap();
        let work =
            (jose::count_take(), counted.found.load(Ordering::SeqCst), counted.spent.load(Ordering::SeqCst));
        (verified.map(|caller| caller.secret).map_err(|error| error.to_string()), work)
    }

    #[test]
    fn a_refusal_costs_the_same_whether_or_not_there_is_an_installation() {
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
            let expected = (Err(error.to_owned()), (2, 1, 1));
            assert_eq!(verify(client_key, letter), expected, "{client_key} {letter}");
        }
    }

    #[test]
    fn it_costs_the_same_whatever_is_wrong_with_the_token() {
        let changes: [fn(&mut serde_json::Value); 4] = [
            |claims| claims["qsh"] = json!("0".repeat(64)),
            |claims| claims["qsh"] = json!("context-qsh"),
            |claims| claims["exp"] = json!(1_600_000_000),
            |claims| claims["iat"] = json!(1_800_000_000),
        ];
        for change in changes {
            for (client_key, letter) in
                [("plain", "s"), ("plain", "x"), ("rotated", "p"), ("gone", "s"), ("nobody", "x")]
            {
                let (verified, work) = verify_with(client_key, letter, change);
                assert!(verified.is_err(), "{client_key} {letter}");
                assert_eq!(work, (2, 1, 1), "{client_key} {letter}");
            }
        }
    }

    #[test]
    fn the_previous_secret_is_good_until_its_time() {
        assert_eq!(verify("plain", "s"), (Ok(SecretUsed::Current), (1, 1, 0)));
        assert_eq!(verify("rotated", "s"), (Ok(SecretUsed::Current), (1, 1, 0)));
        assert_eq!(verify("rotated", "p"), (Ok(SecretUsed::Previous), (2, 1, 0)));
    }
}
