//! What the robot can have known: the order of all that people do, and when the robot last read which item.
//!
//! That two values correspond does not say that one came from the other; what was done after the last read cannot have
//! been carried over.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use bowline_core::Side;

/// The order of all deeds, and the robot's reads among them.
#[derive(Default)]
pub(crate) struct Moments {
    last: AtomicU64,
    /// Per side and item reference: the last deed before the robot's last read.
    read: Mutex<BTreeMap<(Side, String), u64>>,
}

impl Moments {
    /// A person does something.
    pub(crate) fn act(&self) -> u64 {
        self.last.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// The robot reads an item.
    pub(crate) fn read(&self, side: Side, reference: &str) {
        let now = self.last.load(Ordering::SeqCst);
        self.read.lock().unwrap().insert((side, reference.to_owned()), now);
    }

    /// The last deed that the robot can know of an item.
    pub(crate) fn known(&self, side: Side, reference: &str) -> u64 {
        self.read.lock().unwrap().get(&(side, reference.to_owned())).copied().unwrap_or(0)
    }
}
