//! Snapshots: the whole state of a simulator, kept under a name and come back to.
//!
//! A snapshot holds the world (with its people, tokens, sessions and webhooks), where the clock was, the fault rules
//! with their counts, whether webhooks were blocked and how they are sent. It does not hold the lists of requests received and webhooks
//! sent, which are records of what really happened. What waits to be sent when a snapshot is restored is discarded.
//! Items are shared with the world until it changes them, so a snapshot costs little; see the README.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::frame::clock::Position;
use crate::frame::delivery::pace::Pace;
use crate::frame::faults;
use crate::frame::world::{House, World};

/// The snapshot every simulator makes of itself when it starts.
pub(crate) const START: &str = "start";
/// How many there may be beside [`START`].
const MOST: usize = 100;
/// How long a name may be.
const LONGEST: usize = 100;

/// A whole simulator.
pub(crate) struct Snapshot<W> {
    pub(crate) world: W,
    clock: Position,
    faults: faults::State,
    blocked: bool,
    pace: Pace,
    about: About,
}

/// What is told of a snapshot.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct About {
    pub(crate) name: String,
    /// The simulator's clock when it was made.
    pub(crate) at: i64,
    pub(crate) items: usize,
    pub(crate) faults: usize,
}

/// Why there is no snapshot of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unfit {
    /// It could not stand in an address.
    #[error("a snapshot's name has 1 to 100 letters, digits, dots, hyphens and underscores")]
    Name,
    /// It is the simulator's own.
    #[error("the snapshot `start` is the simulator's own: it is neither replaced nor deleted")]
    Start,
    /// There are too many.
    #[error("there are 100 snapshots already: delete one")]
    Many,
}

/// All snapshots by name.
pub(crate) struct Snapshots<W>(Mutex<BTreeMap<String, Arc<Snapshot<W>>>>);

impl<W> Default for Snapshots<W> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<W> Snapshots<W> {
    /// All of them, by name.
    pub(crate) fn list(&self) -> Vec<About> {
        self.all().values().map(|snapshot| snapshot.about.clone()).collect()
    }

    pub(crate) fn get(&self, name: &str) -> Option<Arc<Snapshot<W>>> {
        self.all().get(name).cloned()
    }

    /// Deletes one, or all but the simulator's own; how many that were.
    pub(crate) fn delete(&self, name: Option<&str>) -> Result<usize, Unfit> {
        if name == Some(START) {
            return Err(Unfit::Start);
        }
        let mut all = self.all();
        let before = all.len();
        all.retain(|own, _| own == START || name.is_some_and(|name| own != name));
        Ok(before - all.len())
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Snapshot<W>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W> Snapshot<W> {
    pub(crate) fn about(&self) -> &About {
        &self.about
    }
}

impl<W: World> House<W> {
    /// Everything as it is now.
    pub(crate) fn copy(&self, name: &str) -> Snapshot<W> {
        let frame = &self.frame;
        // The world stays as it is while the rest is read, so that all parts are of one moment.
        self.read(|world| {
            let (clock, faults) = (frame.clock.position(), frame.faults.save());
            let about = About {
                name: name.to_owned(),
                at: frame.clock.now(),
                items: world.count(),
                faults: frame.faults.list().len(),
            };
            let (blocked, pace) = (frame.delivery.is_blocked(), frame.delivery.pace());
            Snapshot { world: world.clone(), clock, faults, blocked, pace, about }
        })
    }

    /// Keeps everything as it is now under a name, in place of what had it before.
    pub(crate) fn keep(&self, name: &str) -> Result<About, Unfit> {
        let is_fit = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if name.is_empty() || name.len() > LONGEST || !name.bytes().all(is_fit) {
            return Err(Unfit::Name);
        }
        if name == START {
            return Err(Unfit::Start);
        }
        let snapshot = self.copy(name);
        let about = snapshot.about.clone();
        let mut all = self.snapshots.all();
        if all.len() > MOST && !all.contains_key(name) {
            return Err(Unfit::Many);
        }
        let former = all.insert(name.to_owned(), Arc::new(snapshot));
        // Freeing a hundred thousand items takes a while; nobody has to wait for it.
        drop(all);
        drop(former);
        Ok(about)
    }

    /// Keeps the first snapshot.
    pub(crate) fn keep_start(&self) {
        let snapshot = Arc::new(self.copy(START));
        self.snapshots.all().insert(START.to_owned(), snapshot);
    }

    /// Makes everything as it was; how many waiting webhooks were discarded.
    pub(crate) fn restore(&self, snapshot: &Snapshot<W>) -> usize {
        let (frame, copy) = (&self.frame, snapshot.world.clone());
        let (former, discarded) = self.write(|world| {
            let former = std::mem::replace(world, copy);
            frame.clock.resume(snapshot.clock);
            frame.faults.resume(snapshot.faults.clone());
            frame.delivery.block(snapshot.blocked);
            frame.delivery.put_pace(snapshot.pace);
            (former, frame.delivery.discard())
        });
        drop(former);
        discarded
    }
}
