//! A scrum board with three sprints for the first project and a kanban board for the second.
//!
//! Nothing is drawn here, so that the issues are those that the seed always gave.

use std::collections::BTreeSet;

use super::{ADA, BOB};
use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::jira::agile::{Board, Notes, Sprint, Stage};
use crate::jira::catalog::Project;
use crate::jira::custom::{Held, Shape};
use crate::jira::filter::{Circle, Filter, Share};
use crate::jira::site::Site;

const DAY: i64 = 86_400_000;
/// How many issues are looked at; a simulator with a million of them need not have them all in sprints.
const PLANNED: usize = 400;

/// Adds boards and sprints and puts some of the issues that are there into these.
pub(crate) fn add(site: &mut Site) {
    let projects: Vec<_> =
        site.catalog.projects.iter().map(|(row, project)| (row, project.key.clone())).collect();
    for ((row, key), (scrum, owner)) in projects.into_iter().zip([(true, ADA), (false, BOB)]) {
        let (id, filter) = (site.agile.next_board(), saved(site, row, &key, owner));
        let board = Board {
            id,
            name: format!("{key} board").into(),
            scrum,
            filter,
            owner,
            location: Some(row),
            refined_velocity: false,
            notes: Notes::new(),
        };
        site.agile.boards.insert(id, board);
        if scrum {
            sprints(site, id, &key);
        }
    }
    let Some((row, _)) = site.catalog.projects.iter().next() else { return };
    let of: Vec<u32> =
        site.issues.iter().filter(|issue| issue.project == row).map(|issue| issue.id).collect();
    plan(site, &of);
}

/// The saved filter of a project's board, shared with the project as Jira does that; the answer is its id.
fn saved(site: &mut Site, project: Row<Project>, key: &str, owner: Person) -> u32 {
    let (id, share) = (site.filters.take_id(), site.filters.take_share());
    site.filters.list.push(Filter {
        id,
        name: format!("Filter for {key} board"),
        description: None,
        owner,
        jql: format!("project = {key} ORDER BY Rank ASC"),
        favourites: BTreeSet::new(),
        shares: vec![Share { id: share, with: Circle::Project(project), edit: false }],
        columns: None,
    });
    id
}

/// One that is over, one that runs since a week, one to come.
fn sprints(site: &mut Site, board: u32, key: &str) {
    let now = site.frame.clock.now();
    for (number, stage, since) in
        [(1, Stage::Closed, Some(21)), (2, Stage::Active, Some(7)), (3, Stage::Future, None)]
    {
        let id = site.agile.next_sprint();
        let start = since.map(|days: i64| now.saturating_sub(days * DAY).max(0));
        let end = start.map(|start| start.saturating_add(14 * DAY));
        let sprint = Sprint {
            id,
            name: format!("{key} Sprint {number}").into(),
            stage,
            goal: "".into(),
            board,
            created: now.saturating_sub(22 * DAY).max(0),
            start,
            end,
            activated: start,
            completed: end.filter(|_| stage == Stage::Closed),
            order: id,
            notes: Notes::new(),
        };
        site.agile.sprints.insert(id, sprint);
    }
}

/// Of every eight issues one is or was in each sprint.
fn plan(site: &mut Site, ids: &[u32]) {
    let Some(row) = site.catalog.field_of(Shape::Sprint) else { return };
    for (number, id) in ids.iter().take(PLANNED).enumerate() {
        let held = match number % 8 {
            1 => vec![1],
            3 => vec![2],
            5 => vec![1, 2],
            7 => vec![3],
            _ => continue,
        };
        if let Some(issue) = site.issues.get_mut(*id) {
            issue.custom.push((row, Held::Sprints(held)));
        }
    }
}
