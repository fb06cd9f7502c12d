//! What tools tell about themselves, kept for half an hour.
//!
//! Field lists, types, screens and roles change rarely and cost calls. Whoever learns that an entry is wrong (a refusal
//! that names a field) forgets all of it early, and tells other processes (`core::port::Outdated`).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bowline_core::port::Clock;
use bowline_core::{SignedDuration, Timestamp};
use futures_util::lock::Mutex as Turn;

/// How long an entry is believed; the same limit as in the vendor's own integration.
const LIFE: SignedDuration = SignedDuration::from_mins(30);

/// Entries with the time they were learnt.
pub(crate) struct Aged<K, V> {
    clock: Arc<dyn Clock>,
    kept: Mutex<BTreeMap<K, Arc<Entry<V>>>>,
}

/// Held by whoever learns it, so that everybody else who wants the same at that time waits for that one answer.
type Entry<V> = Turn<Option<(Timestamp, Arc<V>)>>;

impl<K: Ord, V> Aged<K, V> {
    /// An empty cache.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, kept: Mutex::default() }
    }

    /// What is known, if it is young enough; else what `learn` comes to, which does nothing unless it is needed. A failure is
    /// not kept: the next one tries again.
    pub(crate) async fn get<E>(
        &self,
        key: K,
        learn: impl Future<Output = Result<V, E>> + Send,
    ) -> Result<Arc<V>, E> {
        self.ask(key, learn).await.map(|(value, _)| value)
    }

    /// The same, and whether it was learnt just now.
    pub(crate) async fn ask<E>(
        &self,
        key: K,
        learn: impl Future<Output = Result<V, E>> + Send,
    ) -> Result<(Arc<V>, bool), E> {
        let entry = Arc::clone(self.lock().entry(key).or_default());
        let mut kept = entry.lock().await;
        // From before the call: what it tells may have changed since.
        let now = self.clock.now();
        if let Some((learnt, value)) = kept.as_ref()
            && now.duration_since(*learnt) < LIFE
        {
            return Ok((Arc::clone(value), false));
        }
        let value = Arc::new(learn.await?);
        *kept = Some((now, Arc::clone(&value)));
        Ok((value, true))
    }

    /// Forgets everything. What is being learnt just now is told to those who wait for it, and not kept.
    pub(crate) fn forget(&self) {
        self.lock().clear();
    }

    /// Forgets one entry.
    pub(crate) fn forget_one(&self, key: &K) {
        self.lock().remove(key);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<K, Arc<Entry<V>>>> {
        // A panic elsewhere cannot leave a map half changed.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::convert::Infallible;
    use std::future::{pending, ready};

    use futures_util::FutureExt;
    use tokio::sync::oneshot;

    use super::*;

    struct Hand(Mutex<Timestamp>);

    impl Hand {
        fn turn(&self, seconds: i64) {
            *self.0.lock().unwrap() += SignedDuration::from_secs(seconds);
        }
    }

    impl Clock for Hand {
        fn now(&self) -> Timestamp {
            *self.0.lock().unwrap()
        }
    }

    fn aged() -> (Arc<Hand>, Aged<&'static str, u32>) {
        let hand = Arc::new(Hand(Mutex::new(Timestamp::UNIX_EPOCH)));
        (Arc::clone(&hand), Aged::new(hand))
    }

    /// What is answered for an entry by somebody who would learn this.
    fn ask(aged: &Aged<&'static str, u32>, learn: u32) -> u32 {
        *aged.get("a", ready(Ok::<_, Infallible>(learn))).now_or_never().unwrap().unwrap()
    }

    #[test]
    fn an_entry_lives_for_half_an_hour_unless_it_is_forgotten() {
        let (hand, aged) = aged();
        assert_eq!(ask(&aged, 1), 1);
        hand.turn(1_799);
        assert_eq!(ask(&aged, 2), 1);
        hand.turn(1);
        assert_eq!(ask(&aged, 3), 3);
        aged.forget();
        assert_eq!(ask(&aged, 4), 4);
        aged.forget_one(&"a");
        assert_eq!(ask(&aged, 5), 5);
    }

    #[test]
    fn those_who_ask_at_once_share_one_answer() {
        let (_, aged) = aged();
        let (tell, told) = oneshot::channel();
        let mut first = Box::pin(aged.get("a", told));
        assert!(first.as_mut().now_or_never().is_none());
        let nobody = async { panic!("somebody asks already") };
        let mut second = Box::pin(aged.get::<Infallible>("a", nobody));
        assert!(second.as_mut().now_or_never().is_none());
        let other = aged.get("b", ready(Ok::<_, Infallible>(2))).now_or_never().unwrap().unwrap();
        assert_eq!(*other, 2, "nobody waits for another entry");
        tell.send(1).unwrap();
        assert_eq!(first.now_or_never().unwrap().as_deref(), Ok(&1));
        assert_eq!(second.now_or_never().unwrap().as_deref(), Ok(&1));
    }

    #[test]
    fn who_fails_or_goes_away_leaves_the_entry_to_the_next() {
        let (_, aged) = aged();
        let tried = Cell::new(0);
        for _ in 0..2 {
            let failed = aged.get("a", ready(Err("refused").inspect_err(|_| tried.set(tried.get() + 1))));
            assert_eq!(failed.now_or_never().unwrap(), Err("refused"));
        }
        assert_eq!(tried.get(), 2);
        assert!(aged.get("a", pending::<Result<u32, Infallible>>()).now_or_never().is_none());
        assert_eq!(ask(&aged, 1), 1);
    }

    #[test]
    fn what_is_forgotten_while_it_is_learnt_is_not_kept() {
        let (_, aged) = aged();
        let (tell, told) = oneshot::channel();
        let mut first = Box::pin(aged.get("a", told));
        assert!(first.as_mut().now_or_never().is_none());
        aged.forget();
        tell.send(1).unwrap();
        assert_eq!(first.now_or_never().unwrap().as_deref(), Ok(&1));
        assert_eq!(ask(&aged, 2), 2);
    }
}
