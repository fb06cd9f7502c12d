//! Calls as people of which nobody knows what came of them: the look that made one comments on that item no more. What such a
//! call is waited for counts from a moment, and every further call would take from it.

use std::collections::BTreeSet;
use std::sync::Mutex;

use bowline_core::Side;
use bowline_core::command::Write;

#[derive(Default)]
pub(crate) struct Unsure {
    open: Mutex<BTreeSet<(Side, String)>>,
    /// What went wrong.
    wrong: Mutex<Vec<String>>,
}

impl Unsure {
    /// A look reads an item before it does anything.
    pub(crate) fn look(&self, side: Side, item: &str) {
        self.open.lock().unwrap().remove(&(side, item.to_owned()));
    }

    pub(crate) fn call(&self, side: Side, write: &Write) {
        let Some(item) = commented(write) else { return };
        if self.open.lock().unwrap().contains(&(side, item.clone())) {
            let line = format!("{side}: one more comment call for {item} after one of unknown outcome");
            self.wrong.lock().unwrap().push(line);
        }
    }

    pub(crate) fn left_open(&self, side: Side, write: &Write) {
        self.open.lock().unwrap().extend(commented(write).map(|item| (side, item)));
    }

    pub(crate) fn wrong(&self) -> Vec<String> {
        self.wrong.lock().unwrap().clone()
    }
}

/// The item on which a write comments.
fn commented(write: &Write) -> Option<String> {
    match write {
        Write::Comment { at, .. } | Write::EditComment { at, .. } => Some(at.id.clone()),
        _ => None,
    }
}
