//! One history: what is set up, and the steps it is made of.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use bowline_core::commit::{Change, Commit};
use bowline_core::connection::{Connection, Health, Identity, IntakeProof, SignIn, ToolKind};
use bowline_core::event::{About, Delivery, Hint};
use bowline_core::id::SecretId;
use bowline_core::port::{ClaimAsk, Clock, Commits, Delegations, WorkQueue};
use bowline_core::profile::{Profile, ProfileState};
use bowline_core::tenant::Tenant;
use bowline_core::work::{Entity, Lane, Lanes, Touch};
use bowline_core::{ConnectionId, ProfileId, Side, SignedDuration, TenantId};
use bowline_sync::{Engine, LEASE, Laws, Options, Ports};

use super::delegation;
use super::dice::Dice;
use super::executor::Executor;
use super::people::People;
use super::ports::{FakeClock, FakeSeal, Stepped};
use super::profile;
use super::site::{Event, ROBOT, Site, Temper};
use super::tool::{FakeTools, Land};
use super::unsure::Unsure;

/// A set-up world in which a history happens.
pub(crate) struct World {
    pub(crate) land: Arc<Land>,
    pub(crate) store: Stepped,
    pub(crate) dice: Arc<Dice>,
    pub(crate) executor: Executor,
    engine: Arc<Engine>,
    laws: Laws,
    tenant: TenantId,
    connections: [Connection; 2],
    workers: Arc<std::sync::atomic::AtomicUsize>,
}

fn temper(dice: &Dice, side: Side) -> Temper {
    Temper {
        clamp: if side == Side::Left { 200 } else { 14 },
        hated: dice.chance(25).then(|| "bad".to_owned()),
        lag: SignedDuration::from_secs(if dice.chance(40) { 40 } else { 0 }),
        marks_comments: side == Side::Left,
    }
}

impl World {
    pub(crate) fn new(seed: u64, store: Stepped, laws: Laws) -> Self {
        let (dice, clock) = (Arc::new(Dice::new(seed)), Arc::new(FakeClock::new()));
        let (document, merges_tags) = profile::document(&dice);
        let mut people = People::default();
        people.ledger.merges_tags = merges_tags;
        let moments = Arc::clone(&people.ledger.moments);
        let site = |side| Mutex::new(Site::new(side, temper(&dice, side), Arc::clone(&moments)));
        let land = Arc::new(Land {
            sites: Side::BOTH.map(site),
            dice: Arc::clone(&dice),
            trouble: 0.into(),
            people: Mutex::new(people),
            trace: Mutex::default(),
            started: clock.now(),
            clock,
            moments,
            unsure: Unsure::default(),
        });
        let (tenant, connections) = set_up(&store, &land, &dice, &document);
        let engine = engine(&store, &land, &dice, laws);
        let executor = Executor::default();
        Self { land, store, dice, executor, engine, laws, tenant, connections, workers: Arc::default() }
    }

    pub(crate) fn say(&self, line: impl Into<String>) {
        self.land.say(line.into());
    }

    /// A person does something, somewhere.
    pub(crate) fn person_acts(&mut self) {
        let side = *self.dice.pick(&Side::BOTH);
        let now = self.land.clock.now();
        let mut people = self.land.people.lock().unwrap();
        let mut site = self.land.site(side);
        let items: Vec<String> = site.things.keys().cloned().collect();
        if items.is_empty() || items.len() < 3 && self.dice.chance(15) {
            people.create(&mut site, &self.dice, now);
        } else if self.dice.chance(20) {
            people.talk(&mut site, self.dice.pick(&items).as_str(), &self.dice, now);
        } else {
            people.edit(&mut site, self.dice.pick(&items).as_str(), &self.dice, now);
        }
        let last = people.deeds().last().cloned();
        drop((site, people));
        self.say(format!("person {}", last.unwrap_or_default()));
    }

    /// Takes one event out of a tool and does with it what networks do.
    pub(crate) fn deliver_one(&mut self, faults: bool) -> bool {
        let side = *self.dice.pick(&Side::BOTH);
        let event = {
            let mut site = self.land.site(side);
            if site.events.is_empty() {
                return false;
            }
            // Any one of those waiting: order is not promised.
            let chosen = if faults { self.dice.below(site.events.len()) } else { 0 };
            site.events.remove(chosen)
        };
        if faults && self.dice.chance(15) {
            self.say(format!("{side}: lost the event about {}", event.item));
            return true;
        }
        let copies = if faults && self.dice.chance(15) { 2 } else { 1 };
        for _ in 0..copies {
            self.take_in(side, &event);
        }
        true
    }

    fn take_in(&mut self, side: Side, event: &Event) {
        let engine = Arc::clone(&self.engine);
        let connection = self.connections[usize::from(side == Side::Right)].clone();
        // The right tool's comment events do not name the item, as Targetprocess's do not.
        let item = (side == Side::Left).then(|| event.item.clone());
        let about = match &event.comment {
            Some((id, at)) => About::Comment { id: Some(id.clone()), item, edited_at: Some(*at) },
            None => About::Item { id: event.item.clone(), kind: None, scope: None },
        };
        let delivery = (side == Side::Left).then(|| format!("{}", event.number));
        let (version, actor) = (Some(event.version), Some(event.actor.clone()));
        let hint = Hint { event: "changed".into(), delivery, about, version, actor };
        let body = serde_json::to_vec(&hint).unwrap().into();
        self.executor.spawn(async move {
            let delivery = Delivery { headers: http::HeaderMap::new(), body };
            // A delivery that could not be stored is tried again by no one: the sweep finds it.
            let _ = engine.take_in(&connection, &delivery).await;
        });
    }

    /// Starts a worker that looks at one entity, if there is work.
    pub(crate) fn start_worker(&mut self) -> bool {
        if self.workers.load(Ordering::SeqCst) >= 2 {
            return false;
        }
        let now = self.land.clock.now();
        if self.store.now(self.store.store.depth(now)).unwrap().due == 0 {
            return false;
        }
        let (engine, store, workers) =
            (Arc::clone(&self.engine), self.store.clone(), Arc::clone(&self.workers));
        let (clock, land) = (Arc::clone(&self.land.clock), Arc::clone(&self.land));
        workers.fetch_add(1, Ordering::SeqCst);
        self.executor.spawn(async move {
            let ask = ClaimAsk {
                owner: "simulated".into(),
                lanes: Lanes::Sync,
                now: clock.now(),
                lease: LEASE,
                limit: 1,
            };
            for claim in store.claim(&ask).await.unwrap_or_default() {
                let outcome = engine.look(&claim).await.unwrap();
                land.say(format!("looked at {}: {:?} {:?}", claim.entity, outcome.deeds, outcome.failure));
            }
            workers.fetch_sub(1, Ordering::SeqCst);
        });
        true
    }

    /// The process dies and starts again.
    pub(crate) fn crash(&mut self) {
        self.say("crash");
        self.executor.crash();
        self.workers.store(0, Ordering::SeqCst);
        self.engine = engine(&self.store, &self.land, &self.dice, self.laws);
    }

    /// Moves the clock to the next time anything is due.
    pub(crate) fn wait_for_work(&mut self) {
        let due = self.store.now(self.store.store.next_due(Lanes::Sync)).unwrap();
        let now = self.land.clock.now();
        let wait = due.map_or(SignedDuration::from_secs(1), |due| due.duration_since(now));
        // Something held by a worker that died is due when its lease ends.
        let wait = wait.clamp(SignedDuration::from_millis(1), SignedDuration::from_secs(91));
        self.land.clock.advance(wait);
    }

    /// Whether nothing waits but the regular sweeps of both connections, and no event is on its way.
    pub(crate) fn is_at_rest(&self) -> bool {
        let depth = self.store.now(self.store.store.depth(self.land.clock.now())).unwrap();
        let quiet = Side::BOTH.into_iter().all(|side| self.land.site(side).events.is_empty());
        quiet && depth.due == 0 && depth.claimed == 0 && depth.later <= 2
    }

    /// Whether the refusal that Bob's tokens met long ago is forgotten.
    pub(crate) fn is_forgiven(&self) -> bool {
        let found = self.store.store.delegate(self.tenant, self.connections[0].id, "bob");
        self.store.now(found).unwrap().is_some_and(|found| found.delegation.refused.is_none())
    }

    /// Asks for a sweep of both sides now.
    pub(crate) fn sweep(&self) {
        let due_at = self.land.clock.now();
        let touch = |connection: &Connection| {
            Change::Touch(Touch { entity: Entity::Sweep(connection.id), lane: Lane::Sweep, due_at })
        };
        self.write(self.connections.iter().map(touch).collect());
    }

    fn write(&self, changes: Vec<Change>) {
        let at = self.land.clock.now();
        self.store
            .now(self.store.store.commit(Commit { tenant: self.tenant, fence: None, changes, at }))
            .unwrap();
    }

    /// Takes away what would be due later, so that the next history in the same database is alone.
    pub(crate) fn tidy(&self) {
        self.land.clock.advance(SignedDuration::from_hours(48));
        let ask = ClaimAsk {
            owner: "tidy".into(),
            lanes: Lanes::Sync,
            now: self.land.clock.now(),
            lease: LEASE,
            limit: 1_000,
        };
        for claim in self.store.now(self.store.store.claim(&ask)).unwrap() {
            let (tenant, fence, at) = (claim.tenant, Some(claim.fence()), self.land.clock.now());
            let commit = Commit { tenant, fence, changes: vec![Change::Ack(claim)], at };
            self.store.now(self.store.store.commit(commit)).unwrap();
        }
    }
}

fn engine(store: &Stepped, land: &Arc<Land>, dice: &Arc<Dice>, laws: Laws) -> Arc<Engine> {
    let stepped = Arc::new(store.clone());
    let ports = Ports {
        clock: land.clock.clone(),
        entropy: dice.clone(),
        commits: stepped.clone(),
        desk: stepped.clone(),
        registry: stepped.clone(),
        delegations: stepped.clone(),
        seal: Arc::new(FakeSeal),
        tools: Arc::new(FakeTools(land.clone())),
        work: stepped,
    };
    Arc::new(Engine::with_laws(ports, Options::default(), laws))
}

fn set_up(store: &Stepped, land: &Land, dice: &Dice, document: &str) -> (TenantId, [Connection; 2]) {
    let at = land.clock.now();
    let tenant = TenantId::new(at, dice);
    let connection = |name: &str, tool: ToolKind| Connection {
        tenant,
        id: ConnectionId::new(at, dice),
        name: name.into(),
        tool,
        base_url: format!("https://{name}.example"),
        browse_url: format!("https://{name}.example"),
        transport: bowline_core::layers::Transport::default(),
        gateway: None,
        sign_in: SignIn::AccessToken,
        secret: SecretId::new(at, dice),
        intake: IntakeProof::default(),
        health: Health::Ok,
        identity: Some(Identity { id: ROBOT.into(), name: ROBOT.into() }),
        settings: Default::default(),
        revision: 0,
        era: 0,
        created_at: at,
    };
    let connections = [connection("left", ToolKind::JiraCloud), connection("right", ToolKind::Targetprocess)];
    let profile = Profile {
        tenant,
        id: ProfileId::new(at, dice),
        name: "simulated".into(),
        left: connections[0].id,
        right: connections[1].id,
        state: ProfileState::Active,
        revision: 0,
        document: document.to_owned(),
        created_at: at,
    };
    let name = format!("t{}", tenant.uuid().simple());
    let changes = vec![
        Change::AddTenant(Tenant { id: tenant, name, created_at: at }),
        Change::PutConnection(Box::new(connections[0].clone())),
        Change::PutConnection(Box::new(connections[1].clone())),
        Change::PutProfile(Box::new(profile)),
    ];
    let changes = changes.into_iter().chain(delegation::of_bob(&connections[0], at, dice)).collect();
    store.now(store.store.commit(Commit { tenant, fence: None, changes, at })).unwrap();
    (tenant, connections)
}
