//! Groups of people, and roles that people and groups have in projects.

use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::jira::catalog::{Catalog, Project};

/// The group whose members administer Jira.
pub(crate) const ADMINISTRATORS: &str = "jira-administrators";

/// A group.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// Cloud's id.
    pub(crate) id: Box<str>,
    pub(crate) name: Box<str>,
    /// In the order they came.
    pub(crate) members: Vec<Person>,
}

/// Somebody who has a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Actor {
    Person(Person),
    Group(Row<Group>),
}

/// A role, with those who have it in new projects.
#[derive(Clone, Debug)]
pub(crate) struct Role {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
    pub(crate) description: Box<str>,
    pub(crate) defaults: Vec<Actor>,
}

/// Who has a role in a project, with the id the API shows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cast {
    pub(crate) id: u32,
    pub(crate) project: Row<Project>,
    pub(crate) role: Row<Role>,
    pub(crate) actor: Actor,
}

impl Catalog {
    /// The group with this name (exact), or on Cloud this id.
    pub(crate) fn group(&self, name_or_id: &str) -> Option<Row<Group>> {
        self.groups.find(|group| *group.name == *name_or_id || *group.id == *name_or_id)
    }

    /// Puts somebody into a group; whether they were not in it.
    pub(crate) fn join(&mut self, group: Row<Group>, person: Person) -> bool {
        let members = &mut self.groups.get_mut(group).members;
        let new = !members.contains(&person);
        if new {
            members.push(person);
        }
        self.appoint(person);
        new
    }

    /// Takes somebody out of a group; whether they were in it.
    pub(crate) fn leave(&mut self, group: Row<Group>, person: Person) -> bool {
        let members = &mut self.groups.get_mut(group).members;
        let before = members.len();
        members.retain(|member| *member != person);
        let was = members.len() < before;
        self.appoint(person);
        was
    }

    /// Notes in the account whether its person administers Jira.
    pub(crate) fn appoint(&mut self, person: Person) {
        let admin =
            self.group(ADMINISTRATORS).is_some_and(|row| self.groups.get(row).members.contains(&person));
        if let Some(account) = self.people.get_mut(usize::from(person.0)) {
            account.admin = admin;
        }
    }

    /// The groups somebody is in, by name.
    pub(crate) fn groups_of(&self, person: Person) -> Vec<Row<Group>> {
        let mut rows: Vec<_> = self
            .groups
            .iter()
            .filter(|(_, group)| group.members.contains(&person))
            .map(|(row, _)| row)
            .collect();
        rows.sort_by(|a, b| self.groups.get(*a).name.cmp(&self.groups.get(*b).name));
        rows
    }

    /// Whether an actor is somebody, or a group somebody is in.
    pub(crate) fn acts(&self, actor: Actor, person: Person) -> bool {
        match actor {
            Actor::Person(own) => own == person,
            Actor::Group(group) => {
                self.groups.holds(group) && self.groups.get(group).members.contains(&person)
            }
        }
    }

    /// Whether somebody has a role in a project.
    pub(crate) fn has_role(&self, project: Row<Project>, role: Row<Role>, person: Person) -> bool {
        let cast = self.cast.iter().filter(|cast| cast.project == project && cast.role == role);
        cast.clone().any(|cast| self.acts(cast.actor, person))
    }

    /// Gives a role in a project to somebody; whether they did not have it.
    pub(crate) fn give(&mut self, project: Row<Project>, role: Row<Role>, actor: Actor) -> bool {
        if self.cast.iter().any(|cast| cast.project == project && cast.role == role && cast.actor == actor) {
            return false;
        }
        let id = 10_000 + u32::try_from(self.cast.len()).unwrap_or_default();
        let id = self.cast.last().map_or(id, |last| last.id + 1);
        self.cast.push(Cast { id, project, role, actor });
        true
    }

    /// Gives a new project the roles' usual members.
    pub(crate) fn give_defaults(&mut self, project: Row<Project>) {
        let usual: Vec<_> = self
            .roles
            .iter()
            .flat_map(|(row, role)| role.defaults.iter().map(move |actor| (row, *actor)))
            .collect();
        for (role, actor) in usual {
            self.give(project, role, actor);
        }
    }
}
