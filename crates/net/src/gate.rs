//! Before a call may leave: a place among the calls under way, no wait that the vendor asked for, and something left of its limits.
//!
//! At most ten calls of a connection are under way (see [`crate::Settings::width`]). Whoever cannot go stands in line, in its lane
//! ([`crate::queue`]). When a vendor asks us to wait, nothing of the kind that it means leaves until the time has passed: the
//! calls of the account, of one operation, writes to one subject ([`Reach`]), or everything that spends from a quota of an app
//! ([`crate::purse`]). What is known of the other limits is in [`crate::budget`].

mod place;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bowline_core::connection::{Connection, SignIn};
use bowline_core::port::{Clock, Hold, OutboundCall};
use bowline_core::{ConnectionId, GrantId, SignedDuration, Timestamp};
use http::Method;
use tokio::sync::{Notify, OwnedSemaphorePermit};

pub(crate) use self::place::Place;
use crate::budget::Told;
use crate::lanes;
use crate::lease::Lease;
use crate::line::Line;
use crate::points;
use crate::purse::{Aside, Purse, Quota, Spender};
use crate::queue::Cell;
use crate::reach::Reach;

/// How many connections are remembered. Above it the idle one whose pause ended first is forgotten. Of quotas as many.
const CAPACITY: usize = 10_000;

/// How many waits are kept for other processes. They are told at once, so there are more only while the database is away.
const UNTOLD: usize = 1_000;

/// A call, as a vendor counts it.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) connection: ConnectionId,
    wish: Arc<Wish>,
    subject: Option<String>,
    operation: &'static str,
    grant: Option<GrantId>,
    /// Whether it is made by an app that others may know too.
    is_app: bool,
}

/// The names of the quotas that calls over a connection may spend from: of all that the payer does, and of what it does there.
pub(crate) fn payers(connection: &Connection, payer: Option<&str>) -> [String; 2] {
    let payer = match (payer, &connection.sign_in) {
        (Some(payer), _) => format!("app/{payer}"),
        (None, SignIn::Grant { grant }) => format!("{}/{grant}", connection.id),
        (None, _) => connection.id.to_string(),
    };
    let on_site = format!("{payer}@{}", connection.id);
    [payer, on_site]
}

/// What a call needs before it may leave.
#[derive(Debug)]
pub(crate) struct Wish {
    pub(crate) lane: usize,
    /// Everything that may hold it up, each once.
    pub(crate) held: Vec<Held>,
    /// The quotas it may spend from: that of the app over all sites, that on this site.
    pub(crate) purses: [String; 2],
    pub(crate) spender: Spender,
}

impl Caller {
    /// What a call over a connection is counted by. `payer` is the app that it is made by; calls of one app over all
    /// connections spend from one quota.
    pub(crate) fn of(connection: &Connection, call: &OutboundCall, payer: Option<&str>) -> Self {
        let grant = match connection.sign_in {
            SignIn::Grant { grant } => Some(grant),
            _ => None,
        };
        let purses = payers(connection, payer);
        let is_app = payer.is_some();
        let subject = call.subject.clone().filter(|_| call.method != Method::GET);
        let (operation, lane) = (call.operation, lanes::current());
        let about = subject.iter().map(|subject| Held::Subject(subject.clone()));
        let held =
            [Held::Account(grant), Held::Operation(operation.into())].into_iter().chain(about).collect();
        let spender = Spender { tenant: connection.tenant, lane, cost: points::before(call) };
        let wish = Arc::new(Wish { lane, held, purses, spender });
        Self { connection: connection.id, wish, subject, operation, grant, is_app }
    }

    /// What a pause of this reach holds up; none if it is a quota. A refused write without a subject stands for its operation.
    fn held(&self, reach: Reach) -> Option<Held> {
        match (reach, &self.subject) {
            (Reach::Account, _) => Some(Held::Account(self.grant)),
            (Reach::Subject, Some(subject)) => Some(Held::Subject(subject.clone())),
            (Reach::Subject, None) | (Reach::Operation, _) => Some(Held::Operation(self.operation.into())),
            (Reach::App | Reach::Site, _) => None,
        }
    }

    /// The quotas it may spend from that others may spend from as well.
    pub(crate) fn quotas(&self) -> &[String] {
        if self.is_app { &self.wish.purses } else { &[] }
    }

    fn purse(&self, is_global: bool) -> &String {
        let [global, on_site] = &self.wish.purses;
        if is_global { global } else { on_site }
    }
}

/// What a pause holds up.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Held {
    Account(Option<GrantId>),
    Operation(Cow<'static, str>),
    Subject(String),
}

impl Held {
    /// As other processes are told of it. A wait for one item is over before they hear of it.
    fn word(&self) -> Option<String> {
        match self {
            Self::Account(None) => Some("account".to_owned()),
            Self::Account(Some(grant)) => Some(format!("account/{grant}")),
            Self::Operation(operation) => Some(format!("operation/{operation}")),
            Self::Subject(_) => None,
        }
    }

    /// The way back.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        match word.split_once('/') {
            None if word == "account" => Some(Self::Account(None)),
            Some(("account", grant)) => grant.parse().ok().map(|grant| Self::Account(Some(grant))),
            Some(("operation", operation)) => Some(Self::Operation(operation.to_owned().into())),
            _ => None,
        }
    }
}

/// A call that goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pass {
    /// Which call of the connection it is.
    pub(crate) number: u64,
    /// In which of its quotas the most that it may cost is put aside.
    pub(crate) aside: [Option<Aside>; 2],
}

/// A call may not go yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stopped {
    /// The vendor asked to wait this much longer.
    Paused(Duration),
    /// Nothing is left of a limit for so long.
    Spent(Duration),
}

/// Where one stands that waits.
pub(crate) enum Standing {
    /// It may go.
    In(Place),
    /// It may not, and should not stand here.
    Out(Stopped),
    /// All places are taken: it is told.
    Crowded,
    /// Nothing is left of a limit for so long.
    Spent(Duration),
}

/// One that stands in line; leaves it when dropped.
pub(crate) struct Waiter<'a> {
    gate: &'a Gate,
    caller: Caller,
    number: u64,
    cell: Arc<Cell>,
}

impl Waiter<'_> {
    /// Rings when it should look.
    pub(crate) fn bell(&self) -> &Notify {
        &self.cell.bell
    }

    /// Looks where it stands, and lets everybody go who may.
    pub(crate) fn look(&self) -> Standing {
        let now = self.gate.clock.now();
        let mut all = self.gate.all();
        let All { lines, purses, .. } = &mut *all;
        let Some(line) = lines.get_mut(&self.caller.connection) else { return Standing::Crowded };
        line.dispatch(purses, now);
        let word = self.cell.heard();
        let again = if word.is_none() { line.ask_again(&self.caller.wish, purses, now) } else { None };
        drop(all);
        match (word, again) {
            (Some(Ok(pass)), _) => Standing::In(Place {
                all: Arc::clone(&self.gate.all),
                clock: Arc::clone(&self.gate.clock),
                caller: self.caller.clone(),
                pass,
                is_counted: false,
            }),
            (Some(Err(stopped)), _) => Standing::Out(stopped),
            (None, Some(again)) => Standing::Spent(left(again, now)),
            (None, None) => Standing::Crowded,
        }
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        let mut all = self.gate.all();
        if let Some(line) = all.lines.get_mut(&self.caller.connection) {
            line.queue.leave(self.number);
        }
        // Nobody can be told any more; what was told and not heard is given back.
        if let Some(Ok(pass)) = self.cell.heard() {
            all.leave(&self.caller, pass, Some(0), self.gate.clock.now());
            all.free(self.caller.connection, self.gate.clock.now());
        }
    }
}

/// All that is known.
pub(crate) struct All {
    pub(crate) lines: HashMap<ConnectionId, Line>,
    pub(crate) purses: HashMap<String, Purse>,
    /// Waits that other processes were not told of yet.
    pub(crate) untold: Vec<Hold>,
    /// How many calls of one connection may be under way.
    width: usize,
    /// Whether other processes may use the same limits.
    is_shared: bool,
}

impl All {
    /// A call does not count as under way any more.
    fn leave(&mut self, caller: &Caller, pass: Pass, cost: Option<u32>, now: Timestamp) {
        let spender = caller.wish.spender;
        for (name, aside) in caller.wish.purses.iter().zip(pass.aside) {
            if let Some(purse) = self.purses.get_mut(name) {
                let aside = if aside.is_some() { spender.cost } else { 0 };
                purse.settle(spender, aside, cost.unwrap_or(spender.cost), now);
            }
        }
        if let Some(line) = self.lines.get_mut(&caller.connection) {
            line.budgets.land(&caller.wish.held);
        }
    }

    /// A place is free.
    fn free(&mut self, connection: ConnectionId, now: Timestamp) {
        if let Some(line) = self.lines.get_mut(&connection) {
            line.flying = line.flying.saturating_sub(1);
            line.dispatch(&mut self.purses, now);
        }
    }

    /// A quota, remembered from now on.
    pub(crate) fn purse(&mut self, name: &str) -> &mut Purse {
        if self.purses.len() >= CAPACITY && !self.purses.contains_key(name) {
            let first =
                self.purses.iter().min_by_key(|(_, purse)| purse.worth()).map(|(name, _)| name.clone());
            first.map(|first| self.purses.remove(&first));
        }
        self.purses.entry(name.to_owned()).or_default()
    }

    /// A quota that other processes may spend from: nothing of it is ours before they were asked.
    pub(crate) fn shared_purse(&mut self, name: &str) -> &mut Purse {
        let (is_new, is_shared) = (!self.purses.contains_key(name), self.is_shared);
        let purse = self.purse(name);
        if is_new && is_shared {
            purse.lease = Lease::none();
        }
        purse
    }

    pub(crate) fn line(&mut self, connection: ConnectionId) -> &mut Line {
        if self.lines.len() >= CAPACITY && !self.lines.contains_key(&connection) {
            let idle = self.lines.iter().filter(|(_, line)| line.is_idle());
            let first = idle.min_by_key(|(_, line)| line.last_pause()).map(|(id, _)| *id);
            first.map(|id| self.lines.remove(&id));
        }
        self.lines.entry(connection).or_insert_with(|| Line::new(self.width, self.is_shared))
    }
}

/// The gates of all connections.
pub(crate) struct Gate {
    clock: Arc<dyn Clock>,
    all: Arc<Mutex<All>>,
}

impl Gate {
    /// At most `width` calls of one connection are under way at any time; in all processes together, if others share it.
    pub(crate) fn new(clock: Arc<dyn Clock>, width: usize, is_shared: bool) -> Self {
        let (lines, purses) = (HashMap::new(), HashMap::new());
        let all = All { lines, purses, untold: Vec::new(), width, is_shared };
        Self { clock, all: Arc::new(Mutex::new(all)) }
    }

    /// Stands in line.
    pub(crate) fn join(&self, caller: &Caller) -> Waiter<'_> {
        let cell = Arc::<Cell>::default();
        let mut all = self.all();
        let line = all.line(caller.connection);
        line.lease.wanted = line.lease.wanted.saturating_add(1);
        let number = line.queue.join(Arc::clone(&caller.wish), Arc::clone(&cell));
        drop(all);
        Waiter { gate: self, caller: caller.clone(), number, cell }
    }

    /// Waits for one of the places that files may have. It is taken before any other.
    pub(crate) async fn enter_with_file(&self, connection: ConnectionId) -> Option<OwnedSemaphorePermit> {
        let files = Arc::clone(&self.all().line(connection).files);
        files.acquire_owned().await.ok()
    }

    /// Learns what the answer to a call told of limits and quotas. `cost` is what it cost in points.
    pub(crate) fn learn(&self, place: &Place, told: &[Told], quotas: &[Quota], cost: u32) {
        if told.is_empty() && quotas.is_empty() {
            return;
        }
        let (now, caller) = (self.clock.now(), &place.caller);
        let mut all = self.all();
        for quota in quotas {
            let [global, on_site] = place.pass.aside;
            let aside = if quota.is_global { global } else { on_site };
            all.purse(caller.purse(quota.is_global)).learn(*quota, (cost, aside), now);
        }
        let All { lines, purses, .. } = &mut *all;
        let Some(line) = lines.get_mut(&caller.connection) else { return };
        let mut is_sooner = false;
        for told in told {
            let held = caller.held(told.reach);
            is_sooner |= held.is_some_and(|held| line.budgets.learn(held, told, place.pass.number, now));
        }
        line.dispatch(purses, now);
        if is_sooner {
            line.queue.ring();
        }
    }

    /// Stops new calls like this one for a time; a longer pause wins.
    pub(crate) fn pause(&self, caller: &Caller, reach: Reach, length: Duration) {
        let length = SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX);
        let now = self.clock.now();
        let until = now.saturating_add(length).unwrap_or(Timestamp::MAX);
        let mut all = self.all();
        let (name, what) = match caller.held(reach) {
            Some(held) => {
                all.line(caller.connection).pause(held.clone(), until, now);
                (caller.connection.to_string(), held.word())
            }
            None => {
                let name = caller.purse(reach == Reach::App);
                let purse = all.purse(name);
                purse.paused = purse.paused.max(until);
                (name.clone(), Some("everything".to_owned()))
            }
        };
        if let Some(what) = what.filter(|_| all.is_shared && all.untold.len() < UNTOLD) {
            all.untold.push(Hold { name, what, until });
        }
        let All { lines, purses, .. } = &mut *all;
        if let Some(line) = lines.get_mut(&caller.connection) {
            line.dispatch(purses, now);
        }
    }

    /// Whether a limit that a vendor says is spent was hardly spent by us.
    pub(crate) fn is_anothers(&self, caller: &Caller, reach: Reach) -> bool {
        let (now, mut all) = (self.clock.now(), self.all());
        match caller.held(reach) {
            Some(Held::Subject(_)) => false,
            Some(held) => all.line(caller.connection).is_hardly_ours(&held, now),
            None => all.purse(caller.purse(reach == Reach::App)).is_hardly_ours(now),
        }
    }

    pub(crate) fn all(&self) -> MutexGuard<'_, All> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// How long it is until then; nothing if it is past.
pub(crate) fn left(until: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(until.duration_since(now)).unwrap_or_default()
}
