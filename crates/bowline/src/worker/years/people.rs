//! What people do in the years: they consent, call, consent again before their year is over or too late, or never.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use bowline_core::SignedDuration;

use super::Wish;
use super::provider::ABSOLUTE;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// In how much time people connect at the beginning: a working day.
const ARRIVAL: SignedDuration = SignedDuration::from_hours(8);
/// How often a grant that is used is called with.
pub(super) const EVERY: SignedDuration = SignedDuration::from_hours(6);

/// Something a person does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Deed {
    /// Connects, or connects again.
    Consent,
    /// Has Bowline call the tool.
    Call,
}

/// How a person takes the news that the year is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// Connects again within the last month.
    InTime,
    /// In the last hour.
    AtLast,
    /// Five days after it was over.
    Late,
    /// Not at all.
    Never,
}

/// Everything that is going to happen, the next thing first.
pub(super) struct Agenda {
    wish: Wish,
    next: BinaryHeap<Reverse<(SignedDuration, usize, Deed)>>,
}

impl Agenda {
    pub(super) fn new(wish: Wish) -> Self {
        let mut agenda = Self { wish, next: BinaryHeap::new() };
        for person in 0..wish.grants {
            // On a single day all come at once: the worst that a schedule can be given.
            let at = if wish.days == 1 { SignedDuration::ZERO } else { part(ARRIVAL, mixed(person, 1)) };
            agenda.add(at, person, Deed::Consent);
            if person < wish.active {
                agenda.add(at + part(EVERY, mixed(person, 2)), person, Deed::Call);
            }
            if let Some(again) = again(person) {
                agenda.add(at + again, person, Deed::Consent);
            }
        }
        agenda
    }

    fn add(&mut self, at: SignedDuration, person: usize, deed: Deed) {
        if at < self.wish.length() {
            self.next.push(Reverse((at, person, deed)));
        }
    }

    pub(super) fn next(&mut self) -> Option<(SignedDuration, usize, Deed)> {
        let Reverse((at, person, deed)) = self.next.pop()?;
        if deed == Deed::Call {
            self.add(at + EVERY, person, Deed::Call);
        }
        Some((at, person, deed))
    }
}

/// Most people are in time, and some of each kind are not.
pub(super) fn manner(person: usize) -> Manner {
    match mixed(person, 3) % 100 {
        0..85 => Manner::InTime,
        85..92 => Manner::AtLast,
        92..95 => Manner::Late,
        _ => Manner::Never,
    }
}

/// How long after the first consent the second comes.
pub(super) fn again(person: usize) -> Option<SignedDuration> {
    match manner(person) {
        Manner::InTime => Some(ABSOLUTE - DAY * 29 + part(DAY * 28, mixed(person, 4))),
        Manner::AtLast => Some(ABSOLUTE - HOUR + part(HOUR, mixed(person, 4))),
        Manner::Late => Some(ABSOLUTE + DAY * 5),
        Manner::Never => None,
    }
}

/// A number that looks random and is the same each time.
fn mixed(person: usize, salt: u64) -> u64 {
    // The finaliser of splitmix64.
    let mut mixed = (person as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(salt << 32);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// So much of a span, in whole seconds.
fn part(whole: SignedDuration, number: u64) -> SignedDuration {
    SignedDuration::from_secs(i64::try_from(number % u64::try_from(whole.as_secs()).unwrap()).unwrap())
}
