//! The states, priorities and custom fields of a fresh simulator, type by type.

use crate::frame::table::Row;
use crate::targetprocess::catalog::{Catalog, Priority, Process, State, Workflow};
use crate::targetprocess::custom::{CustomField, Shape};
use crate::targetprocess::schema::{ITEMS, Kind};

/// Priorities exist per entity type, severities for bugs only.
pub(super) fn priorities(catalog: &mut Catalog) {
    for (number, kind) in (0..).zip(ITEMS.iter().copied()) {
        for (importance, name) in (1..).zip(["Must Have", "Great", "Good", "Average", "Nice To Have"]) {
            let id = 10 * number + importance;
            catalog.priorities.add(Priority { id, name: name.into(), importance, kind });
        }
    }
    for (importance, name) in (1..).zip(["Blocking", "Critical", "Normal", "Small", "Enhancement"]) {
        catalog.severities.add(Priority { id: importance, name: name.into(), importance, kind: Kind::Bug });
    }
}

/// Five states for each type, each leading to its neighbours only; done leads back to work.
pub(super) fn states(catalog: &mut Catalog, process: Row<Process>) {
    for (number, kind) in (0..).zip(ITEMS.iter().copied()) {
        let name = format!("{} workflow", kind.name()).into();
        let workflow = catalog.workflows.add(Workflow { id: 10 + number, name, process, kind });
        let rows = [
            (1, "Open", true, false, false),
            (2, "Planned", false, true, false),
            (3, "In Progress", false, false, false),
            (4, "In Testing", false, false, false),
            (5, "Done", false, false, true),
        ]
        .map(|(place, name, initial, planned, last)| {
            catalog.states.add(State {
                id: 40 + 10 * number + place,
                name: name.into(),
                workflow,
                process,
                kind,
                initial,
                last,
                planned,
                comment_required: false,
                rank: f64::from(place),
                next: Vec::new(),
            })
        });
        let [open, planned, progress, testing, done] = rows;
        for (from, next) in [
            (open, vec![planned]),
            (planned, vec![open, progress]),
            (progress, vec![planned, testing]),
            (testing, vec![progress, done]),
            (done, vec![progress]),
        ] {
            catalog.states.get_mut(from).next = next;
        }
    }
}

/// A custom field's name, what it holds, and what can be chosen.
type Custom = (&'static str, Shape, &'static [&'static str]);

const FIRST: &[Custom] = &[
    ("Risk", Shape::DropDown, &["Low", "Medium", "High"]),
    ("Release Notes", Shape::Text, &[]),
    ("Points", Shape::Number, &[]),
    ("Platforms", Shape::MultipleSelectionList, &["Linux", "macOS", "Windows"]),
    ("Billable", Shape::CheckBox, &[]),
];

const MORE: &[Custom] = &[
    ("Due Date", Shape::Date, &[]),
    ("Related Release", Shape::Entity, &[]),
    ("External Doc", Shape::Url, &[]),
    ("Acceptance", Shape::RichText, &[]),
    ("Cost", Shape::Money, &[]),
];

/// Custom fields of every kind of value, the same for each type of item.
pub(super) fn custom(catalog: &mut Catalog, process: Row<Process>) {
    let mut id = 1;
    for fields in [FIRST, MORE] {
        for kind in ITEMS.iter().copied() {
            for (name, shape, options) in fields.iter().copied() {
                let options = options.iter().map(|option| (*option).into()).collect();
                catalog.custom.add(CustomField { id, name: name.into(), shape, options, process, kind });
                id += 1;
            }
        }
    }
}
