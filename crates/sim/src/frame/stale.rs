//! A search index that lags behind: what changed rows were before.
//!
//! While a `stale_index` rule is in force, a world hands over each row as it was before a change. A search then sees
//! the row of the time it lags at, and direct reads see the row as it is.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

/// What a row was until a change; `None` when the change made it.
#[derive(Debug)]
struct Former<T> {
    until: i64,
    id: u32,
    row: Option<Arc<T>>,
}

/// The former rows that a search may still see.
#[derive(Debug)]
pub(crate) struct Stale<T>(VecDeque<Former<T>>);

impl<T> Clone for Former<T> {
    fn clone(&self) -> Self {
        Self { until: self.until, id: self.id, row: self.row.clone() }
    }
}

impl<T> Clone for Stale<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Default for Stale<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<T> Stale<T> {
    /// Remembers a row as it was until `now`, and forgets what no search sees any more.
    pub(crate) fn keep(&mut self, now: i64, lag: i64, id: u32, row: impl FnOnce() -> Option<Arc<T>>) {
        if lag == 0 {
            self.0.clear();
            return;
        }
        while self.0.front().is_some_and(|former| former.until < now.saturating_sub(lag)) {
            self.0.pop_front();
        }
        self.0.push_back(Former { until: now, id, row: row() });
    }

    /// The ids of rows that a search sees as they were, and those rows; a row that was not there yet is left out.
    pub(crate) fn seen(&self, now: i64, lag: i64) -> (HashSet<u32>, Vec<(u32, &T)>) {
        let (mut changed, mut rows) = (HashSet::new(), Vec::new());
        if lag > 0 {
            let horizon = now.saturating_sub(lag);
            for former in self.0.iter().filter(|former| former.until >= horizon) {
                // The oldest of several is the one the index still has.
                if changed.insert(former.id) {
                    rows.extend(former.row.as_deref().map(|row| (former.id, row)));
                }
            }
        }
        (changed, rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_sees_the_oldest_row_within_the_lag() {
        let mut stale = Stale::default();
        stale.keep(100, 50, 1, || Some(Arc::new("first")));
        stale.keep(120, 50, 1, || Some(Arc::new("second")));
        stale.keep(130, 50, 2, || None);
        let (changed, rows) = stale.seen(140, 50);
        assert_eq!(changed, HashSet::from([1, 2]));
        assert_eq!(rows, [(1, &"first")]);
        assert_eq!(stale.seen(160, 50).1, [(1, &"second")]);
        assert_eq!(stale.seen(200, 50), (HashSet::new(), Vec::new()));
    }

    #[test]
    fn without_a_lag_nothing_is_kept() {
        let mut stale = Stale::default();
        stale.keep(100, 50, 1, || Some(Arc::new(1)));
        stale.keep(110, 0, 1, || Some(Arc::new(2)));
        assert_eq!(stale.seen(110, 50), (HashSet::new(), Vec::new()));
    }
}
