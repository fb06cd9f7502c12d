//! Asking once for all who want to know the same at the same time.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared, WeakShared};

/// Questions under way, by what they ask. Whoever comes while one is under way waits for its answer, be it good or bad. It goes on
/// as long as anybody waits: that the first who asked is dropped does not stop it for the others.
pub(crate) struct Flights<K, V: Clone>(Mutex<HashMap<K, WeakShared<BoxFuture<'static, V>>>>);

impl<K, V: Clone> Default for Flights<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Flights<K, V> {
    /// The answer of the question under way, or of `question` if there is none.
    pub(crate) async fn join<F>(&self, key: &K, question: F) -> V
    where
        F: Future<Output = V> + Send + 'static,
    {
        self.shared(key, question).await
    }

    /// Whether somebody waits for an answer.
    pub(crate) fn is_under_way(&self, key: &K) -> bool {
        let flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        flights.get(key).and_then(WeakShared::upgrade).is_some_and(|flight| flight.peek().is_none())
    }

    fn shared<F>(&self, key: &K, question: F) -> Shared<BoxFuture<'static, V>>
    where
        F: Future<Output = V> + Send + 'static,
    {
        let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // What was answered is the memory's business, not ours.
        let waiting = flights.get(key).and_then(WeakShared::upgrade).filter(|flight| flight.peek().is_none());
        if let Some(flight) = waiting {
            return flight;
        }
        // Names come from strangers: what nobody waits for any more must not stay.
        flights.retain(|_, flight| flight.upgrade().is_some());
        let flight = question.boxed().shared();
        if let Some(weak) = flight.downgrade() {
            flights.insert(key.clone(), weak);
        }
        flight
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::task::Poll;

    use futures_util::future::{join_all, poll_fn};

    use super::*;

    #[derive(Default)]
    struct Source {
        asked: AtomicUsize,
        answers: AtomicBool,
    }

    /// A question that counts itself and waits until there are answers.
    fn ask(source: &Arc<Source>, answer: u8) -> impl Future<Output = u8> + Send + 'static {
        let source = Arc::clone(source);
        let mut is_first = true;
        poll_fn(move |_| {
            if std::mem::take(&mut is_first) {
                source.asked.fetch_add(1, Ordering::Relaxed);
            }
            if source.answers.load(Ordering::Relaxed) { Poll::Ready(answer) } else { Poll::Pending }
        })
    }

    #[test]
    fn many_who_ask_the_same_cost_one_question_and_others_their_own() {
        let (source, flights) = (Arc::new(Source::default()), Flights::default());
        let mut all = Box::pin(join_all((0..20).map(|number| flights.join(&"a", ask(&source, number)))));
        assert!((&mut all).now_or_never().is_none());
        assert!(flights.is_under_way(&"a") && !flights.is_under_way(&"b"));
        let mut other = Box::pin(flights.join(&"b", ask(&source, 100)));
        assert!((&mut other).now_or_never().is_none());
        assert_eq!(source.asked.load(Ordering::Relaxed), 2);
        source.answers.store(true, Ordering::Relaxed);
        assert_eq!(all.now_or_never(), Some(vec![0; 20]));
        assert_eq!(other.now_or_never(), Some(100));
        assert!(!flights.is_under_way(&"a"));
        assert_eq!(
            flights.join(&"a", ask(&source, 7)).now_or_never(),
            Some(7),
            "an answer is not remembered here"
        );
    }

    #[test]
    fn that_the_first_is_dropped_does_not_stop_the_others() {
        let (source, flights) = (Arc::new(Source::default()), Flights::default());
        let mut first = Box::pin(flights.join(&"a", ask(&source, 1)));
        let mut second = Box::pin(flights.join(&"a", ask(&source, 2)));
        assert!((&mut first).now_or_never().is_none() && (&mut second).now_or_never().is_none());
        drop(first);
        source.answers.store(true, Ordering::Relaxed);
        assert_eq!(second.now_or_never(), Some(1));
        assert_eq!(source.asked.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn what_nobody_waits_for_is_asked_anew_and_takes_no_room() {
        let (source, flights) = (Arc::new(Source::default()), Flights::default());
        for name in ["a", "b", "a"] {
            assert!(flights.join(&name, ask(&source, 1)).now_or_never().is_none());
            assert!(!flights.is_under_way(&name));
        }
        assert_eq!(source.asked.load(Ordering::Relaxed), 3);
        assert_eq!(flights.0.lock().unwrap().len(), 1);
    }
}
