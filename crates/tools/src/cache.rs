//! What tools tell about themselves, kept for half an hour.
//!
//! Field lists, schemas and roles change rarely and cost calls. Whoever learns that an entry is wrong (a refusal
//! that names a field) drops it early.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bowline_core::port::Clock;
use bowline_core::{SignedDuration, Timestamp};

/// How long an entry is believed; the same limit as in the vendor's own integration.
const LIFE: SignedDuration = SignedDuration::from_mins(30);

/// Entries with the time they were learnt.
pub(crate) struct Aged<K, V> {
    clock: Arc<dyn Clock>,
    kept: Mutex<BTreeMap<K, (Timestamp, Arc<V>)>>,
}

impl<K: Ord, V> Aged<K, V> {
    /// An empty cache.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, kept: Mutex::default() }
    }

    /// What is known, if it is young enough.
    pub(crate) fn find(&self, key: &K) -> Option<Arc<V>> {
        let now = self.clock.now();
        let kept = self.lock();
        let (learnt, value) = kept.get(key)?;
        (now.duration_since(*learnt) < LIFE).then(|| Arc::clone(value))
    }

    /// Keeps something learnt just now.
    pub(crate) fn keep(&self, key: K, value: V) -> Arc<V> {
        let value = Arc::new(value);
        self.lock().insert(key, (self.clock.now(), Arc::clone(&value)));
        value
    }

    /// Forgets everything.
    pub(crate) fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<K, (Timestamp, Arc<V>)>> {
        // A panic elsewhere cannot leave a map half changed.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Hand(Mutex<Timestamp>);

    impl Clock for Hand {
        fn now(&self) -> Timestamp {
            *self.0.lock().unwrap()
        }
    }

    #[test]
    fn an_entry_lives_for_half_an_hour_unless_it_is_forgotten() {
        let hand = Arc::new(Hand(Mutex::new(Timestamp::UNIX_EPOCH)));
        let aged = Aged::new(Arc::clone(&hand) as Arc<dyn Clock>);
        aged.keep("a", 1);
        *hand.0.lock().unwrap() += SignedDuration::from_secs(1_799);
        assert_eq!(aged.find(&"a").as_deref(), Some(&1));
        *hand.0.lock().unwrap() += SignedDuration::from_secs(1);
        assert_eq!(aged.find(&"a"), None);
        aged.keep("a", 2);
        aged.forget();
        assert_eq!(aged.find(&"a"), None);
    }
}
