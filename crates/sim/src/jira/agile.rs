//! Jira Software's own things: boards, sprints and the order of issues.
//!
//! What an issue knows of them (its sprints, its epic, its rank) is held in its custom fields; [`Agile::field`] and
//! [`super::catalog::Catalog::field_of`] say which.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::jira::catalog::{Catalog, Project};
use crate::jira::custom::Held;
use crate::jira::custom::{Custom, Shape};
use crate::jira::issue::Issue;
use crate::jira::rank;
use crate::jira::site::Site;

/// Entity properties of boards and sprints.
pub(crate) type Notes = BTreeMap<String, Value>;

/// A board.
#[derive(Clone, Debug)]
pub(crate) struct Board {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
    /// Whether it has sprints (`scrum`), else it is a `kanban` board.
    pub(crate) scrum: bool,
    /// The saved filter's id.
    pub(crate) filter: u32,
    pub(crate) owner: Person,
    /// The project it is shown in (Cloud); its owner's own board when `None`.
    pub(crate) location: Option<Row<Project>>,
    pub(crate) refined_velocity: bool,
    pub(crate) notes: Notes,
}

/// Where a sprint is in its life; it only goes forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    Future,
    Active,
    Closed,
}

impl Stage {
    /// The API's word.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Future => "future",
            Self::Active => "active",
            Self::Closed => "closed",
        }
    }

    /// The stage with this name, in any case of letters.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Self::Future, Self::Active, Self::Closed]
            .into_iter()
            .find(|stage| name.eq_ignore_ascii_case(stage.name()))
    }
}

/// A sprint.
#[derive(Clone, Debug)]
pub(crate) struct Sprint {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
    pub(crate) stage: Stage,
    pub(crate) goal: Box<str>,
    /// The board it was made on.
    pub(crate) board: u32,
    pub(crate) created: i64,
    pub(crate) start: Option<i64>,
    pub(crate) end: Option<i64>,
    pub(crate) activated: Option<i64>,
    pub(crate) completed: Option<i64>,
    /// Its place among the sprints; two sprints swap theirs.
    pub(crate) order: u32,
    pub(crate) notes: Notes,
}

/// Boards and sprints.
#[derive(Clone, Debug, Default)]
pub(crate) struct Agile {
    pub(crate) boards: BTreeMap<u32, Board>,
    pub(crate) sprints: BTreeMap<u32, Sprint>,
    boards_made: u32,
    sprints_made: u32,
}

impl Agile {
    /// The id of the next board.
    pub(crate) fn next_board(&mut self) -> u32 {
        self.boards_made += 1;
        self.boards_made
    }

    /// The id of the next sprint.
    pub(crate) fn next_sprint(&mut self) -> u32 {
        self.sprints_made += 1;
        self.sprints_made
    }

    /// The sprints of a board, or all, in their order: closed ones, then active, then future ones.
    pub(crate) fn sprints_of(&self, board: Option<u32>) -> Vec<&Sprint> {
        let mut found: Vec<&Sprint> =
            self.sprints.values().filter(|sprint| board.is_none_or(|board| sprint.board == board)).collect();
        found.sort_by_key(|sprint| (std::cmp::Reverse(sprint.stage), sprint.order));
        found
    }

    /// Whether a sprint is over; one that was deleted is not.
    pub(crate) fn is_closed(&self, sprint: u32) -> bool {
        self.sprints.get(&sprint).is_some_and(|sprint| sprint.stage == Stage::Closed)
    }
}

/// The custom field with which boards estimate.
pub(crate) const POINTS: &str = "Story Points";

/// The field that holds story points.
pub(crate) fn points(catalog: &Catalog) -> Option<Row<Custom>> {
    catalog.custom.find(|custom| &*custom.name == POINTS && custom.shape == Shape::Number)
}

impl Issue {
    /// The sprints it is or was in, by the order in which it came to them.
    pub(crate) fn sprints(&self, catalog: &Catalog) -> &[u32] {
        match catalog.field_of(Shape::Sprint).and_then(|row| self.held(row)) {
            Some(Held::Sprints(ids)) => ids,
            _ => &[],
        }
    }

    /// The epic it belongs to.
    pub(crate) fn epic(&self, catalog: &Catalog) -> Option<u32> {
        match catalog.field_of(Shape::EpicLink).and_then(|row| self.held(row)) {
            Some(Held::Epic(id, _)) => Some(*id),
            _ => None,
        }
    }

    /// Where it stands among all issues, as a text to be compared.
    pub(crate) fn rank(&self, catalog: &Catalog) -> Box<str> {
        match catalog.field_of(Shape::Rank).and_then(|row| self.held(row)) {
            Some(Held::Rank(rank)) => rank.clone(),
            _ => rank::usual(self.id),
        }
    }
}

impl Site {
    /// Whether an issue is an epic.
    pub(crate) fn is_epic(&self, issue: &Issue) -> bool {
        self.catalog.kinds.get(issue.kind).level == 1
    }

    /// The sprint an issue is in and that is not over.
    pub(crate) fn open_sprint(&self, issue: &Issue) -> Option<&Sprint> {
        let found = issue.sprints(&self.catalog).iter().rev().filter_map(|id| self.agile.sprints.get(id));
        found.into_iter().find(|sprint| sprint.stage != Stage::Closed)
    }
}
