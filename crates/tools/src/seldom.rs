//! Others are told at most once a minute that what is remembered of a site is out of date.
//!
//! A field that is wrong in a profile is refused with every item. If each refusal made every process read the site's lists
//! anew, the wrong field would cost more calls than the work.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bowline_core::connection::Connection;
use bowline_core::port::{Clock, Outdated};
use bowline_core::{ConnectionId, SignedDuration, Timestamp};

/// For how long after others were told they are not told again.
const QUIET: SignedDuration = SignedDuration::from_mins(1);

/// Passes on what is not said too often.
pub(crate) struct Seldom {
    others: Arc<dyn Outdated>,
    clock: Arc<dyn Clock>,
    said: Mutex<HashMap<ConnectionId, Timestamp>>,
}

impl Seldom {
    pub(crate) fn new(others: Arc<dyn Outdated>, clock: Arc<dyn Clock>) -> Self {
        Self { others, clock, said: Mutex::default() }
    }

    fn is_due(&self, id: ConnectionId) -> bool {
        let now = self.clock.now();
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.retain(|_, at| now.duration_since(*at).abs() < QUIET);
        let is_due = !said.contains_key(&id);
        // It counts from when they were told.
        said.entry(id).or_insert(now);
        is_due
    }
}

#[async_trait]
impl Outdated for Seldom {
    async fn outdated(&self, connection: &Connection) {
        if self.is_due(connection.id) {
            self.others.outdated(connection).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    #[derive(Default)]
    struct Watch(AtomicI64);
    impl Clock for Watch {
        fn now(&self) -> Timestamp {
            Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
        }
    }

    #[test]
    fn once_a_minute_for_each_connection() {
        let watch = Arc::new(Watch::default());
        let seldom = Seldom::new(Arc::new(()), watch.clone());
        let id = |number: u8| format!("con_{number:032x}").parse().unwrap();
        let mut seen = Vec::new();
        for (second, number) in [(0, 1), (0, 2), (59, 1), (60, 1), (61, 1), (120, 1)] {
            watch.0.store(second, Ordering::SeqCst);
            seen.push(seldom.is_due(id(number)));
        }
        assert_eq!(seen, [true, true, false, true, false, true]);
    }
}
