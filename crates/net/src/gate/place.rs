//! A place among the calls under way.

use std::sync::{Arc, Mutex, PoisonError};

use bowline_core::port::Clock;

use super::{All, Caller, Pass};

/// A place among the calls under way; given back when dropped.
pub(crate) struct Place {
    pub(super) all: Arc<Mutex<All>>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) caller: Caller,
    pub(super) pass: Pass,
    pub(super) is_counted: bool,
}

impl Place {
    /// Who has it.
    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The vendor has counted the call, though it goes on. `cost` is what it cost in points; what it may have cost at the most,
    /// if that is not known.
    pub(crate) fn counted(&mut self, cost: Option<u32>) {
        if !std::mem::replace(&mut self.is_counted, true) {
            let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
            all.leave(&self.caller, self.pass, cost, self.clock.now());
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.counted(None);
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.free(self.caller.connection, self.clock.now());
    }
}
