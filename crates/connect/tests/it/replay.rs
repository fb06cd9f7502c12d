//! Lifecycle tokens are good once: with the same body again they are a repetition, with another one a replay.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bowline_connect::installation::{
    Change, ClientKey, Committed, Installation, Installations, MemoryInstallations, StoreError, Stored,
    UsedToken,
};
use bowline_connect::lifecycle::{Changed, Event, Legacy, Outcome};
use bowline_connect::token::Refusal;
use bowline_core::port::Clock as _;
use http::StatusCode;
use jiff::Timestamp;
use serde_json::json;

use super::lifecycle::with_body;
use super::world::{Watch, World};

const SITE: &str = "jira:acme";

#[test]
fn a_token_with_another_body_is_a_replay_and_with_the_same_one_a_repetition() {
    let world = World::new(Legacy::Off);
    let draft = world.signed(Event::Installed, SITE, "a");
    assert!(matches!(world.call(&draft), Outcome::Done(done) if done.changed == Changed::Installed));
    let row = world.row(SITE);
    let other = with_body(draft.clone(), |body| body["sharedSecret"] = json!("m".repeat(40)));
    let outcome = world.call(&other);
    assert!(matches!(outcome, Outcome::Refused(Refusal::Replayed)), "{outcome:?}");
    assert_eq!(outcome.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(world.row(SITE), row);
    assert!(matches!(world.call(&draft), Outcome::Done(done) if done.changed == Changed::Nothing));
    assert_eq!(world.row(SITE), row);
    // A call that comes late, after the app was removed, brings nothing back.
    assert_eq!(world.call(&world.signed(Event::Uninstalled, SITE, "")).status(), StatusCode::NO_CONTENT);
    let gone = world.row(SITE);
    assert!(matches!(world.call(&draft), Outcome::Done(done) if done.changed == Changed::Nothing));
    assert_eq!(world.row(SITE), gone);
    world.watch.pass(931);
    assert!(matches!(world.call(&draft), Outcome::Refused(Refusal::Expired { .. })));
}

#[test]
fn a_used_token_is_remembered_for_longer_than_it_is_good_however_slow_the_store_is() {
    let store = Arc::new(Slow::default());
    let world = World::over(Legacy::Off, Arc::clone(&store) as _);
    *store.watch.lock().unwrap() = Some(Arc::clone(&world.watch));
    let draft = world.signed(Event::Installed, SITE, "a");
    let other = with_body(draft.clone(), |body| body["sharedSecret"] = json!("m".repeat(40)));
    assert_eq!(world.call(&draft).status(), StatusCode::NO_CONTENT);
    let row = world.row(SITE);
    // The last second of the token; the store takes two, so that the change is committed after its end.
    let end = 1_700_000_000 + 900 + 30;
    world.watch.pass(end - 1 - world.watch.now().as_second());
    assert!(matches!(world.call(&other), Outcome::Refused(Refusal::Replayed)));
    assert_eq!(world.row(SITE), row);
}

#[test]
fn an_uninstall_that_had_nothing_to_do_is_used_up_all_the_same() {
    let world = World::new(Legacy::Off);
    let uninstall = world.signed(Event::Uninstalled, SITE, "");
    assert_eq!(world.call(&uninstall).status(), StatusCode::NO_CONTENT);
    let other = with_body(uninstall.clone(), |body| body["description"] = json!("another"));
    assert!(matches!(world.call(&other), Outcome::Refused(Refusal::Replayed)));
    assert_eq!(world.call(&world.signed(Event::Installed, SITE, "a")).status(), StatusCode::NO_CONTENT);
    let row = world.row(SITE);
    assert!(matches!(world.call(&uninstall), Outcome::Done(done) if done.changed == Changed::Nothing));
    assert_eq!(world.row(SITE), row);
}

#[test]
fn a_token_used_for_one_event_is_not_good_for_another() {
    let world = World::new(Legacy::Off);
    assert_eq!(world.call(&world.signed(Event::Installed, SITE, "a")).status(), StatusCode::NO_CONTENT);
    let off = world.secret_signed(Event::Disabled, SITE, "", "a");
    assert_eq!(world.call(&off).status(), StatusCode::NO_CONTENT);
    assert_eq!(
        world.call(&world.secret_signed(Event::Enabled, SITE, "", "a")).status(),
        StatusCode::NO_CONTENT
    );
    // The repetition of the first does not switch it off again.
    assert_eq!(world.call(&off).status(), StatusCode::NO_CONTENT);
    assert!(world.row(SITE).starts_with("Enabled"));
}

/// A store that takes two seconds for a look-up, once it knows the clock.
#[derive(Default)]
struct Slow {
    inner: MemoryInstallations,
    watch: Mutex<Option<Arc<Watch>>>,
}

#[async_trait]
impl Installations for Slow {
    async fn find(&self, client_key: &ClientKey) -> Result<Option<Stored>, StoreError> {
        if let Some(watch) = &*self.watch.lock().unwrap() {
            watch.pass(2);
        }
        self.inner.find(client_key).await
    }

    async fn commit(&self, change: Change, now: Timestamp) -> Result<Committed, StoreError> {
        self.inner.commit(change, now).await
    }

    async fn use_token(&self, used: UsedToken, now: Timestamp) -> Result<Committed, StoreError> {
        self.inner.use_token(used, now).await
    }

    async fn list(&self, after: Option<&ClientKey>, limit: usize) -> Result<Vec<Installation>, StoreError> {
        self.inner.list(after, limit).await
    }

    async fn wipe(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.inner.wipe(now).await
    }
}
