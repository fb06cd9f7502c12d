//! Who waits for a call at one connection, by lane.
//!
//! More urgent lanes go first, so that none waits behind the backlog of a lesser one. So that none waits for ever either, a lane that
//! was passed over often enough has the next turn.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use crate::gate::{Pass, Stopped, Wish};
use crate::lanes::LANES;

/// After how many calls of more urgent lanes one of this lane goes, whoever waits.
const PATIENCE: [u32; LANES] = [u32::MAX, 15, 15, 31];

/// Where whoever waits is told.
#[derive(Debug, Default)]
pub(crate) struct Cell {
    pub(crate) bell: Notify,
    word: Mutex<Option<Result<Pass, Stopped>>>,
}

impl Cell {
    /// Says that the call may go, or that it may not.
    fn say(&self, word: Result<Pass, Stopped>) {
        *self.word.lock().unwrap_or_else(PoisonError::into_inner) = Some(word);
        self.bell.notify_one();
    }

    #[cfg(test)]
    pub(crate) fn say_again(&self, word: Result<Pass, Stopped>) {
        self.say(word);
    }

    /// What was said, once.
    pub(crate) fn heard(&self) -> Option<Result<Pass, Stopped>> {
        self.word.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// One that waits.
#[derive(Debug)]
struct Ticket {
    number: u64,
    wish: Arc<Wish>,
    cell: Arc<Cell>,
}

/// What becomes of one that waits.
pub(crate) enum Turn {
    /// It goes.
    Go(Pass),
    /// It may not.
    Stop(Stopped),
    /// It waits on.
    Later,
}

/// All that wait.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    lanes: [VecDeque<Ticket>; LANES],
    passed: [u32; LANES],
    numbers: u64,
}

impl Queue {
    pub(crate) fn join(&mut self, wish: Arc<Wish>, cell: Arc<Cell>) -> u64 {
        self.numbers += 1;
        let number = self.numbers;
        if let Some(lane) = self.lanes.get_mut(wish.lane) {
            lane.push_back(Ticket { number, wish, cell });
        }
        number
    }

    pub(crate) fn leave(&mut self, number: u64) {
        for lane in &mut self.lanes {
            lane.retain(|ticket| ticket.number != number);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lanes.iter().all(VecDeque::is_empty)
    }

    /// How many wait in each lane.
    pub(crate) fn lengths(&self) -> [usize; LANES] {
        self.lanes.each_ref().map(VecDeque::len)
    }

    /// Wakes everybody, to look for themselves.
    pub(crate) fn ring(&self) {
        self.lanes.iter().flatten().for_each(|ticket| ticket.cell.bell.notify_one());
    }

    /// Asks for everyone in turn; says whether somebody went, after which all is to be asked again.
    pub(crate) fn turn(&mut self, mut ask: impl FnMut(&Wish, bool) -> Turn) -> bool {
        let overdue = |passed: &[u32; LANES], lane: usize| {
            passed.get(lane).zip(PATIENCE.get(lane)).is_some_and(|(passed, patience)| passed >= patience)
        };
        let mut order: Vec<(bool, usize)> =
            (0..LANES).map(|lane| (!overdue(&self.passed, lane), lane)).collect();
        order.sort_unstable();
        for (is_early, lane) in order {
            let Some(waiting) = self.lanes.get_mut(lane) else { continue };
            let mut index = 0;
            while let Some(ticket) = waiting.get(index) {
                match ask(&ticket.wish, !is_early) {
                    Turn::Later => index += 1,
                    Turn::Stop(stopped) => {
                        ticket.cell.say(Err(stopped));
                        waiting.remove(index);
                    }
                    Turn::Go(pass) => {
                        ticket.cell.say(Ok(pass));
                        waiting.remove(index);
                        self.went(lane);
                        return true;
                    }
                }
            }
        }
        false
    }

    /// One of a lane went: those less urgent that wait were passed over.
    fn went(&mut self, lane: usize) {
        for (other, passed) in self.passed.iter_mut().enumerate() {
            let waits = self.lanes.get(other).is_some_and(|waiting| !waiting.is_empty());
            match other.cmp(&lane) {
                std::cmp::Ordering::Greater if waits => *passed = passed.saturating_add(1),
                std::cmp::Ordering::Less => {}
                _ => *passed = 0,
            }
        }
    }
}
