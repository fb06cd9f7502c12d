//! What the worker does while the database refuses, and when it looks again.

use std::sync::atomic::AtomicUsize;

use bowline_auth::{SystemClock, SystemEntropy};
use bowline_bus::Local;
use bowline_core::commit::{Change, Commit};
use bowline_core::port::{Commits as _, WorkDepth};
use bowline_core::work::{Entity, Lanes, Touch};
use bowline_core::{ConnectionId, TenantId};
use bowline_store::{Options, Store};

use super::years::Paused;
use super::*;

/// Longer than two pauses, shorter than three.
const A_WHILE: Duration = Duration::from_millis(2_500);

/// At most so many tries fit into [`A_WHILE`].
const TRIES: usize = 3;

/// A real work table whose claims fail if told so.
struct Work {
    store: Store,
    fails: bool,
    claims: AtomicUsize,
}

fn refusal() -> StoreError {
    StoreError::Unavailable(Arc::new(std::io::Error::other("the disk is full")))
}

#[async_trait]
impl WorkQueue for Work {
    async fn claim(&self, ask: &ClaimAsk) -> Result<Vec<Claim>, StoreError> {
        self.claims.fetch_add(1, Ordering::SeqCst);
        if self.fails { Err(refusal()) } else { self.store.claim(ask).await }
    }

    async fn renew(&self, claim: &Claim, until: Timestamp) -> Result<(), StoreError> {
        self.store.renew(claim, until).await
    }

    async fn abandon(&self, owner: &str, now: Timestamp) -> Result<u64, StoreError> {
        self.store.abandon(owner, now).await
    }

    async fn next_due(&self, lanes: Lanes) -> Result<Option<Timestamp>, StoreError> {
        self.store.next_due(lanes).await
    }

    async fn depth(&self, now: Timestamp) -> Result<WorkDepth, StoreError> {
        self.store.depth(now).await
    }
}

/// Looks that cannot be stored.
#[derive(Default)]
struct Unstored(AtomicUsize);

#[async_trait]
impl Look for Unstored {
    async fn look(&self, _: &Claim) -> Result<Outcome, StoreError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Err(refusal())
    }
}

impl Watch for () {
    fn looked(&self, _: &Claim, _: &Outcome) {}
}

/// A hundred entities are due.
async fn due() -> Store {
    let store = Store::open(Options::new("sqlite::memory:")).await.unwrap();
    let at = SystemClock.now();
    let tenant = TenantId::new(at, &SystemEntropy);
    let touch = |_| {
        let entity = Entity::Sweep(ConnectionId::new(at, &SystemEntropy));
        Change::Touch(Touch { entity, lane: Lane::Sweep, due_at: at })
    };
    let changes = (0..100).map(touch).collect();
    store.commit(Commit { tenant, fence: None, changes, at }).await.unwrap();
    store
}

/// Lets a worker with one place run for a while, with somebody ringing all the time.
async fn run(work: Arc<Work>, engine: Arc<Unstored>) {
    let (bell, stop) = (Arc::new(Local::new()), CancellationToken::new());
    let worker = Worker {
        lanes: Lanes::Sync,
        engine,
        work,
        bell: bell.clone(),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        watch: Arc::new(()),
        owner: "test".to_owned(),
        places: 1,
        scan: DUE_SCAN,
    };
    let running = tokio::spawn(worker.run(stop.clone()));
    let ringing = async {
        loop {
            bell.ring(Lane::Live).await;
            tokio::task::yield_now().await;
        }
    };
    let _ = tokio::time::timeout(A_WHILE, ringing).await;
    stop.cancel();
    running.await.unwrap();
}

#[tokio::test]
async fn a_refused_claim_is_tried_again_once_a_second_however_much_is_due() {
    let work = Arc::new(Work { store: due().await, fails: true, claims: AtomicUsize::new(0) });
    run(work.clone(), Arc::default()).await;
    let claims = work.claims.load(Ordering::SeqCst);
    assert!((1..=TRIES).contains(&claims), "{claims}");
}

#[tokio::test]
async fn after_a_look_that_could_not_be_stored_the_next_waits_for_a_second() {
    let work = Arc::new(Work { store: due().await, fails: false, claims: AtomicUsize::new(0) });
    let engine = Arc::<Unstored>::default();
    run(work, engine.clone()).await;
    let looks = engine.0.load(Ordering::SeqCst);
    assert!((1..=TRIES).contains(&looks), "{looks}");
}

/// Looks that leave their entity due again once, a little later.
struct Returning {
    store: Store,
    clock: Arc<Paused>,
    at: std::sync::Mutex<Vec<SignedDuration>>,
}

/// When the second look is due: long before the first claim would have ended by itself.
const AGAIN: SignedDuration = SignedDuration::from_secs(5);

#[async_trait]
impl Look for Returning {
    async fn look(&self, claim: &Claim) -> Result<Outcome, StoreError> {
        // By then the worker waits for what it knows to be next: the end of this claim.
        tokio::time::sleep(Duration::from_secs(1)).await;
        let first = {
            let mut at = self.at.lock().unwrap();
            at.push(self.clock.passed());
            at.len() == 1
        };
        let now = self.clock.now();
        let due_at = now.saturating_add(AGAIN).unwrap();
        let touch = Change::Touch(Touch { entity: claim.entity.clone(), lane: claim.lane, due_at });
        let changes = [Change::Ack(claim.clone())].into_iter().chain(first.then_some(touch)).collect();
        let commit = Commit { tenant: claim.tenant, fence: Some(claim.fence()), changes, at: now };
        self.store.commit(commit).await.map(|()| Outcome::default())
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_look_leaves_due_is_not_kept_waiting_until_its_claim_would_have_ended() {
    for (lanes, lane) in [(Lanes::Sync, Lane::Sweep), (Lanes::Grants, Lane::Renewal)] {
        let clock = Arc::new(Paused::new());
        let store = Store::open(Options::new("sqlite::memory:")).await.unwrap();
        let (at, tenant) = (clock.now(), TenantId::new(clock.now(), &SystemEntropy));
        let entity = Entity::Sweep(ConnectionId::new(at, &SystemEntropy));
        let changes = vec![Change::Touch(Touch { entity, lane, due_at: at })];
        store.commit(Commit { tenant, fence: None, changes, at }).await.unwrap();
        let engine = Arc::new(Returning {
            store: store.clone(),
            clock: clock.clone(),
            at: std::sync::Mutex::default(),
        });
        let stop = CancellationToken::new();
        let worker = Worker {
            lanes,
            engine: engine.clone(),
            work: Arc::new(store),
            bell: Arc::new(Local::new()),
            clock: clock.clone(),
            entropy: Arc::new(SystemEntropy),
            watch: Arc::new(()),
            owner: "test".to_owned(),
            places: 2,
            scan: Duration::from_secs(3_600),
        };
        let running = tokio::spawn(worker.run(stop.clone()));
        clock.reach(SignedDuration::from_secs(30)).await;
        stop.cancel();
        running.await.unwrap();
        let seconds: Vec<_> = engine.at.lock().unwrap().iter().map(SignedDuration::as_secs).collect();
        assert_eq!(seconds, [1, 7], "{lanes:?}");
    }
}
