//! The points of one quota: what is left until it comes in anew, and who may spend it.
//!
//! Jira Cloud gives an app so many points an hour, over all sites or on each ("Points-based quota",
//! developer.atlassian.com/cloud/jira/platform/rate-limiting). It says how many are left only below a fifth. So spending is counted
//! here, calls under way by the most that they may cost, and what the vendor says corrects it.
//!
//! Nothing of a quota is set aside for anybody for good, or it would be lost at the end of the hour. Instead part of what is left must
//! be left to others for the time that is left: little by urgent calls, more by the sweep, most by backfill, and nothing by urgent
//! calls of a tenant that is within its share. As the hour passes, so does what must be left, until everything may be spent.

use std::collections::HashMap;

use bowline_core::port::{Slice, SliceAsk};
use bowline_core::{SignedDuration, TenantId, Timestamp};

use crate::lanes::{LANES, is_urgent};
use crate::lease::{Lease, SOON};

/// How many tenants are remembered. Above it the one that was seen first is forgotten.
const TENANTS: usize = 10_000;

/// What part of what is left must be left to others at the beginning of a window, by lane.
const RESERVES: [f64; LANES] = [0.1, 0.2, 0.35, 0.5];

/// What part of the quota each of the lanes that are not urgent may spend whatever must be left, evenly over the window.
const GUARANTEED: f64 = 0.05;

/// How far a tenant may be ahead of an even share, as part of the share: work comes in bursts.
const AHEAD: f64 = 0.1;

/// What part of the quota is left to whoever has a share in it, until so short a time before the end of the window that waiting for
/// the next is as good.
const FLOOR: f64 = 0.01;
const LAST: SignedDuration = SignedDuration::from_secs(2);

/// A tenant that made no call for so long does not count among those that share.
const AWAY: SignedDuration = SignedDuration::from_mins(10);

/// The length of a window of which only the end is known: another process was told, and quotas are by the hour.
const USUAL: SignedDuration = SignedDuration::from_hours(1);

/// What an answer tells of a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quota {
    /// Whether it is counted over all sites.
    pub(crate) is_global: bool,
    pub(crate) size: u32,
    /// How many are left; told when few are.
    pub(crate) left: Option<u32>,
    /// The length of the window, and how much of it is left, in seconds.
    pub(crate) every: i64,
    pub(crate) next: Option<i64>,
}

/// A quota whose size is known.
#[derive(Clone, Copy, Debug)]
struct Known {
    size: i64,
    every: SignedDuration,
    /// When it comes in anew.
    resets: Timestamp,
    /// Whether an answer told of it in this window.
    heard: bool,
}

/// What the vendor said was spent by everybody, and what of it had been spent here by then.
#[derive(Clone, Copy, Debug)]
struct Seen {
    spent: i64,
    mine: i64,
}

impl Seen {
    /// How much more was spent than what was spent here.
    const fn ahead(self) -> i64 {
        self.spent - self.mine
    }
}

/// What one tenant did in this window.
#[derive(Clone, Copy, Debug)]
struct Share {
    spent: i64,
    last: Timestamp,
}

/// What others who spend from the same quota left, as of the last lease.
#[derive(Clone, Copy, Debug)]
struct Leased {
    /// Hundredths of the whole that are ours.
    part: u32,
    /// What the others had spent in this window.
    others: i64,
    /// The most that anybody was told to be spent.
    seen: i64,
    /// What may be spent here until the next lease, and what had been spent when that was said.
    allowed: i64,
    mine: i64,
}

const WHOLE: Leased = Leased { part: 100, others: 0, seen: 0, allowed: i64::MAX, mine: 0 };

/// One quota.
#[derive(Debug)]
pub(crate) struct Purse {
    known: Option<Known>,
    spent: i64,
    /// What calls under way may cost at the most.
    flying: i64,
    /// For how many calls something was put aside.
    taken: u64,
    /// Whether something was spent that others were not told of.
    is_untold: bool,
    /// What was spent when they were told last.
    asked: i64,
    by_lane: [i64; LANES],
    tenants: HashMap<TenantId, Share>,
    seen: Option<Seen>,
    leased: Leased,
    pub(crate) lease: Lease,
    /// Until when the vendor wants it left alone.
    pub(crate) paused: Timestamp,
}

impl Default for Purse {
    fn default() -> Self {
        Self {
            known: None,
            spent: 0,
            flying: 0,
            taken: 0,
            is_untold: false,
            asked: 0,
            by_lane: [0; LANES],
            tenants: HashMap::new(),
            seen: None,
            leased: WHOLE,
            lease: Lease::whole(),
            paused: Timestamp::MIN,
        }
    }
}

/// What is put aside for a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Aside {
    /// Whether no other was under way.
    is_alone: bool,
    /// Which call it is.
    number: u64,
}

/// Who wants to spend.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spender {
    pub(crate) tenant: TenantId,
    pub(crate) lane: usize,
    /// The most that the call may cost.
    pub(crate) cost: u32,
}

/// The next instant whose seconds since 1970 are a multiple of this.
fn next_multiple(now: Timestamp, every: i64) -> Timestamp {
    let every = every.max(1);
    let seconds = (now.as_second().div_euclid(every) + 1).saturating_mul(every);
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}

impl Purse {
    /// Whether a call may be made now; if not, when to ask again.
    pub(crate) fn may(&mut self, spender: Spender, now: Timestamp) -> Result<(), Timestamp> {
        self.roll(now);
        self.note(spender.tenant, 0, now);
        self.lease.wanted = self.lease.wanted.saturating_add(spender.cost);
        let Some(known) = self.known else { return Ok(()) };
        let mine = self.mine(known);
        if mine <= 0 || (self.leased.part < 100 && mine < i64::from(spender.cost)) {
            // Others may have left something, which the next lease tells, or calls under way cost less than was put aside.
            let soon = now.saturating_add(SOON).unwrap_or(known.resets);
            let shared = self.left(known) > 0;
            return Err(if shared { soon.min(known.resets) } else { known.resets });
        }
        let reserve = self.reserve(known, spender, now) * self.whole(known);
        let last = known.resets.saturating_sub(LAST).unwrap_or(now);
        let floor = if reserve > 0.0 && now < last { self.whole(known) * FLOOR } else { 0.0 };
        let mine = mine as f64;
        if mine > floor && mine > reserve * fraction(known, now) {
            return Ok(());
        }
        if mine <= floor {
            return Err(last);
        }
        // When so little must be left that there is something to spend: one point more than now.
        let then = (mine - 1.0).max(0.0) / reserve.max(1.0) * known.every.as_secs_f64();
        let then = SignedDuration::try_from_secs_f64(then).unwrap_or_default();
        let at = known.resets.saturating_sub(then).unwrap_or(known.resets);
        Err(at.max(now.saturating_add(SignedDuration::from_millis(1)).unwrap_or(at)).min(known.resets))
    }

    /// Whether its slice is to be kept, and what was spent to be told.
    pub(crate) fn is_used(&self) -> bool {
        self.lease.is_shared()
            && !self.lease.is_busy
            && (self.flying > 0 || self.lease.wanted > 0 || self.is_untold)
    }

    /// What is wanted of it, and what is to be told to those who share it.
    pub(crate) fn ask(&mut self, ask: SliceAsk) -> SliceAsk {
        self.roll(ask.now);
        self.asked = self.spent;
        let wants = self.lease.wanted.clamp(1, 1_000_000);
        let Some(known) = self.known else { return SliceAsk { wants, ..ask } };
        let seen = self.seen.map_or(0, |seen| seen.spent + self.spent - seen.mine);
        let (size, resets) = (known.size, Some(known.resets));
        SliceAsk { wants, spent: self.spent, seen, size, resets, ..ask }
    }

    /// Has another slice from now on, and knows what others spent and were told.
    pub(crate) fn apply(&mut self, slice: &Slice, until: Timestamp, now: Timestamp) {
        self.lease.renewed(slice, until, now);
        self.is_untold &= self.spent != self.asked;
        for (_, until) in &slice.holds {
            self.paused = self.paused.max(*until);
        }
        if let (None, Some((size, resets))) = (self.known, slice.quota) {
            self.known = Some(Known { size, every: USUAL, resets, heard: true });
        }
        self.leased = Leased { part: slice.part, others: slice.others, seen: slice.seen, ..WHOLE };
        self.leased.mine = self.spent;
        if let Some(known) = self.known.filter(|_| slice.part < 100) {
            self.leased.allowed = self.left(known).max(0) * i64::from(slice.part) / 100;
        }
    }

    /// Puts aside what a call may cost.
    pub(crate) fn take(&mut self, spender: Spender) -> Aside {
        let is_alone = self.flying == 0;
        self.flying += i64::from(spender.cost);
        self.taken += 1;
        Aside { is_alone, number: self.taken }
    }

    /// A call is over, for which so much was put aside, and cost so much.
    pub(crate) fn settle(&mut self, spender: Spender, aside: u32, cost: u32, now: Timestamp) {
        self.roll(now);
        self.flying = (self.flying - i64::from(aside)).max(0);
        self.spent += i64::from(cost);
        self.is_untold = true;
        if let Some(lane) = self.by_lane.get_mut(spender.lane) {
            *lane += i64::from(cost);
        }
        self.note(spender.tenant, i64::from(cost), now);
    }

    /// Learns what the answer to a call told that is not settled yet and cost so much.
    pub(crate) fn learn(&mut self, told: Quota, (cost, aside): (u32, Option<Aside>), now: Timestamp) {
        self.roll(now);
        let every = SignedDuration::from_secs(told.every);
        let size = i64::from(told.size);
        let known = self.known.filter(|known| known.size == size && known.every == every);
        let resets = match (told.next, known) {
            (Some(next), _) => now.saturating_add(SignedDuration::from_secs(next)).unwrap_or(Timestamp::MAX),
            (None, Some(known)) => known.resets,
            // Windows of an hour begin with the hour, by UTC (developer.atlassian.com/cloud/jira/platform/rate-limiting).
            (None, None) => next_multiple(now, told.every),
        };
        if let Some(known) = known
            && known.resets.duration_since(resets) * 2 > every
        {
            // It tells of the window before.
            return;
        }
        let resets = known.map_or(resets, |known| known.resets.min(resets));
        self.known = Some(Known { size, every, resets, heard: true });
        let Some(left) = told.left else { return };
        let seen = Seen { spent: size - i64::from(left), mine: self.spent + i64::from(cost) };
        // With others under way nobody knows which of them it counts, and answers overtake each other: it is believed about more.
        let is_alone = aside.is_some_and(|aside| aside.is_alone && aside.number == self.taken);
        self.seen = Some(self.seen.filter(|known| !is_alone && known.ahead() > seen.ahead()).unwrap_or(seen));
    }

    /// Forgets what is over.
    fn roll(&mut self, now: Timestamp) {
        let Some(known) = &mut self.known else { return };
        let late = now.duration_since(known.resets);
        if late.is_negative() {
            // A clock that was set back must not make two windows of one.
            let whole = now.saturating_add(known.every).unwrap_or(Timestamp::MAX);
            known.resets = known.resets.min(whole);
            return;
        }
        let every = known.every.as_secs().max(1);
        let on = SignedDuration::from_secs(every.saturating_mul(late.as_secs() / every + 1));
        known.resets = known.resets.saturating_add(on).unwrap_or(Timestamp::MAX);
        // A quota of which a whole window said nothing has gone.
        if !std::mem::take(&mut known.heard) {
            self.known = None;
        }
        (self.spent, self.seen, self.by_lane) = (0, None, [0; LANES]);
        self.leased = Leased { others: 0, seen: 0, mine: 0, allowed: i64::MAX, ..self.leased };
        if let Some(known) = self.known.filter(|_| self.leased.part < 100) {
            self.leased.allowed = known.size * i64::from(self.leased.part) / 100;
        }
        self.tenants.retain(|_, share| now.duration_since(share.last) < AWAY);
        for share in self.tenants.values_mut() {
            share.spent = 0;
        }
    }

    /// How it stands: size, what everybody has left, what was spent here and when it comes in anew; none if it is not known.
    pub(crate) fn standing(&mut self, now: Timestamp) -> Option<(i64, i64, i64, Timestamp)> {
        self.roll(now);
        self.known.map(|known| (known.size, self.left(known).max(0), self.spent, known.resets))
    }

    /// By how much it is worth remembering.
    pub(crate) fn worth(&self) -> (bool, Timestamp) {
        (self.known.is_some() || self.flying > 0, self.paused)
    }

    /// Whether all that was spent by us is at most half of a quota of this size: somebody else spent the rest.
    pub(crate) fn is_hardly_ours(&mut self, now: Timestamp) -> bool {
        self.roll(now);
        self.known.is_some_and(|known| (self.spent + self.flying + self.leased.others) * 2 <= known.size)
    }

    fn note(&mut self, tenant: TenantId, cost: i64, now: Timestamp) {
        if self.tenants.len() >= TENANTS && !self.tenants.contains_key(&tenant) {
            let first = self.tenants.iter().min_by_key(|(_, share)| share.last).map(|(tenant, _)| *tenant);
            first.map(|first| self.tenants.remove(&first));
        }
        let share = self.tenants.entry(tenant).or_insert(Share { spent: 0, last: now });
        share.spent += cost;
        share.last = now;
    }

    /// What everybody has left, calls under way here not counted.
    fn left(&self, known: Known) -> i64 {
        let ours = self.spent + self.leased.others;
        let told = self.seen.map(|seen| seen.spent + self.spent - seen.mine);
        let spent = match told {
            // The vendor knows better, in either direction.
            Some(told) if self.leased.part == 100 => told,
            Some(told) => told.max(ours),
            None => ours,
        };
        known.size - spent.max(self.leased.seen)
    }

    /// What may be spent here.
    fn mine(&self, known: Known) -> i64 {
        let allowed = self.leased.allowed.saturating_sub(self.spent - self.leased.mine);
        self.left(known).min(allowed) - self.flying
    }

    /// Our part of the whole quota.
    fn whole(&self, known: Known) -> f64 {
        known.size as f64 * f64::from(self.leased.part) / 100.0
    }

    /// What part of what is left this spender must leave to others.
    fn reserve(&self, known: Known, spender: Spender, now: Timestamp) -> f64 {
        let (whole, passed) = (self.whole(known), 1.0 - fraction(known, now));
        let here = |share: &Share| now.duration_since(share.last) < AWAY;
        let sharing = self.tenants.values().filter(|share| here(share)).count().max(1);
        let spent = self.tenants.get(&spender.tenant).map_or(0, |share| share.spent);
        let is_within = spent as f64 <= whole / sharing as f64 * (passed + AHEAD);
        let lane_spent = self.by_lane.get(spender.lane).copied().unwrap_or_default();
        let is_guaranteed = !is_urgent(spender.lane) && (lane_spent as f64) < whole * GUARANTEED * passed;
        if is_guaranteed || (is_within && is_urgent(spender.lane)) {
            return 0.0;
        }
        RESERVES.get(spender.lane).copied().unwrap_or_default()
    }
}

/// How much of the window is left, of 1.
fn fraction(known: Known, now: Timestamp) -> f64 {
    let left = known.resets.duration_since(now).as_secs_f64();
    (left / known.every.as_secs_f64().max(1.0)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests;
