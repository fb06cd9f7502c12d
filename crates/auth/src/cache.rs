//! A map of bounded size that forgets its oldest entry.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A shared map that holds at most `capacity` entries; values are cheap to clone.
pub(crate) struct Cache<K, V> {
    capacity: usize,
    inner: Mutex<Inner<K, V>>,
}

struct Inner<K, V> {
    values: HashMap<K, V>,
    /// Keys in the order they came, each once.
    order: VecDeque<K>,
}

impl<K: Copy + Eq + Hash, V: Clone> Cache<K, V> {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { capacity, inner: Mutex::new(Inner { values: HashMap::new(), order: VecDeque::new() }) }
    }

    pub(crate) fn find(&self, key: K) -> Option<V> {
        self.inner().values.get(&key).cloned()
    }

    pub(crate) fn put(&self, key: K, value: V) {
        let mut inner = self.inner();
        if inner.values.insert(key, value).is_none() {
            inner.order.push_back(key);
        }
        if inner.order.len() > self.capacity
            && let Some(oldest) = inner.order.pop_front()
        {
            inner.values.remove(&oldest);
        }
    }

    /// Forgets what is not to be kept.
    pub(crate) fn retain(&self, keep: impl Fn(&V) -> bool) {
        let Inner { values, order } = &mut *self.inner();
        values.retain(|_, value| keep(value));
        order.retain(|key| values.contains_key(key));
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.inner().values.len()
    }

    fn inner(&self) -> MutexGuard<'_, Inner<K, V>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_entry_goes_first_and_a_replaced_one_counts_once() {
        let cache = Cache::new(2);
        cache.put(1, "a");
        cache.put(1, "b");
        cache.put(2, "c");
        assert_eq!((cache.find(1), cache.find(2)), (Some("b"), Some("c")));
        cache.put(3, "d");
        assert_eq!((cache.find(1), cache.find(2), cache.find(3)), (None, Some("c"), Some("d")));
    }

    #[test]
    fn what_is_not_kept_is_gone_and_leaves_room() {
        let cache = Cache::new(2);
        cache.put(1, "a");
        cache.put(2, "b");
        cache.retain(|value| *value != "a");
        assert_eq!((cache.find(1), cache.find(2)), (None, Some("b")));
        cache.put(3, "c");
        assert_eq!((cache.find(2), cache.find(3)), (Some("b"), Some("c")));
        cache.put(4, "d");
        assert_eq!((cache.find(2), cache.find(3), cache.find(4)), (None, Some("c"), Some("d")));
    }
}
