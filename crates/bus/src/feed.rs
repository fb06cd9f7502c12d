//! The feed: a counter that live pages wait on.

use tokio::sync::watch;

/// Says that something changed, to whoever looks right now.
///
/// Cheap to tell when nobody reads. A reader that is slow misses nothing: it learns once that something changed
/// since it last looked, however often. Clones are the same feed.
#[derive(Clone, Debug)]
pub struct Feed {
    changes: watch::Sender<u64>,
}

impl Default for Feed {
    fn default() -> Self {
        Self { changes: watch::Sender::new(0) }
    }
}

impl Feed {
    /// A feed to which nothing was told yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Something changed.
    pub fn tell(&self) {
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// A receiver that learns of every change from now on.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    /// Polls once; `None` if it would wait.
    fn now<T>(future: impl Future<Output = T>) -> Option<T> {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => Some(value),
            Poll::Pending => None,
        }
    }

    #[test]
    fn a_reader_waits_until_something_changes_and_learns_of_several_changes_once() {
        let feed = Feed::new();
        let mut reader = feed.subscribe();
        assert_eq!(now(reader.changed()).map(|told| told.is_ok()), None);
        feed.tell();
        feed.clone().tell();
        assert_eq!(now(reader.changed()).map(|told| told.is_ok()), Some(true));
        assert_eq!(now(reader.changed()).map(|told| told.is_ok()), None);
    }

    #[test]
    fn every_reader_learns_of_a_change() {
        let feed = Feed::new();
        let (mut one, mut other) = (feed.subscribe(), feed.subscribe());
        feed.tell();
        assert_eq!(now(one.changed()).map(|told| told.is_ok()), Some(true));
        assert_eq!(now(other.changed()).map(|told| told.is_ok()), Some(true));
    }

    #[test]
    fn a_reader_does_not_learn_of_what_was_before_it() {
        let feed = Feed::new();
        feed.tell();
        assert_eq!(now(feed.subscribe().changed()).map(|told| told.is_ok()), None);
    }

    #[test]
    fn telling_a_feed_without_readers_is_fine_and_its_end_is_told() {
        let feed = Feed::new();
        feed.tell();
        let mut reader = feed.subscribe();
        drop(feed);
        assert_eq!(now(reader.changed()).map(|told| told.is_ok()), Some(false));
    }
}
