//! Keys remembered. A name never stands for another key later (Atlassian staff, developer community thread 49046), so a key
//! that was found is good for as long as there is room; that there is none is believed for a moment only.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bowline_core::port::Clock;
use jiff::{SignedDuration, Timestamp};

use super::{Away, InstallKeys, KeyId};
use crate::flight::Flights;
use crate::jose::RsaKey;

/// How much is remembered, and how often the host is asked.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many keys. Atlassian rotates them; a few dozen serve for years.
    pub keys: usize,
    /// How many names that do not exist.
    pub missing: usize,
    /// How long a key is believed, in case one is withdrawn. Afterwards it is asked for again, and serves on while nobody can be
    /// asked.
    pub key_life: SignedDuration,
    /// How long a name is believed not to exist. A key may be published a little after its first use.
    pub missing_life: SignedDuration,
    /// How many unknown names are asked for in a minute, whoever sends them: names come from anybody, and each costs a
    /// call. Beyond that an unknown name is answered with [`Away`]; known keys are not affected.
    pub asked_per_minute: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            keys: 256,
            missing: 1_024,
            key_life: SignedDuration::from_hours(24),
            missing_life: SignedDuration::from_secs(60),
            asked_per_minute: 60,
        }
    }
}

/// A memory in front of another source of keys. Whoever asks for a key that is being asked for waits for that answer.
pub struct CachedKeys<K> {
    desk: Arc<Desk<K>>,
    flights: Flights<KeyId, Result<Option<RsaKey>, Away>>,
}

/// What a question under way needs, whoever waits for it.
struct Desk<K> {
    source: K,
    clock: Arc<dyn Clock>,
    limits: Limits,
    memory: Mutex<Memory>,
}

/// What is known of a name.
enum Recalled {
    /// The key, or that there is none.
    Known(Option<RsaKey>),
    /// A key that is to be looked at again.
    Old(RsaKey),
    /// Nothing.
    Unknown,
}

#[derive(Default)]
struct Memory {
    found: Shelf<RsaKey>,
    missing: Shelf<()>,
    /// When the source was asked in the last minute.
    asked: VecDeque<Timestamp>,
}

impl<K: InstallKeys + 'static> CachedKeys<K> {
    /// In front of `source`.
    pub fn new(source: K, clock: Arc<dyn Clock>, limits: Limits) -> Self {
        let desk = Desk { source, clock, limits, memory: Mutex::default() };
        Self { desk: Arc::new(desk), flights: Flights::default() }
    }
}

impl<K: InstallKeys> Desk<K> {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is remembered.
    fn recall(&self, kid: &KeyId) -> Recalled {
        let now = self.clock.now();
        let memory = self.memory();
        if let Some(key) = memory.found.find(kid, now - self.limits.key_life) {
            return Recalled::Known(Some(key));
        }
        if let Some(key) = memory.found.find(kid, Timestamp::MIN) {
            return Recalled::Old(key);
        }
        match memory.missing.find(kid, now - self.limits.missing_life) {
            Some(()) => Recalled::Known(None),
            None => Recalled::Unknown,
        }
    }

    /// Takes one of the minute's questions about unknown names.
    fn take(&self) -> Result<(), Away> {
        let now = self.clock.now();
        let mut memory = self.memory();
        let minute = now - SignedDuration::from_secs(60);
        while memory.asked.front().is_some_and(|asked| *asked <= minute) {
            memory.asked.pop_front();
        }
        if memory.asked.len() >= self.limits.asked_per_minute {
            return Err(Away("too many unknown keys were asked for in the last minute".to_owned()));
        }
        memory.asked.push_back(now);
        Ok(())
    }

    /// Asks the source, unless a question that has just ended did, and remembers.
    async fn ask(&self, kid: KeyId) -> Result<Option<RsaKey>, Away> {
        if let Recalled::Known(known) = self.recall(&kid) {
            return Ok(known);
        }
        let key = self.source.find(&kid).await?;
        let now = self.clock.now();
        let mut memory = self.memory();
        match &key {
            Some(key) => memory.found.put(kid, key.clone(), now, self.limits.keys),
            None => {
                memory.found.remove(&kid);
                memory.missing.put(kid, (), now, self.limits.missing);
            }
        }
        Ok(key)
    }
}

#[async_trait]
impl<K: InstallKeys + 'static> InstallKeys for CachedKeys<K> {
    async fn find(&self, kid: &KeyId) -> Result<Option<RsaKey>, Away> {
        let old = match self.desk.recall(kid) {
            Recalled::Known(known) => return Ok(known),
            Recalled::Old(key) => Some(key),
            Recalled::Unknown => None,
        };
        if old.is_none() && !self.flights.is_under_way(kid) {
            self.desk.take()?;
        }
        let (desk, wanted) = (Arc::clone(&self.desk), kid.clone());
        let asked = self.flights.join(kid, async move { desk.ask(wanted).await }).await;
        match (asked, old) {
            (Ok(key), _) => Ok(key),
            // Nobody says that it was withdrawn.
            (Err(_), Some(old)) => Ok(Some(old)),
            (Err(away), None) => Err(away),
        }
    }
}

/// A map of bounded size that forgets its oldest entry.
struct Shelf<V> {
    values: HashMap<KeyId, (V, Timestamp)>,
    order: VecDeque<KeyId>,
}

impl<V> Default for Shelf<V> {
    fn default() -> Self {
        Self { values: HashMap::new(), order: VecDeque::new() }
    }
}

impl<V: Clone> Shelf<V> {
    /// What was put there after `since`.
    fn find(&self, kid: &KeyId, since: Timestamp) -> Option<V> {
        self.values.get(kid).filter(|(_, put)| *put > since).map(|(value, _)| value.clone())
    }

    fn remove(&mut self, kid: &KeyId) {
        self.values.remove(kid);
        self.order.retain(|known| known != kid);
    }

    fn put(&mut self, kid: KeyId, value: V, now: Timestamp, most: usize) {
        if self.values.insert(kid.clone(), (value, now)).is_none() {
            self.order.push_back(kid);
        }
        while self.values.len() > most {
            let Some(oldest) = self.order.pop_front() else { break };
            self.values.remove(&oldest);
        }
    }
}
