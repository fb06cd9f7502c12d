//! What is known of one connection: who waits, how many calls are under way, what is held up, what is left.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use bowline_core::Timestamp;
use bowline_core::port::Slice;
use tokio::sync::Semaphore;

use crate::budget::Budgets;
use crate::gate::{Held, Pass, Stopped, Wish, left};
use crate::lanes::is_urgent;
use crate::lease::{Lease, SOON};
use crate::purse::Purse;
use crate::queue::{Queue, Turn};

/// How many pauses of one connection are remembered. Above it the one that ends first is forgotten: the vendor asks
/// again.
pub(crate) const PAUSES: usize = 1_000;

/// For how many seconds it is remembered how many calls went.
const MINUTE: i64 = 60;

/// One connection.
pub(crate) struct Line {
    /// How many calls are under way at most, here and in other processes.
    width: usize,
    pub(crate) flying: usize,
    pub(crate) queue: Queue,
    /// How many files may be under way at once: whoever takes one slowly must not have all places.
    pub(crate) files: Arc<Semaphore>,
    /// Until when what is held up.
    pub(crate) paused: HashMap<Held, Timestamp>,
    pub(crate) budgets: Budgets<Held>,
    pub(crate) lease: Lease,
    /// Whether those who wait do so though there are places.
    is_limited: bool,
    /// How many calls went in each of the latest seconds, oldest first.
    gone: VecDeque<(i64, u32)>,
    /// Since when that is known, in seconds.
    since: Option<i64>,
}

impl Line {
    pub(crate) fn new(width: usize, is_shared: bool) -> Self {
        Self {
            width,
            flying: 0,
            queue: Queue::default(),
            files: Arc::new(Semaphore::new(width.div_ceil(2))),
            paused: HashMap::new(),
            budgets: Budgets::default(),
            is_limited: false,
            gone: VecDeque::new(),
            since: None,
            lease: if is_shared { Lease::none() } else { Lease::whole() },
        }
    }

    /// How many of its places are ours.
    fn places(&self, now: Timestamp) -> usize {
        let part = usize::try_from(self.lease.part_at(now)).unwrap_or(100);
        if part == 0 { 0 } else { (self.width * part / 100).max(1) }
    }

    /// The smallest part that has room for the calls under way, of what is ours: of a slice that has lapsed others may have taken
    /// everything.
    pub(crate) fn least_part(&self, now: Timestamp) -> u32 {
        let part = (self.flying * 100).div_ceil(self.width.max(1)).next_multiple_of(10);
        u32::try_from(part).unwrap_or(100).min(self.lease.kept_at(now))
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.flying == 0 && self.queue.is_empty() && Arc::strong_count(&self.files) == 1
    }

    /// Until when a call is held up, by whichever pause ends last.
    fn paused_until(&self, wish: &Wish) -> Timestamp {
        let until = |held: &Held| self.paused.get(held).copied();
        wish.held.iter().filter_map(until).max().unwrap_or(Timestamp::MIN)
    }

    /// Whether its slice is to be kept.
    pub(crate) fn is_used(&self) -> bool {
        self.flying > 0 || !self.queue.is_empty() || self.lease.wanted > 0
    }

    /// Has another slice from now on, and knows what others were told.
    pub(crate) fn apply(&mut self, slice: &Slice, until: Timestamp, now: Timestamp) {
        if self.lease.has_lapsed(now) {
            self.budgets.doubt();
        }
        self.lease.renewed(slice, until, now);
        self.budgets.share(slice.part.min(slice.fair));
        for (what, until) in &slice.holds {
            if let Some(held) = Held::of_word(what) {
                self.pause(held, *until, now);
            }
        }
    }

    pub(crate) fn last_pause(&self) -> Timestamp {
        self.paused.values().copied().max().unwrap_or(Timestamp::MIN)
    }

    pub(crate) fn pause(&mut self, held: Held, until: Timestamp, now: Timestamp) {
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

    /// Lets everyone go who may, the most urgent first; tells those who are held up.
    pub(crate) fn dispatch(&mut self, purses: &mut HashMap<String, Purse>, now: Timestamp) {
        let mut queue = std::mem::take(&mut self.queue);
        while queue.turn(|wish, is_overdue| self.ask(wish, is_overdue, purses, now)) {}
        // Who waited for a place and now waits for a limit has to know: its patience counts from here.
        let is_limited = !queue.is_empty() && self.flying < self.places(now);
        let was_limited = std::mem::replace(&mut self.is_limited, is_limited);
        if is_limited && !was_limited {
            queue.ring();
        }
        self.queue = queue;
    }

    fn ask(
        &mut self,
        wish: &Wish,
        is_overdue: bool,
        purses: &mut HashMap<String, Purse>,
        now: Timestamp,
    ) -> Turn {
        let held = self.held_until(wish, purses);
        if held > now {
            return Turn::Stop(Stopped::Paused(left(held, now)));
        }
        if self.flying >= self.places(now) || self.later(wish, is_overdue, purses, now).is_some() {
            return Turn::Later;
        }
        let aside = wish.purses.each_ref().map(|name| {
            let purse = purses.get_mut(name)?;
            Some(purse.take(wish.spender))
        });
        self.flying += 1;
        self.count(now);
        Turn::Go(Pass { number: self.budgets.take(&wish.held), aside })
    }

    fn held_until(&self, wish: &Wish, purses: &HashMap<String, Purse>) -> Timestamp {
        let purses = wish.purses.iter().filter_map(|name| purses.get(name)).map(|purse| purse.paused);
        purses.max().unwrap_or(Timestamp::MIN).max(self.paused_until(wish))
    }

    /// When to ask again, if limits do not let the call go now.
    fn later(
        &mut self,
        wish: &Wish,
        is_overdue: bool,
        purses: &mut HashMap<String, Purse>,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let own = self.budgets.may(&wish.held, is_overdue || is_urgent(wish.lane), now).err();
        let quota =
            wish.purses.iter().filter_map(|name| purses.get_mut(name)?.may(wish.spender, now).err()).max();
        own.max(quota)
    }

    fn count(&mut self, now: Timestamp) {
        let second = now.as_second();
        self.since.get_or_insert(second);
        match self.gone.back_mut() {
            Some((last, count)) if *last == second => *count += 1,
            _ => self.gone.push_back((second, 1)),
        }
        while self.gone.front().is_some_and(|(first, _)| second - first >= MINUTE) {
            self.gone.pop_front();
        }
    }

    /// Whether a limit that is spent was hardly spent by us: within the time in which half of it comes in, at most a minute, we
    /// made no more calls than that, other processes included.
    pub(crate) fn is_hardly_ours(&mut self, held: &Held, now: Timestamp) -> bool {
        let Some((size, fill, every)) = self.budgets.size(held) else { return false };
        let half = i64::from(size / 2);
        let seconds = (half * every).div_euclid(i64::from(fill.max(1))).max(every) + 1;
        // What a process before this one spent is not known.
        let known = self.since.map_or(0, |since| now.as_second() - since);
        if seconds > MINUTE.min(known) {
            return false;
        }
        let recent = self.gone.iter().filter(|(second, _)| now.as_second() - second <= seconds);
        let ours: i64 = recent.map(|(_, count)| i64::from(*count)).sum();
        ours * 100 <= half * i64::from(self.lease.part.max(1))
    }

    /// When one that waits is to ask again; none if it waits for a place.
    pub(crate) fn ask_again(
        &mut self,
        wish: &Wish,
        purses: &mut HashMap<String, Purse>,
        now: Timestamp,
    ) -> Option<Timestamp> {
        if self.places(now) == 0 {
            return now.saturating_add(SOON).ok();
        }
        self.later(wish, false, purses, now)
    }
}
