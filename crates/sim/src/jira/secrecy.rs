//! Issue security: levels that restrict who sees an issue, whatever the permissions of its project say.
//!
//! Administrators are no exception ("Configuring issue-level security").

use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::jira::catalog::{Catalog, Kind, Project};
use crate::jira::custom::Held;
use crate::jira::fact::Fact;
use crate::jira::field::Field;
use crate::jira::issue::Issue;
use crate::jira::scheme::{Holder, Level, SecurityScheme};
use crate::jira::site::{Right, Site};

/// The permission to choose a level.
const PERMISSION: &str = "SET_ISSUE_SECURITY";

impl Catalog {
    /// The level with this id, in whichever scheme.
    pub(crate) fn level(&self, id: u32) -> Option<&Level> {
        self.security_schemes.iter().flat_map(|(_, scheme)| &scheme.levels).find(|level| level.id == id)
    }

    /// The levels that issues of a project can have.
    pub(crate) fn levels_of(&self, project: Row<Project>) -> &[Level] {
        self.security_of(project).map(|scheme| scheme.levels.as_slice()).unwrap_or_default()
    }

    fn security_of(&self, project: Row<Project>) -> Option<&SecurityScheme> {
        let row = self.projects.get(project).security.filter(|row| self.security_schemes.holds(*row))?;
        Some(self.security_schemes.get(row))
    }

    /// The level that new issues of a project get.
    pub(crate) fn usual_level(&self, project: Row<Project>) -> Option<u32> {
        self.security_of(project)?.default
    }
}

impl Site {
    /// Whether somebody may see an issue: by the permissions of its project and by its security level.
    pub(crate) fn sees(&self, caller: Option<Person>, issue: &Issue) -> bool {
        self.may(caller, issue.project, Right::Browse) && self.opens(caller, &Fact::of(issue))
    }

    /// Whether an issue's security level lets somebody see it.
    pub(crate) fn opens(&self, caller: Option<Person>, fact: &Fact) -> bool {
        let Some(level) = fact.level.and_then(|id| self.catalog.level(id)) else { return true };
        level.members.iter().any(|member| self.names(&member.holder, caller, fact))
    }

    /// Whether a member of a level is somebody.
    fn names(&self, holder: &Holder, caller: Option<Person>, fact: &Fact) -> bool {
        let Some(person) = caller else { return &*holder.kind == "anyone" };
        match &*holder.kind {
            "reporter" => fact.reporter == person,
            "assignee" => fact.assignee == Some(person),
            "userCustomField" | "groupCustomField" => {
                let field = holder.parameter.as_deref().unwrap_or_default();
                let Some(Field::Custom(row)) = Field::of(field, &self.catalog, self.is_cloud()) else {
                    return false;
                };
                let groups = || self.catalog.groups_of(person);
                match self.issues.get(fact.id).and_then(|issue| issue.held(row)) {
                    Some(Held::Person(held)) => *held == person,
                    Some(Held::People(held)) => held.contains(&person),
                    Some(Held::Group(held)) => groups().contains(held),
                    Some(Held::Groups(held)) => groups().iter().any(|group| held.contains(group)),
                    _ => false,
                }
            }
            _ => self.covers(holder, person, fact.project),
        }
    }

    /// The levels somebody may give to issues of a project: those they are a member of, if they may give any.
    pub(crate) fn levels_for(&self, caller: Option<Person>, project: Row<Project>) -> Vec<&Level> {
        let Some(person) = caller.filter(|person| self.granted(*person, project, PERMISSION)) else {
            return Vec::new();
        };
        let open =
            |level: &&Level| level.members.iter().any(|member| self.covers(&member.holder, person, project));
        self.catalog.levels_of(project).iter().filter(open).collect()
    }

    /// Whether somebody finds the field on screens: not where no level can be chosen, and not on sub-tasks, which
    /// have their parent's.
    pub(crate) fn offers_level(
        &self,
        caller: Option<Person>,
        project: Option<Row<Project>>,
        kind: Option<Row<Kind>>,
    ) -> bool {
        let below = kind.is_some_and(|kind| self.catalog.kinds.get(kind).is_subtask());
        !below && project.is_some_and(|project| !self.levels_for(caller, project).is_empty())
    }
}
