//! The groups and roles of a fresh simulator.

use crate::frame::call::Person;
use crate::jira::catalog::Catalog;
use crate::jira::circle::{ADMINISTRATORS, Actor, Group, Role};

/// The groups that everybody is in.
const OPEN: [&str; 2] = ["jira-software-users", "jira-users"];

/// Adds them; the people must be there.
pub(super) fn add(catalog: &mut Catalog) {
    let people: Vec<(Person, bool)> =
        catalog.people().map(|(person, account)| (person, account.admin)).collect();
    for (number, name) in [(1, ADMINISTRATORS), (2, OPEN[0]), (3, OPEN[1])] {
        let mut members: Vec<Person> = people.iter().map(|(person, _)| *person).collect();
        if name == ADMINISTRATORS {
            members = people.iter().filter(|(_, admin)| *admin).map(|(person, _)| *person).collect();
        }
        let id = format!("276f955c-63d7-42c8-9520-{number:012}").into();
        catalog.groups.add(Group { id, name: name.into(), members });
    }
    for (id, name, description, group) in [
        (10_000, "Users", "Everybody who uses the project.", OPEN[1]),
        (10_001, "Developers", "Those who work on the project.", OPEN[0]),
        (10_002, "Administrators", "Those who administer the project.", ADMINISTRATORS),
    ] {
        let defaults = catalog.group(group).map(Actor::Group).into_iter().collect();
        catalog.roles.add(Role { id, name: name.into(), description: description.into(), defaults });
    }
}
