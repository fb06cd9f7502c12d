//! How fast a provider is asked: a grant whose turn has not come is given a time of its own, and comes back then.
//!
//! Nobody waits with a claim in hand, so those that callers wait for always find a place to be worked on; they are counted,
//! but never kept waiting. Turns are kept in this process: several processes ask as many times as fast.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use bowline_core::{GrantId, SignedDuration, TenantId, Timestamp};

/// So many seconds' worth of turns may be made up for after a quiet time.
const BURST: i64 = 1;

/// Turns at every provider.
pub(super) struct Pace {
    /// The time between two turns; `None` where there is no limit.
    between: Option<SignedDuration>,
    /// By issuer.
    providers: Mutex<HashMap<String, Turns>>,
}

/// Turns at one provider.
struct Turns {
    /// The next turn that nobody has.
    next: Timestamp,
    /// The turns that were given and are not taken yet.
    given: HashMap<(TenantId, GrantId), Timestamp>,
}

impl Pace {
    /// So many turns a second; 0 for as many as come.
    pub(super) fn new(per_second: u32) -> Self {
        let between = (per_second > 0)
            .then(|| SignedDuration::from_secs(1) / i32::try_from(per_second).unwrap_or(i32::MAX));
        Self { between, providers: Mutex::default() }
    }

    /// `None` if it is this grant's turn; else when it will be. Somebody's who is waited for is now.
    pub(super) fn turn(
        &self,
        issuer: &str,
        grant: (TenantId, GrantId),
        awaited: bool,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let between = self.between?;
        let mut providers = self.providers.lock().unwrap_or_else(PoisonError::into_inner);
        let turns = match providers.get_mut(issuer) {
            Some(turns) => turns,
            None => providers.entry(issuer.to_owned()).or_insert(Turns { next: now, given: HashMap::new() }),
        };
        if let Some(given) = turns.given.get(&grant).copied() {
            if given > now && !awaited {
                return Some(given);
            }
            turns.given.remove(&grant);
            return None;
        }
        let floor = now.saturating_sub(SignedDuration::from_secs(BURST)).unwrap_or(now);
        if turns.next <= floor {
            // All turns are over; who has not taken theirs will not come for it.
            turns.given.clear();
        }
        let turn = turns.next.max(floor);
        turns.next = turn.saturating_add(between).unwrap_or(turn);
        if awaited || turn <= now {
            return None;
        }
        turns.given.insert(grant, turn);
        Some(turn)
    }
}

#[cfg(test)]
mod tests {
    use bowline_core::port::Entropy;

    use super::*;

    struct Counted(std::sync::atomic::AtomicU8);

    impl Entropy for Counted {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst));
        }
    }

    fn grants() -> Vec<(TenantId, GrantId)> {
        let (now, entropy) = (Timestamp::UNIX_EPOCH, Counted(0.into()));
        (0..30).map(|_| (TenantId::new(now, &entropy), GrantId::new(now, &entropy))).collect()
    }

    fn after(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_000_000 + ms).unwrap()
    }

    #[test]
    fn a_herd_is_spread_over_turns_and_each_comes_back_once() {
        let (pace, grants) = (Pace::new(10), grants());
        let turns: Vec<_> = grants.iter().map(|grant| pace.turn("a", *grant, false, after(0))).collect();
        assert_eq!((turns[0], turns[1], turns[29]), (None, Some(after(100)), Some(after(2_900))));
        assert_eq!(pace.turn("a", grants[29], false, after(2_800)), Some(after(2_900)), "too early");
        assert_eq!(pace.turn("a", grants[29], false, after(2_900)), None, "its turn");
        assert_eq!(pace.turn("a", grants[29], false, after(2_950)), Some(after(3_000)), "the next time");
        assert_eq!(pace.turn("b", grants[29], false, after(0)), None, "another provider");
    }

    #[test]
    fn who_is_waited_for_never_waits_but_is_counted() {
        let (pace, grants) = (Pace::new(10), grants());
        for grant in &grants[..20] {
            assert_eq!(pace.turn("a", *grant, true, after(0)), None);
        }
        assert_eq!(pace.turn("a", grants[20], false, after(0)), Some(after(2_000)));
        assert_eq!(pace.turn("a", grants[20], true, after(1)), None, "somebody came to wait for it");
    }

    #[test]
    fn a_quiet_time_is_made_up_for_with_one_second_of_turns() {
        let (pace, grants) = (Pace::new(10), grants());
        assert_eq!(pace.turn("a", grants[0], false, after(0)), None);
        let at_once = grants[1..]
            .iter()
            .filter(|grant| pace.turn("a", **grant, false, after(60_000)).is_none())
            .count();
        assert_eq!(at_once, 11);
    }

    #[test]
    fn without_a_limit_everybody_goes() {
        let (pace, grants) = (Pace::new(0), grants());
        assert!(grants.iter().all(|grant| pace.turn("a", *grant, false, after(0)).is_none()));
    }
}
