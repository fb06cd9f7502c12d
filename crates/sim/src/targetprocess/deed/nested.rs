//! What a body makes along with an item: comments, tasks, assignments and the rest, read before anything is made.

use serde_json::Value;

use super::item::{self, Draft};
use super::{Hand, Members, assignment, comment, effort, relation, team, time, unknown};
use crate::frame::table::Row;
use crate::targetprocess::catalog::Project;
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::Kind;
use crate::targetprocess::site::Site;

/// Collections that are made along with an item.
pub(super) const NESTED: &[&str] = &[
    "Comments",
    "Assignments",
    "AssignedTeams",
    "TeamAssignments",
    "RoleEfforts",
    "Times",
    "MasterRelations",
    "SlaveRelations",
    "InboundRelations",
    "OutboundRelations",
    "Epics",
    "Features",
    "UserStories",
    "Tasks",
    "Bugs",
    "TestCases",
    "TestPlans",
];

/// Collections of items below an item.
const CHILDREN: &[(Kind, &str, Kind)] = &[
    (Kind::PortfolioEpic, "Epics", Kind::Epic),
    (Kind::Epic, "Features", Kind::Feature),
    (Kind::Feature, "UserStories", Kind::UserStory),
    (Kind::Feature, "Bugs", Kind::Bug),
    (Kind::UserStory, "Tasks", Kind::Task),
    (Kind::UserStory, "Bugs", Kind::Bug),
    (Kind::TestPlan, "TestCases", Kind::TestCase),
    (Kind::TestCase, "TestPlans", Kind::TestPlan),
];

/// An item in a nested collection.
#[derive(Debug)]
pub(super) enum Child {
    New(Box<Draft>),
    /// One that is there already.
    Known(Kind, u32),
}

/// Everything nested in a body.
#[derive(Debug, Default)]
pub(crate) struct Nested {
    pub(super) comments: Vec<comment::Given>,
    assignments: Vec<assignment::New>,
    teams: Vec<team::New>,
    efforts: Vec<effort::New>,
    times: Vec<time::New>,
    /// Whether the item is the master, the other end, the type.
    relations: Vec<(bool, relation::Half)>,
    children: Vec<Child>,
}

impl Nested {
    /// Reads what is nested in the body of an item of a kind and a project.
    pub(super) fn read(
        site: &Site,
        hand: &Hand<'_>,
        (kind, project): (Kind, Row<Project>),
        members: &Members<'_>,
    ) -> Result<Self, Refusal> {
        let mut nested = Self::default();
        for body in members.nested("Comments")? {
            nested.comments.push(comment::Given::read(site, hand, body)?);
        }
        if kind == Kind::TestCase {
            nested.children(site, hand, (kind, project), members)?;
            return Ok(nested);
        }
        for body in members.nested("Assignments")? {
            nested.assignments.push(assignment::New::read(site, hand, body)?);
        }
        for name in ["AssignedTeams", "TeamAssignments"] {
            for body in members.nested(name)? {
                nested.teams.push(team::New::read(site, hand, kind, body)?);
            }
        }
        for body in members.nested("RoleEfforts")? {
            nested.efforts.push(effort::New::read(site, hand, body)?);
        }
        for body in members.nested("Times")? {
            nested.times.push(time::New::read(site, hand, body, Some(project))?);
        }
        for (name, is_master) in [
            ("MasterRelations", false),
            ("InboundRelations", false),
            ("SlaveRelations", true),
            ("OutboundRelations", true),
        ] {
            for body in members.nested(name)? {
                nested.relations.push((is_master, relation::Half::read(site, hand, !is_master, body)?));
            }
        }
        nested.children(site, hand, (kind, project), members)?;
        Ok(nested)
    }

    fn children(
        &mut self,
        site: &Site,
        hand: &Hand<'_>,
        (kind, project): (Kind, Row<Project>),
        members: &Members<'_>,
    ) -> Result<(), Refusal> {
        for (_, name, child) in CHILDREN.iter().filter(|(parent, ..)| *parent == kind) {
            for body in members.nested(name)? {
                let id = Members::of(body)?.get("Id").and_then(super::number_of);
                self.children.push(match id.and_then(|id| u32::try_from(id).ok()) {
                    Some(id) => {
                        let known = site.items.get(id).filter(|item| item.kind == *child);
                        known.ok_or_else(|| unknown(child.name(), id))?;
                        Child::Known(*child, id)
                    }
                    None => {
                        Child::New(Box::new(Draft::read(site, hand, *child, (Some(project), true), body)?))
                    }
                });
            }
        }
        Ok(())
    }

    /// Makes it all, below or on an item that exists.
    pub(super) fn make(self, site: &mut Site, hand: &Hand<'_>, id: u32) {
        for given in self.comments {
            comment::add(site, hand, id, given);
        }
        for child in self.children {
            match child {
                Child::New(draft) => {
                    item::make(site, hand, *draft, Some(id));
                }
                Child::Known(kind, child) => item::adopt(site, hand, id, (kind, child)),
            }
        }
        for new in self.assignments {
            assignment::add(site, hand, id, &new);
        }
        for new in self.teams {
            team::add(site, hand, id, new);
        }
        for new in self.efforts {
            effort::add(site, hand, id, &new);
        }
        for new in self.times {
            time::add(site, hand, Some(id), new);
        }
        for (is_master, half) in self.relations {
            relation::add(site, hand, id, is_master, &half);
        }
    }
}

/// Whether a body has anything nested at all.
pub(super) fn is_nested(body: &Value) -> bool {
    body.as_object().is_some_and(|object| {
        object.keys().any(|name| NESTED.iter().any(|nested| nested.eq_ignore_ascii_case(name)))
    })
}
