//! The gate of a connection: how many calls are under way, and whether the vendor asked us to wait.
//!
//! Places are kept per connection. A pause is kept per connection and by what it reaches ([`Reach`]): one operation, the
//! writes to one subject, or everything that is signed with one grant, because a vendor counts per account: one person
//! whose limit is reached holds up nobody but themselves (Jira Data Center, "Improving instance stability with rate
//! limiting": each user has a bucket; Jira Cloud, "Rate limiting": per app and user). A pause stops calls at the gate,
//! before anything is signed or sent; nobody queues behind it, so that no lease runs out while waiting. What answers tell
//! of a limit before it is met is kept beside the pauses ([`Budgets`]).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bowline_core::connection::{Connection, SignIn};
use bowline_core::port::{Clock, OutboundCall};
use bowline_core::{ConnectionId, GrantId, SignedDuration, Timestamp};
use http::Method;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use crate::budget::{Budgets, Told};
use crate::reach::Reach;

/// How many connections are remembered. Above it the idle one whose pause ended first is forgotten.
const CAPACITY: usize = 10_000;

/// How many pauses of one connection are remembered. Above it the one that ends first is forgotten: the vendor asks
/// again.
const PAUSES: usize = 1_000;

/// A call, as a vendor counts it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller<'a> {
    pub(crate) connection: ConnectionId,
    /// Whose grant signs it; none for the account of the connection itself.
    grant: Option<GrantId>,
    operation: &'static str,
    /// What it writes to, if that is counted.
    subject: Option<&'a str>,
}

impl<'a> Caller<'a> {
    /// What a call over a connection is counted by.
    pub(crate) fn of(connection: &Connection, call: &'a OutboundCall) -> Self {
        let grant = match connection.sign_in {
            SignIn::Grant { grant } => Some(grant),
            _ => None,
        };
        let subject = call.subject.as_deref().filter(|_| call.method != Method::GET);
        Self { connection: connection.id, grant, operation: call.operation, subject }
    }

    /// Everything that may hold it up, each once.
    fn all_held(self) -> Vec<Held> {
        let subject = self.subject.map(|subject| Held::Subject(subject.to_owned()));
        [Held::Account(self.grant), Held::Operation(self.operation)].into_iter().chain(subject).collect()
    }

    /// What a pause of this reach holds up. A refused write without a subject stands for its operation.
    fn held(self, reach: Reach) -> Held {
        match (reach, self.subject) {
            (Reach::Account, _) => Held::Account(self.grant),
            (Reach::Subject, Some(subject)) => Held::Subject(subject.to_owned()),
            (Reach::Subject, None) | (Reach::Operation, _) => Held::Operation(self.operation),
        }
    }
}

/// What a pause holds up.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Held {
    Account(Option<GrantId>),
    Operation(&'static str),
    Subject(String),
}

/// A call may not go yet.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Stopped {
    /// The vendor asked to wait this much longer.
    Paused(Duration),
    /// Nothing is left of a limit for so long.
    Spent(Duration),
}

/// A place among the calls under way; given back when dropped.
pub(crate) struct Place {
    _permit: OwnedSemaphorePermit,
    lines: Arc<Mutex<HashMap<ConnectionId, Line>>>,
    connection: ConnectionId,
    held: Vec<Held>,
    /// Which call of the connection has it.
    call: u64,
}

impl Place {
    /// The vendor has counted the call, though it goes on.
    pub(crate) fn counted(&mut self) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = lines.get_mut(&self.connection) {
            line.budgets.land(&self.held);
        }
        drop(lines);
        self.held.clear();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.counted();
    }
}

/// The gates of all connections.
pub(crate) struct Gate {
    clock: Arc<dyn Clock>,
    width: usize,
    lines: Arc<Mutex<HashMap<ConnectionId, Line>>>,
}

struct Line {
    places: Arc<Semaphore>,
    /// How many of them files may have at once: whoever takes one slowly must not have all.
    files: Arc<Semaphore>,
    /// Rung when an answer told of limits: it may have told of more than was thought.
    told: Arc<Notify>,
    /// Until when what is held up.
    paused: HashMap<Held, Timestamp>,
    budgets: Budgets<Held>,
}

impl Line {
    /// Until when a call is held up, by whichever pause ends last.
    fn paused_until(&self, caller: Caller<'_>) -> Timestamp {
        if self.paused.is_empty() {
            return Timestamp::MIN;
        }
        let until = |held: &Held| self.paused.get(held).copied();
        caller.all_held().iter().filter_map(until).max().unwrap_or(Timestamp::MIN)
    }

    fn last_pause(&self) -> Timestamp {
        self.paused.values().copied().max().unwrap_or(Timestamp::MIN)
    }

    fn pause(&mut self, held: Held, until: Timestamp, now: Timestamp) {
        if self.paused.len() >= PAUSES && !self.paused.contains_key(&held) {
            self.paused.retain(|_, until| *until > now);
            let first = self.paused.iter().min_by_key(|(_, until)| **until).map(|(held, _)| held.clone());
            if let Some(first) = first.filter(|_| self.paused.len() >= PAUSES) {
                self.paused.remove(&first);
            }
        }
        let standing = self.paused.entry(held).or_insert(until);
        *standing = until.max(*standing);
    }
}

impl Gate {
    /// At most `width` calls of one connection are under way at any time.
    pub(crate) fn new(clock: Arc<dyn Clock>, width: usize) -> Self {
        Self { clock, width, lines: Arc::default() }
    }

    /// Waits for a place, which is given back when dropped; fails at once, or as soon as a place is free, if
    /// the call is held up or nothing is left of a limit of its kind.
    pub(crate) async fn enter(&self, caller: Caller<'_>) -> Result<Place, Stopped> {
        self.open(caller)?;
        let places = self.places(caller.connection);
        // Never closed; were it closed, there would be no place and no call.
        let permit = places.acquire_owned().await.map_err(|_| Stopped::Paused(Duration::ZERO))?;
        // Whoever had the place before may have been asked to wait.
        self.open(caller)?;
        let (held, now) = (caller.all_held(), self.clock.now());
        let taken = self.line(&mut self.lines(), caller.connection).budgets.take(&held, now);
        let call = taken.map_err(|until| Stopped::Spent(left(until, now)))?;
        let (lines, connection) = (Arc::clone(&self.lines), caller.connection);
        Ok(Place { _permit: permit, lines, connection, held, call })
    }

    /// Waits for one of the places that files may have. It is taken before any other.
    pub(crate) async fn enter_with_file(&self, connection: ConnectionId) -> Option<OwnedSemaphorePermit> {
        let files = Arc::clone(&self.line(&mut self.lines(), connection).files);
        files.acquire_owned().await.ok()
    }

    /// Rings when there may be more of a limit than was thought.
    pub(crate) fn told(&self, connection: ConnectionId) -> Arc<Notify> {
        Arc::clone(&self.line(&mut self.lines(), connection).told)
    }

    /// Learns what the answer to a call told of limits.
    pub(crate) fn learn(&self, caller: Caller<'_>, place: &Place, all: &[Told]) {
        if all.is_empty() {
            return;
        }
        let now = self.clock.now();
        let mut lines = self.lines();
        let line = self.line(&mut lines, caller.connection);
        for told in all {
            line.budgets.learn(caller.held(told.reach), told, place.call, now);
        }
        line.told.notify_waiters();
    }

    /// Stops new calls like this one for a time; a longer pause wins.
    pub(crate) fn pause(&self, caller: Caller<'_>, reach: Reach, length: Duration) {
        let length = SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX);
        let now = self.clock.now();
        let until = now.saturating_add(length).unwrap_or(Timestamp::MAX);
        let mut lines = self.lines();
        self.line(&mut lines, caller.connection).pause(caller.held(reach), until, now);
    }

    fn open(&self, caller: Caller<'_>) -> Result<(), Stopped> {
        let lines = self.lines();
        let line = lines.get(&caller.connection);
        let until = line.map_or(Timestamp::MIN, |line| line.paused_until(caller));
        drop(lines);
        let left = left(until, self.clock.now());
        if left.is_zero() { Ok(()) } else { Err(Stopped::Paused(left)) }
    }

    fn places(&self, connection: ConnectionId) -> Arc<Semaphore> {
        let mut lines = self.lines();
        Arc::clone(&self.line(&mut lines, connection).places)
    }

    fn lines(&self) -> MutexGuard<'_, HashMap<ConnectionId, Line>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn line<'a>(&self, lines: &'a mut HashMap<ConnectionId, Line>, connection: ConnectionId) -> &'a mut Line {
        if lines.len() >= CAPACITY && !lines.contains_key(&connection) {
            let idle = |line: &Line| Arc::strong_count(&line.places) == 1;
            let first = lines.iter().filter(|(_, line)| idle(line)).min_by_key(|(_, line)| line.last_pause());
            if let Some(id) = first.map(|(id, _)| *id) {
                lines.remove(&id);
            }
        }
        lines.entry(connection).or_insert_with(|| Line {
            places: Arc::new(Semaphore::new(self.width)),
            files: Arc::new(Semaphore::new(self.width.div_ceil(2))),
            told: Arc::default(),
            paused: HashMap::new(),
            budgets: Budgets::default(),
        })
    }
}

/// How long it is until then; nothing if it is past.
fn left(until: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(until.duration_since(now)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    struct Hand(Mutex<Timestamp>);
    impl Clock for Hand {
        fn now(&self) -> Timestamp {
            *self.0.lock().unwrap()
        }
    }
    impl Hand {
        fn turn(&self, seconds: i64) {
            *self.0.lock().unwrap() += SignedDuration::from_secs(seconds);
        }
    }

    fn gate(width: usize) -> (Gate, Arc<Hand>) {
        let hand = Arc::new(Hand(Mutex::new(Timestamp::UNIX_EPOCH)));
        (Gate::new(Arc::clone(&hand) as Arc<dyn Clock>, width), hand)
    }

    fn connection(number: u128) -> Caller<'static> {
        let connection = format!("con_{number:032x}").parse().unwrap();
        Caller { connection, grant: None, operation: "issue.edit", subject: None }
    }

    fn person(number: u128) -> Caller<'static> {
        let text = format!("grt_{number:032x}");
        Caller { grant: Some(text.parse().unwrap()), ..connection(1) }
    }

    #[test]
    fn a_pause_is_of_the_account_that_was_asked_to_wait() {
        let (gate, _) = gate(2);
        let may = |caller| gate.enter(caller).now_or_never().unwrap().is_ok();
        let hold = |caller, seconds| gate.pause(caller, Reach::Account, Duration::from_secs(seconds));
        hold(person(1), 1_800);
        assert!(!may(person(1)));
        assert!(may(person(2)) && may(connection(1)), "one person's limit is nobody else's");
        hold(connection(1), 30);
        assert!(!may(connection(1)) && may(person(2)), "nor is the service account's theirs");
        for number in 10..(PAUSES as u128 + 50) {
            hold(person(number), 60);
        }
        let paused = gate.lines()[&connection(1).connection].paused.len();
        assert_eq!(paused, PAUSES);
        assert!(!may(person(1)), "the longest pause is the last to be forgotten");
    }

    #[test]
    fn a_narrow_pause_holds_up_nothing_else() {
        let (gate, hand) = gate(2);
        let may = |caller| gate.enter(caller).now_or_never().unwrap().is_ok();
        let edit = |issue| Caller { subject: Some(issue), ..connection(1) };
        let comment = |issue| Caller { operation: "comment.create", ..edit(issue) };
        gate.pause(edit("ACME-1"), Reach::Subject, Duration::from_secs(2));
        assert!(!may(edit("ACME-1")) && !may(comment("ACME-1")), "writes to an issue are counted together");
        assert!(may(edit("ACME-2")) && may(connection(1)));
        let theirs = Caller { grant: person(1).grant, ..edit("ACME-1") };
        assert!(!may(theirs), "whoever signs them");
        gate.pause(comment("ACME-2"), Reach::Operation, Duration::from_secs(5));
        assert!(!may(comment("ACME-3")) && may(edit("ACME-3")));
        hand.turn(2);
        assert!(may(edit("ACME-1")) && !may(comment("ACME-1")));
        gate.pause(connection(1), Reach::Subject, Duration::from_secs(5));
        assert!(!may(connection(1)), "a write to nothing known stands for its operation");
    }

    #[test]
    fn one_call_more_than_fits_waits_until_one_leaves() {
        let (gate, _) = gate(2);
        let first = gate.enter(connection(1)).now_or_never().unwrap().unwrap();
        let _second = gate.enter(connection(1)).now_or_never().unwrap().unwrap();
        let mut third = Box::pin(gate.enter(connection(1)));
        assert!(third.as_mut().now_or_never().is_none());
        assert!(gate.enter(connection(2)).now_or_never().unwrap().is_ok(), "others are not held up");
        drop(first);
        assert!(third.now_or_never().unwrap().is_ok());
    }

    #[test]
    fn a_pause_stops_calls_with_the_time_left_until_it_is_over() {
        let (gate, hand) = gate(2);
        gate.pause(connection(1), Reach::Account, Duration::from_secs(30));
        gate.pause(connection(1), Reach::Account, Duration::from_secs(10));
        hand.turn(20);
        let left = gate.enter(connection(1)).now_or_never().unwrap().err().unwrap();
        assert_eq!(left, Stopped::Paused(Duration::from_secs(10)));
        assert!(gate.enter(connection(2)).now_or_never().unwrap().is_ok());
        hand.turn(10);
        assert!(gate.enter(connection(1)).now_or_never().unwrap().is_ok());
    }

    #[test]
    fn a_call_waiting_for_a_place_learns_of_a_pause() {
        let (gate, _) = gate(1);
        let first = gate.enter(connection(1)).now_or_never().unwrap().unwrap();
        let mut second = Box::pin(gate.enter(connection(1)));
        assert!(second.as_mut().now_or_never().is_none());
        gate.pause(connection(1), Reach::Account, Duration::from_secs(5));
        let late = gate
            .enter(connection(1))
            .now_or_never()
            .expect("whoever comes now does not even wait for a place");
        assert_eq!(late.err().unwrap(), Stopped::Paused(Duration::from_secs(5)));
        drop(first);
        assert_eq!(second.now_or_never().unwrap().err().unwrap(), Stopped::Paused(Duration::from_secs(5)));
    }

    #[test]
    fn memory_is_bounded_and_pauses_are_the_last_to_be_forgotten() {
        let (gate, _) = gate(1);
        gate.pause(connection(0), Reach::Account, Duration::from_secs(60));
        let _busy = gate.enter(connection(1)).now_or_never().unwrap().unwrap();
        for number in 2..(CAPACITY as u128 + 50) {
            assert!(gate.enter(connection(number)).now_or_never().unwrap().is_ok());
        }
        assert_eq!(gate.lines().len(), CAPACITY);
        assert!(gate.enter(connection(0)).now_or_never().unwrap().is_err(), "the pause still holds");
        assert!(gate.enter(connection(1)).now_or_never().is_none(), "the place is still taken");
    }
}
