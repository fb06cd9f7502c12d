//! What part of a limit is ours while several processes share it.
//!
//! Each process leases a slice of everything that a connection or an app's quota allows, for some seconds, and spends from it without
//! asking: a database call in a second, not one for each call. Whoever dies gives its slice back by not leasing it again. See
//! docs/adr/0019-slices-of-limits.md.

use std::sync::Arc;

use bowline_core::port::{Clock, Slice, SliceAsk, Slices, StoreError, WHOLE};
use bowline_core::{ConnectionId, SignedDuration, Timestamp};
use tokio::sync::Notify;

use crate::gate::{All, Caller, Gate};

/// How long a slice is ours.
const LEASE: SignedDuration = SignedDuration::from_secs(3);

/// How long before a call leases it again, if [`Leases::beat`] did not once a second.
const AGAIN: SignedDuration = SignedDuration::from_secs(2);

/// How soon one looks again that has no part of what others use.
pub(crate) const SOON: SignedDuration = SignedDuration::from_millis(250);

/// Where processes that use the same limits meet.
#[derive(Clone)]
pub struct Sharing {
    /// Where slices are leased.
    pub slices: Arc<dyn Slices>,
    /// Our name there: no two living processes have the same.
    pub owner: String,
}

/// A slice of what a connection or a quota allows.
#[derive(Debug)]
pub(crate) struct Lease {
    /// Hundredths.
    pub(crate) part: u32,
    /// Hundredths that are a fair part: above it calls under way end, and none begin.
    fair: u32,
    /// Until when; for ever if nobody shares.
    until: Timestamp,
    /// When it is to be leased again.
    due: Timestamp,
    /// Whether somebody is about it.
    pub(crate) is_busy: bool,
    /// How much was wanted since it was leased.
    pub(crate) wanted: u32,
}

impl Lease {
    /// Of what nobody shares.
    pub(crate) const fn whole() -> Self {
        Self {
            part: WHOLE,
            fair: WHOLE,
            until: Timestamp::MAX,
            due: Timestamp::MAX,
            is_busy: false,
            wanted: 0,
        }
    }

    /// Of what others may use: none yet.
    pub(crate) const fn none() -> Self {
        Self { part: 0, fair: WHOLE, until: Timestamp::MIN, due: Timestamp::MIN, is_busy: false, wanted: 0 }
    }

    pub(crate) fn is_shared(&self) -> bool {
        self.until < Timestamp::MAX
    }

    pub(crate) fn has_lapsed(&self, now: Timestamp) -> bool {
        self.until <= now
    }

    /// What is ours now to begin calls with.
    pub(crate) fn part_at(&self, now: Timestamp) -> u32 {
        self.kept_at(now).min(self.fair)
    }

    /// What is ours now, calls under way included.
    pub(crate) fn kept_at(&self, now: Timestamp) -> u32 {
        if self.until > now { self.part } else { 0 }
    }

    pub(crate) fn renewed(&mut self, slice: &Slice, until: Timestamp, now: Timestamp) {
        let Slice { part, fair, .. } = *slice;
        let beat = if part == 0 { SOON } else { AGAIN };
        let due = now.saturating_add(beat).unwrap_or(until);
        *self = Self { part, fair, until, due, is_busy: false, wanted: 0 };
    }
}

/// What is to be leased for a call.
enum Due {
    /// Nothing.
    Nothing,
    /// Somebody else is about it.
    Busy,
    /// These.
    Some(Vec<Of>),
}

/// What a slice is of.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Of {
    Line(ConnectionId),
    Purse(String),
}

/// Leases slices.
pub(crate) struct Leases {
    sharing: Sharing,
    clock: Arc<dyn Clock>,
    done: Notify,
}

impl Leases {
    pub(crate) fn new(sharing: Sharing, clock: Arc<dyn Clock>) -> Self {
        Self { sharing, clock, done: Notify::new() }
    }

    /// Makes sure that the slices that a call needs are ours.
    pub(crate) async fn ensure(&self, gate: &Gate, caller: &Caller) -> Result<(), StoreError> {
        loop {
            let mut done = std::pin::pin!(self.done.notified());
            done.as_mut().enable();
            let due = due(&mut gate.all(), caller, self.clock.now());
            match due {
                Due::Nothing => return Ok(()),
                Due::Busy => done.await,
                Due::Some(all) => return self.lease(gate, all).await,
            }
        }
    }

    /// Leases again what is in use, and tells what was not told; what is not in use is left to others.
    pub(crate) async fn beat(&self, gate: &Gate) -> Result<(), StoreError> {
        let told = self.tell(gate).await;
        let used = used(&mut gate.all());
        if !used.is_empty()
            && let Err(error) = self.lease(gate, used).await
        {
            // Who waits for a place is to find out as well that nothing can be leased.
            gate.all().lines.values().for_each(|line| line.queue.ring());
            return Err(error);
        }
        told
    }

    /// Tells others of waits.
    pub(crate) async fn tell(&self, gate: &Gate) -> Result<(), StoreError> {
        loop {
            // It stays until it is told, for whoever tells may be dropped meanwhile. Twice told is once told.
            let Some(hold) = gate.all().untold.first().cloned() else { return Ok(()) };
            self.sharing.slices.hold(&hold).await?;
            gate.all().untold.retain(|other| *other != hold);
        }
    }

    /// Leases what was marked as busy.
    async fn lease(&self, gate: &Gate, all: Vec<Of>) -> Result<(), StoreError> {
        let busy = Busy { gate, done: &self.done, all };
        let now = self.clock.now();
        let until = now.saturating_add(LEASE).unwrap_or(now);
        let asks = self.asks(&mut gate.all(), &busy.all, (now, until));
        let slices = self.sharing.slices.lease(&asks).await?;
        // A slice counts from when it was asked for.
        let mut known = gate.all();
        for (of, slice) in busy.all.iter().zip(&slices) {
            match of {
                Of::Line(id) => known.line(*id).apply(slice, until, now),
                Of::Purse(name) => known.purse(name).apply(slice, until, now),
            }
        }
        let All { lines, purses, .. } = &mut *known;
        for of in &busy.all {
            if let Of::Line(id) = of
                && let Some(line) = lines.get_mut(id)
            {
                line.dispatch(purses, self.clock.now());
            }
        }
        drop(known);
        Ok(())
    }

    fn asks(&self, known: &mut All, all: &[Of], (now, until): (Timestamp, Timestamp)) -> Vec<SliceAsk> {
        let ask = |name: String| SliceAsk {
            name,
            owner: self.sharing.owner.clone(),
            wants: 1,
            keeps: 0,
            spent: 0,
            seen: 0,
            size: 0,
            resets: None,
            now,
            until,
        };
        let asks = all.iter().map(|of| match of {
            Of::Line(id) => {
                let line = known.line(*id);
                let waits: usize = line.queue.lengths().iter().sum();
                let wants =
                    usize::try_from(line.lease.wanted).unwrap_or_default().max(waits).max(line.flying);
                let wants = u32::try_from(wants).unwrap_or(u32::MAX).clamp(1, 1_000);
                SliceAsk { wants, keeps: line.least_part(now), ..ask(id.to_string()) }
            }
            Of::Purse(name) => known.purse(name).ask(ask(name.clone())),
        });
        asks.collect()
    }
}

/// What is in use; it is marked as busy.
fn used(all: &mut All) -> Vec<Of> {
    let mut used = Vec::new();
    for (id, line) in all.lines.iter_mut().filter(|(_, line)| line.is_used() && !line.lease.is_busy) {
        line.lease.is_busy = true;
        used.push(Of::Line(*id));
    }
    for (name, purse) in all.purses.iter_mut().filter(|(_, purse)| purse.is_used()) {
        purse.lease.is_busy = true;
        used.push(Of::Purse(name.clone()));
    }
    used
}

/// What is to be leased before a call may stand in line; it is marked as busy.
fn due(all: &mut All, caller: &Caller, now: Timestamp) -> Due {
    let mut of = Vec::new();
    let (mut is_lapsed, mut is_busy) = (false, false);
    let mut look = |lease: &mut Lease, what: Of| {
        is_lapsed |= lease.has_lapsed(now);
        is_busy |= lease.is_busy;
        if lease.due <= now {
            of.push(what);
        }
    };
    look(&mut all.line(caller.connection).lease, Of::Line(caller.connection));
    for name in caller.quotas() {
        look(&mut all.shared_purse(name).lease, Of::Purse(name.clone()));
    }
    match (is_busy, is_lapsed, of.is_empty()) {
        (_, false, true) | (true, false, _) => Due::Nothing,
        (true, true, _) => Due::Busy,
        (false, _, _) => {
            mark(all, &of, true);
            Due::Some(of)
        }
    }
}

fn mark(all: &mut All, of: &[Of], is_busy: bool) {
    for of in of {
        match of {
            Of::Line(id) => all.line(*id).lease.is_busy = is_busy,
            Of::Purse(name) => all.purse(name).lease.is_busy = is_busy,
        }
    }
}

/// Marks as not busy what somebody was about, however it ended.
struct Busy<'a> {
    gate: &'a Gate,
    done: &'a Notify,
    all: Vec<Of>,
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        mark(&mut self.gate.all(), &self.all, false);
        self.done.notify_waiters();
    }
}
