//! What a fresh simulator holds: people, two projects, a process with states, priorities, custom fields, two teams.
//!
//! The items are drawn in [`items`], the fields and states of types are in [`flow`].

mod flow;
pub(crate) mod items;

use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::targetprocess::account::{Account, Sort};
use crate::targetprocess::catalog::{
    Base, Catalog, EntityType, Process, Project, RelationType, Role, Span, Team,
};
use crate::targetprocess::schema::Kind;

const ADMIN: Person = Person(0);
const ADA: Person = Person(1);
const BOB: Person = Person(2);

/// A day in milliseconds.
const DAY: i64 = 86_400_000;

/// Ids and types; those of UserStory, Task and Feature are documented, the others are this simulator's own.
const ENTITY_TYPES: &[(u32, Kind)] = &[
    (1, Kind::Project),
    (2, Kind::Release),
    (3, Kind::Iteration),
    (4, Kind::UserStory),
    (5, Kind::Task),
    (6, Kind::User),
    (8, Kind::Bug),
    (9, Kind::Feature),
    (12, Kind::TestCase),
    (13, Kind::TestPlan),
    (16, Kind::Requester),
    (17, Kind::Request),
    (21, Kind::Comment),
    (26, Kind::Team),
    (27, Kind::Epic),
    (28, Kind::TeamIteration),
    (29, Kind::Milestone),
    (30, Kind::PortfolioEpic),
];

/// The settings; releases and iterations lie around `now`.
pub(crate) fn catalog(now: i64) -> Catalog {
    let mut catalog = Catalog::default();
    people(&mut catalog, now - 300 * DAY);
    for (id, kind) in ENTITY_TYPES.iter().copied() {
        catalog.entity_types.add(EntityType { id, kind });
    }
    for (id, name) in [(1, "Dependency"), (2, "Blocker"), (3, "Relation"), (4, "Link"), (5, "Duplicate")] {
        catalog.relation_types.add(RelationType { id, name: name.into() });
    }
    flow::priorities(&mut catalog);
    let process = catalog.processes.add(Process { id: 2, name: "Scrum".into() });
    flow::states(&mut catalog, process);
    flow::custom(&mut catalog, process);
    let projects =
        [(100, "Web Shop", "WS", ADA), (101, "Back Office", "BO", BOB)].map(|(id, name, short, owner)| {
            let base = Base::new(id, name, owner, now - 300 * DAY);
            let project = Project { base, short: short.into(), process, active: true, color: None };
            let project = catalog.projects.add(project);
            spans(&mut catalog, project, id, now);
            project
        });
    teams(&mut catalog, projects, now);
    let mut milestone = Base::new(400, "Beta", ADMIN, now - 100 * DAY);
    (milestone.start, milestone.end) = (Some(now + 45 * DAY), Some(now + 45 * DAY));
    catalog.milestones.add(Span { base: milestone, project: None, release: None, team: None, velocity: 0.0 });
    catalog
}

/// An administrator, two users, a requester, and the account integrations run as.
fn people(catalog: &mut Catalog, created: i64) {
    let [developer, tester] = [(1, "Developer", true), (8, "QA Engineer", true)]
        .map(|(id, name, has_effort)| catalog.roles.add(Role { id, name: name.into(), has_effort }));
    catalog.roles.add(Role { id: 9, name: "Support Person".into(), has_effort: false });
    for (id, login, name, sort, role) in [
        (1, "admin", ("Alex", "Admin"), Sort::User, Some(developer)),
        (2, "ada", ("Ada", "Byron"), Sort::User, Some(developer)),
        (3, "bob", ("Bob", "Kahn"), Sort::User, Some(tester)),
        (4, "rita", ("Rita", "Quest"), Sort::Requester, None),
        (5, "System", ("System", ""), Sort::System, None),
    ] {
        catalog.people.push(Account {
            id,
            sort,
            login: login.into(),
            // Nobody signs in as the system with a password.
            password: if sort == Sort::System { "" } else { login }.into(),
            first: name.0.into(),
            last: name.1.into(),
            email: format!("{}@example.com", login.to_lowercase()).into(),
            admin: id == 1 || sort == Sort::System,
            active: true,
            role,
            hours: 40.0,
            created,
            modified: created,
            version: 1,
            deleted: None,
            revoked: sort != Sort::User,
        });
    }
}

/// A release of three months and two iterations of two weeks.
fn spans(catalog: &mut Catalog, project: Row<Project>, id: u32, now: i64) {
    let (first, start) = (200 + (id - 100) * 10, now - 30 * DAY);
    let span = |id, name: &str, release, start: i64, days: i64| {
        let mut base = Base::new(id, name, ADMIN, now - 60 * DAY);
        (base.start, base.end) = (Some(start), Some(start + days * DAY));
        Span { base, project: Some(project), release, team: None, velocity: 0.0 }
    };
    let release = catalog.releases.add(span(first, "Release 1", None, start, 90));
    for (number, name) in (1..).zip(["Sprint 1", "Sprint 2"]) {
        let start = start + i64::from(number - 1) * 14 * DAY;
        catalog.iterations.add(span(first + number, name, Some(release), start, 14));
    }
}

/// Two teams, each with an iteration that is over, one that runs and one to come.
fn teams(catalog: &mut Catalog, projects: [Row<Project>; 2], now: i64) {
    for (number, (name, owner)) in (0_u32..).zip([("Falcons", ADA), ("Owls", BOB)]) {
        let id = 300 + number * 10;
        let projects = projects.into_iter().skip(number as usize).collect();
        let base = Base::new(id, name, owner, now - 200 * DAY);
        let emoji = Some(if number == 0 { "eagle" } else { "owl" }.into());
        let team = catalog.teams.add(Team { base, emoji, active: true, projects });
        for (place, begins) in (1..).zip([-21, -7, 7]) {
            let mut base = Base::new(id + place, &format!("Team Sprint {place}"), owner, now - 60 * DAY);
            let start = now + begins * DAY;
            (base.start, base.end) = (Some(start), Some(start + 14 * DAY));
            let span = Span { base, project: None, release: None, team: Some(team), velocity: 20.0 };
            catalog.team_iterations.add(span);
        }
    }
}
