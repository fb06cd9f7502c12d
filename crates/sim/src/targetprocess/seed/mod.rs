//! What a fresh simulator holds: people, two projects, a process with states, priorities, custom fields.
//!
//! The items are drawn in [`items`].

pub(crate) mod items;

use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::targetprocess::catalog::{
    Account, Catalog, CustomField, EntityType, Priority, Process, Project, RelationType, Role, Shape, Span,
    State,
};
use crate::targetprocess::schema::{ITEMS, Kind};

const ADMIN: Person = Person(0);
const ADA: Person = Person(1);
const BOB: Person = Person(2);

/// A day in milliseconds.
const DAY: i64 = 86_400_000;

/// The settings; releases and iterations lie around `now`.
pub(crate) fn catalog(now: i64) -> Catalog {
    let mut catalog = Catalog::default();
    let [developer, tester] = [(1, "Developer"), (8, "QA Engineer")]
        .map(|(id, name)| catalog.roles.add(Role { id, name: name.into() }));
    for (id, login, first, last, admin, role) in [
        (1, "admin", "Alex", "Admin", true, developer),
        (2, "ada", "Ada", "Byron", false, developer),
        (3, "bob", "Bob", "Kahn", false, tester),
    ] {
        let email = format!("{login}@example.com").into();
        catalog.people.push(Account {
            id,
            login: login.into(),
            first: first.into(),
            last: last.into(),
            email,
            admin,
            role,
        });
    }
    // UserStory, Task and Feature are documented; the others are this simulator's own.
    for (id, kind) in [
        (1, Kind::Project),
        (2, Kind::Release),
        (3, Kind::Iteration),
        (4, Kind::UserStory),
        (5, Kind::Task),
        (6, Kind::User),
        (8, Kind::Bug),
        (9, Kind::Feature),
        (17, Kind::Request),
        (21, Kind::Comment),
        (27, Kind::Epic),
    ] {
        catalog.entity_types.add(EntityType { id, kind });
    }
    for (id, name) in [(1, "Dependency"), (2, "Blocker"), (3, "Relation"), (4, "Link"), (5, "Duplicate")] {
        catalog.relation_types.add(RelationType { id, name: name.into() });
    }
    priorities(&mut catalog);
    let process = catalog.processes.add(Process { id: 2, name: "Scrum".into() });
    states(&mut catalog, process);
    custom(&mut catalog, process);
    for (id, name, short, owner) in [(100, "Web Shop", "WS", ADA), (101, "Back Office", "BO", BOB)] {
        let (name, short, created) = (name.into(), short.into(), now - 300 * DAY);
        let project = catalog.projects.add(Project { id, name, short, process, owner, created });
        spans(&mut catalog, project, id, now);
    }
    catalog
}

/// Priorities exist per entity type, severities for bugs only.
fn priorities(catalog: &mut Catalog) {
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
fn states(catalog: &mut Catalog, process: Row<Process>) {
    for (number, kind) in (0..).zip(ITEMS.iter().copied()) {
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

fn custom(catalog: &mut Catalog, process: Row<Process>) {
    let mut id = 1;
    for kind in ITEMS.iter().copied() {
        for (name, shape, options) in [
            ("Risk", Shape::DropDown, &["Low", "Medium", "High"] as &[&str]),
            ("Release Notes", Shape::Text, &[]),
            ("Points", Shape::Number, &[]),
            ("Platforms", Shape::MultipleSelectionList, &["Linux", "macOS", "Windows"]),
            ("Billable", Shape::CheckBox, &[]),
        ] {
            let options = options.iter().map(|option| (*option).into()).collect();
            catalog.custom.add(CustomField { id, name: name.into(), shape, options, process, kind });
            id += 1;
        }
    }
}

/// A release of three months and two iterations of two weeks.
fn spans(catalog: &mut Catalog, project: Row<Project>, id: u32, now: i64) {
    let (base, start) = (200 + (id - 100) * 10, now - 30 * DAY);
    let release =
        Span { id: base, name: "Release 1".into(), project, release: None, start, end: start + 90 * DAY };
    let release = catalog.releases.add(release);
    for (number, name) in (1..).zip(["Sprint 1", "Sprint 2"]) {
        let start = start + i64::from(number - 1) * 14 * DAY;
        let (name, end) = (name.into(), start + 14 * DAY);
        catalog.iterations.add(Span { id: base + number, name, project, release: Some(release), start, end });
    }
}
