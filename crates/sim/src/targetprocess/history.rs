//! Keeping what items were: a copy for each change.
//!
//! Changes within five minutes of each other are one record, but a change of the state always makes one of its own
//! (developer hub, "What is a historical record?").

use crate::targetprocess::item::{Item, Parts};
use crate::targetprocess::part::Record;
use crate::targetprocess::schema::Subject;
use crate::targetprocess::site::Site;

/// Changes this close to the beginning of a record belong to it.
const MERGED: i64 = 5 * 60_000;

/// What makes a record part of the simple history.
const SIMPLE: &[&str] = &["EntityState", "Effort", "Release", "Iteration"];

impl Site {
    /// Notes an item as it is now; `changed` is empty when it was just made.
    pub(super) fn record(&mut self, id: u32, changed: Vec<&'static str>) {
        let Some(item) = self.items.get(id).filter(|item| Subject::of(item.kind).is_some()) else { return };
        let copy = Box::new(copy(self, item));
        let last = item.parts.record;
        let (at, modifier) = (copy.modified, copy.editor);
        let simple = changed.iter().any(|name| SIMPLE.contains(name));
        if let Some(record) = last.and_then(|last| self.history.get_mut(last)) {
            let merges = at - record.from <= MERGED && !changed.contains(&"EntityState");
            if merges && record.modifier == modifier {
                record.simple |= simple;
                for name in changed {
                    if !record.changed.contains(&name) {
                        record.changed.push(name);
                    }
                }
                record.copy = copy;
                return;
            }
            record.to = Some(at);
        }
        let record = Record {
            id: self.history.next_id(),
            from: at,
            to: None,
            modifier,
            added: last.is_none(),
            changed,
            before: last,
            simple: simple || last.is_none(),
            copy,
        };
        let newest = self.history.add(record);
        if let Some(item) = self.items.get_mut(id) {
            item.parts.record = Some(newest);
        }
    }
}

/// An item without what hangs on it, but with the effort that was computed from it.
fn copy(site: &Site, item: &Item) -> Item {
    let effort = site.effort(item);
    Item { parts: Parts::default(), writes: Vec::new(), test_cases: Vec::new(), effort, ..item.clone() }
}
