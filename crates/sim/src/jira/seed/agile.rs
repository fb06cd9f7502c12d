//! A scrum board with three sprints for the first project and a kanban board for the second.
//!
//! Nothing is drawn here, so that the issues are those that the seed always gave.

use super::{ADA, BOB};
use crate::jira::agile::{Board, Notes, Sprint, Stage};
use crate::jira::catalog::Shape;
use crate::jira::issue::Held;
use crate::jira::site::Site;

const DAY: i64 = 86_400_000;
/// How many issues are looked at; a simulator with a million of them need not have them all in sprints.
const PLANNED: usize = 400;

/// Adds boards and sprints and puts some of the issues that are there into these.
pub(crate) fn add(site: &mut Site) {
    let projects: Vec<_> =
        site.catalog.projects.iter().map(|(row, project)| (row, project.key.clone())).collect();
    for ((row, key), (scrum, owner)) in projects.into_iter().zip([(true, ADA), (false, BOB)]) {
        let (id, filter) = (site.agile.next_board(), 10_000 + u32::try_from(row.place()).unwrap_or_default());
        site.agile.filters.insert(filter, format!("project = {key} ORDER BY Rank ASC").into());
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
