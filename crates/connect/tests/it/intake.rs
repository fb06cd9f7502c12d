//! What Forge sends, up to where its data may be taken: whose installation it is, and that a token is used once.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use async_trait::async_trait;
use bowline_connect::forge::{
    Binding, CodeHash, InstallationId, Intake, Invoked, MemoryRemotes, NotTaken, Offer, Once, Remotes, Used,
    What, conformance,
};
use bowline_connect::installation::StoreError;
use bowline_core::port::Entropy;
use http::{HeaderMap, HeaderValue, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::flaws::pause;
use super::forge::{Forge, forge};
use super::world::{block_on, now};

const INSTALLATION: &str = "ari:cloud:ecosystem::installation/0a3a7799";

/// Counts up, so that no two codes are alike.
#[derive(Default)]
struct Counter(AtomicU64);

impl Entropy for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        let number = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        bytes.iter_mut().zip(number.into_iter().rev().cycle()).for_each(|(byte, part)| *byte = part);
    }
}

/// A store that notes every change.
#[derive(Default)]
struct Noted {
    inner: MemoryRemotes,
    changes: Mutex<Vec<&'static str>>,
    is_away: bool,
}

impl Noted {
    fn note(&self, what: &'static str) {
        self.changes.lock().unwrap().push(what);
    }

    fn changes(&self) -> Vec<&'static str> {
        std::mem::take(&mut *self.changes.lock().unwrap())
    }
}

#[async_trait]
impl Remotes for Noted {
    async fn use_once(&self, once: &Once, now: Timestamp) -> Result<Used, StoreError> {
        self.note("use");
        self.inner.use_once(once, now).await
    }

    async fn offer(&self, offer: Offer) -> Result<(), StoreError> {
        self.note("offer");
        self.inner.offer(offer).await
    }

    async fn offered(&self, code: &CodeHash, now: Timestamp) -> Result<Option<Offer>, StoreError> {
        self.inner.offered(code, now).await
    }

    async fn pair(
        &self,
        installation: &InstallationId,
        invoked: &Invoked,
        code: &CodeHash,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.note("pair");
        self.inner.pair(installation, invoked, code, now).await
    }

    async fn owner(&self, installation: &InstallationId) -> Result<Option<String>, StoreError> {
        if self.is_away { Err(StoreError("away".to_owned())) } else { self.inner.owner(installation).await }
    }

    async fn unpair(&self, installation: &InstallationId) -> Result<bool, StoreError> {
        self.note("unpair");
        self.inner.unpair(installation).await
    }

    async fn wipe(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.note("wipe");
        self.inner.wipe(now).await
    }
}

struct Server {
    forge: Forge,
    store: Arc<Noted>,
    intake: Intake,
    entropy: Counter,
    made: AtomicUsize,
}

fn server(binding: Binding) -> Server {
    let (forge, store) = (forge(false), Arc::new(Noted::default()));
    let intake = Intake::new(
        Arc::clone(&forge.tokens),
        Arc::clone(&store) as _,
        Arc::clone(&forge.watch) as _,
        binding,
    );
    Server { forge, store, intake, entropy: Counter::default(), made: AtomicUsize::new(0) }
}

impl Server {
    /// Headers with a token of its own.
    fn headers(&self, change: impl FnOnce(&mut Value)) -> HeaderMap {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let token = self.forge.signed(|claims| {
            claims["jti"] = json!(format!("jti-{number}"));
            change(claims);
        });
        let mut headers = HeaderMap::new();
        headers.insert("authorization", HeaderValue::from_str(&format!("Bearer {token}")).unwrap());
        headers
    }

    fn code(&self, owner: &str, minutes: i64) -> String {
        now(self.intake.offer(owner, SignedDuration::from_mins(minutes), &self.entropy)).unwrap().expose()
    }

    fn take(&self, headers: &HeaderMap) -> Result<Option<String>, NotTaken> {
        now(self.intake.take(headers)).map(|taken| taken.owner)
    }

    fn pair(&self, headers: &HeaderMap, typed: &str) -> Result<Option<String>, NotTaken> {
        now(self.intake.pair(headers, typed)).map(|taken| taken.owner)
    }
}

fn of_another(claims: &mut Value) {
    claims["app"]["installationId"] = json!("ari:cloud:ecosystem::installation/eve");
}

#[test]
fn an_installation_is_taken_after_its_administrator_entered_a_code_and_no_other_is() {
    let server = server(Binding::Paired);
    let code = server.code("ada", 10);
    assert!(matches!(server.take(&server.headers(|_| {})), Err(NotTaken::NotPaired)));
    assert_eq!(server.pair(&server.headers(|_| {}), &code.to_lowercase()).unwrap().as_deref(), Some("ada"));
    assert_eq!(server.take(&server.headers(|_| {})).unwrap().as_deref(), Some("ada"));
    assert!(matches!(server.take(&server.headers(of_another)), Err(NotTaken::NotPaired)));
    assert!(
        matches!(server.pair(&server.headers(of_another), &code), Err(NotTaken::WrongCode)),
        "it is used"
    );
    let id = InstallationId::parse(INSTALLATION).unwrap();
    assert!(now(server.store.unpair(&id)).unwrap());
    assert!(matches!(server.take(&server.headers(|_| {})), Err(NotTaken::NotPaired)));
}

#[test]
fn nothing_is_stored_of_an_installation_that_is_not_paired_or_enters_a_wrong_code() {
    let server = server(Binding::Paired);
    let (code, ended) = (server.code("ada", 10), server.code("ada", 1));
    assert_eq!(server.store.changes(), ["offer", "offer"]);
    server.forge.watch.pass(60);
    let mut wrong = code.clone();
    wrong.replace_range(..1, if code.starts_with('Z') { "Y" } else { "Z" });
    for typed in [wrong.as_str(), ended.as_str(), "", "hello", &code[..20]] {
        let refused = server.pair(&server.headers(|_| {}), typed);
        assert!(matches!(refused, Err(NotTaken::WrongCode)), "{typed}: {refused:?}");
    }
    assert!(matches!(server.take(&server.headers(|_| {})), Err(NotTaken::NotPaired)));
    assert_eq!(server.store.changes(), Vec::<&str>::new());
    assert_eq!(
        server.pair(&server.headers(|_| {}), &code).unwrap().as_deref(),
        Some("ada"),
        "the code is still good"
    );
}

#[test]
fn a_code_is_entered_by_a_user_and_with_a_token_of_this_app() {
    let server = server(Binding::Paired);
    let code = server.code("ada", 10);
    let nobody = server.headers(|claims| _ = claims.as_object_mut().unwrap().remove("principal"));
    assert!(matches!(server.pair(&nobody, &code), Err(NotTaken::NoUser)));
    let foreign = server.headers(|claims| claims["aud"] = json!("ari:cloud:ecosystem::app/x"));
    assert!(matches!(server.pair(&foreign, &code), Err(NotTaken::Unverified(_))));
    let odd = server.headers(|claims| claims["app"]["installationId"] = json!("a\nb"));
    assert!(matches!(server.pair(&odd, &code), Err(NotTaken::Installation)));
    assert!(matches!(server.take(&odd), Err(NotTaken::Installation)));
    assert!(server.pair(&server.headers(|_| {}), &code).is_ok());
}

#[test]
fn a_token_is_used_once_for_as_long_as_it_is_good() {
    let server = server(Binding::Every);
    let headers = server.headers(|claims| claims["exp"] = json!(1_700_000_300));
    assert_eq!(server.take(&headers).unwrap(), None);
    let again = server.take(&headers).unwrap_err();
    assert!(matches!(again, NotTaken::Used));
    assert_eq!(again.status(), StatusCode::UNAUTHORIZED);
    server.forge.watch.pass(329);
    now(server.store.wipe(Timestamp::from_second(1_700_000_329).unwrap())).unwrap();
    assert!(matches!(server.take(&headers), Err(NotTaken::Used)), "its last second");
    server.forge.watch.pass(1);
    assert!(matches!(server.take(&headers), Err(NotTaken::Unverified(_))));
    // A code that is entered uses up its token too.
    let code = server.code("ada", 10);
    let headers = server.headers(|claims| {
        for name in ["iat", "nbf"] {
            claims[name] = json!(1_700_000_330);
        }
        claims["exp"] = json!(1_700_000_355);
    });
    assert!(server.pair(&headers, &code).is_ok());
    assert!(matches!(server.take(&headers), Err(NotTaken::Used)));
}

#[test]
fn no_code_waits_for_longer_than_a_day() {
    let server = server(Binding::Paired);
    let code = server.code("ada", 100_000);
    server.forge.watch.pass(86_400);
    let headers = server.headers(|claims| {
        for name in ["iat", "nbf"] {
            claims[name] = json!(1_700_086_400);
        }
        claims["exp"] = json!(1_700_086_425);
    });
    assert!(matches!(server.pair(&headers, &code), Err(NotTaken::WrongCode)));
}

#[test]
fn what_nobody_can_know_is_no_refusal() {
    let forge = forge(false);
    let store = Arc::new(Noted { is_away: true, ..Noted::default() });
    let intake =
        Intake::new(Arc::clone(&forge.tokens), store, Arc::clone(&forge.watch) as _, Binding::Paired);
    let mut headers = HeaderMap::new();
    let line = format!("Bearer {}", forge.signed(|_| {}));
    headers.insert("authorization", HeaderValue::from_str(&line).unwrap());
    assert_eq!(now(intake.take(&headers)).unwrap_err().status(), StatusCode::SERVICE_UNAVAILABLE);
    forge.internet.pages.lock().unwrap().clear();
    forge.watch.pass(25 * 3_600);
    assert_eq!(now(intake.take(&headers)).unwrap_err().status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(now(intake.take(&HeaderMap::new())).unwrap_err().status(), StatusCode::UNAUTHORIZED);
    assert_eq!(NotTaken::NotPaired.status(), StatusCode::FORBIDDEN);
    assert_eq!(NotTaken::WrongCode.status(), StatusCode::FORBIDDEN);
}

#[test]
fn an_event_is_known_by_its_id_for_a_day_and_by_installation() {
    let store = MemoryRemotes::default();
    let at = |seconds| Timestamp::from_second(seconds).unwrap();
    let id = InstallationId::parse(INSTALLATION).unwrap();
    let event = |id: &InstallationId, name: &str| Once::event(id.clone(), name, at(0));
    assert_eq!(now(store.use_once(&event(&id, "e1"), at(0))).unwrap(), Used::First);
    assert_eq!(now(store.use_once(&event(&id, "e1"), at(86_399))).unwrap(), Used::Again);
    assert_eq!(now(store.use_once(&event(&id, "e2"), at(0))).unwrap(), Used::First);
    let other = InstallationId::parse("other").unwrap();
    assert_eq!(now(store.use_once(&event(&other, "e1"), at(0))).unwrap(), Used::First);
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Flaw {
    None,
    Forgets,
    KindsMixed,
    InstallationsMixed,
    CaseIgnored,
    OffersEndLate,
    CodesReused,
    OwnerLost,
    UseRaced,
    WipesAll,
    WipesNothing,
}

struct Flawed(MemoryRemotes, Flaw, AtomicUsize);

#[async_trait]
impl Remotes for Flawed {
    async fn use_once(&self, once: &Once, now: Timestamp) -> Result<Used, StoreError> {
        let mut once = once.clone();
        match self.1 {
            Flaw::Forgets => once.until = now,
            Flaw::KindsMixed => once.what = What::Token,
            Flaw::InstallationsMixed => once.installation = InstallationId::parse("all").unwrap(),
            Flaw::CaseIgnored => {
                let lower = once.installation.as_str().to_ascii_lowercase();
                once.installation = InstallationId::parse(&lower).unwrap();
            }
            Flaw::UseRaced => {
                let number = self.2.fetch_add(1, Ordering::Relaxed);
                pause().await;
                if self.2.load(Ordering::Relaxed) > number + 1 {
                    return Ok(Used::First);
                }
            }
            _ => {}
        }
        self.0.use_once(&once, now).await
    }

    async fn offer(&self, mut offer: Offer) -> Result<(), StoreError> {
        if self.1 == Flaw::OwnerLost {
            offer.owner = "somebody".to_owned();
        }
        self.0.offer(offer).await
    }

    async fn offered(&self, code: &CodeHash, now: Timestamp) -> Result<Option<Offer>, StoreError> {
        let late = if self.1 == Flaw::OffersEndLate { now - SignedDuration::from_secs(1) } else { now };
        self.0.offered(code, late).await
    }

    async fn pair(
        &self,
        installation: &InstallationId,
        invoked: &Invoked,
        code: &CodeHash,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let offer = self.0.offered(code, now).await?;
        let paired = self.0.pair(installation, invoked, code, now).await?;
        if self.1 == Flaw::CodesReused
            && let Some(offer) = offer
        {
            self.0.offer(offer).await?;
        }
        Ok(paired)
    }

    async fn owner(&self, installation: &InstallationId) -> Result<Option<String>, StoreError> {
        self.0.owner(installation).await
    }

    async fn unpair(&self, installation: &InstallationId) -> Result<bool, StoreError> {
        self.0.unpair(installation).await
    }

    async fn wipe(&self, now: Timestamp) -> Result<usize, StoreError> {
        match self.1 {
            Flaw::WipesNothing => Ok(0),
            Flaw::WipesAll => self.0.wipe(Timestamp::MAX).await,
            _ => self.0.wipe(now).await,
        }
    }
}

#[test]
fn the_conformance_suite_of_the_port_finds_every_planted_flaw() {
    for (flaw, rule) in [
        (Flaw::Forgets, "what was used is used again"),
        (Flaw::KindsMixed, "an event is no token of the same name"),
        (Flaw::InstallationsMixed, "another installation's is another"),
        (Flaw::CaseIgnored, "installations are told apart by case"),
        (Flaw::OwnerLost, "codes come back as they were given"),
        (Flaw::OffersEndLate, "a code ends at its time"),
        (Flaw::CodesReused, "a code that was used is none any more"),
        (Flaw::UseRaced, "of two at once one is the first"),
        (Flaw::WipesNothing, "wiping says how much it did"),
        (Flaw::WipesAll, "what is to be remembered outlives a wipe"),
    ] {
        let store = Flawed(MemoryRemotes::default(), flaw, AtomicUsize::new(0));
        let broken = block_on(conformance::check(&store, ["ada", "bob"])).unwrap_err();
        assert_eq!(broken.to_string(), rule, "{flaw:?}");
    }
    let store = Flawed(MemoryRemotes::default(), Flaw::None, AtomicUsize::new(0));
    assert!(block_on(conformance::check(&store, ["ada", "bob"])).is_ok());
}
