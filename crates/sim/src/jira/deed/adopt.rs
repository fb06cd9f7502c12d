//! Putting other workflows in force: issues whose status is not in their new workflow move to another one.

use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::jira::catalog::{Kind, Project, Status};
use crate::jira::field::Field;
use crate::jira::hook::{self, News};
use crate::jira::issue::{Deed, Issue, Via};
use crate::jira::scheme::{Plan, WorkflowScheme};
use crate::jira::site::{By, Site};

/// From which status to which issues go: those of a type, or all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Move {
    pub(crate) kind: Option<Row<Kind>>,
    pub(crate) from: Row<Status>,
    pub(crate) to: Row<Status>,
}

/// Where an issue goes, if anywhere: one that is named for its type counts before one for all.
fn target(issue: &Issue, moves: &[Move]) -> Option<Row<Status>> {
    let fits = |one: &&Move| one.from == issue.status;
    let own = moves.iter().filter(fits).find(|one| one.kind == Some(issue.kind));
    let any = || moves.iter().filter(fits).find(|one| one.kind.is_none());
    own.or_else(any).map(|one| one.to)
}

/// The types and statuses of issues that would be left in a status their new workflow does not have.
pub(crate) fn unmapped(
    site: &Site,
    projects: &[Row<Project>],
    plan: &Plan,
    moves: &[Move],
) -> Vec<(Row<Kind>, Row<Status>)> {
    let mut left = Vec::new();
    for issue in site.issues.iter().filter(|issue| projects.contains(&issue.project)) {
        let there = site.catalog.workflows.get(plan.workflow(issue.kind)).statuses();
        let lands = target(issue, moves).unwrap_or(issue.status);
        if !there.contains(&lands) && !left.contains(&(issue.kind, issue.status)) {
            left.push((issue.kind, issue.status));
        }
    }
    left
}

/// Moves the issues of projects whose status their workflow lacks.
pub(crate) fn migrate(site: &mut Site, who: Person, projects: &[Row<Project>], moves: &[Move]) {
    let catalog = &site.catalog;
    let lands = |issue: &Issue| {
        let there = catalog.workflow_of(issue.project, issue.kind).statuses();
        let to = target(issue, moves).filter(|to| there.contains(to));
        (!there.contains(&issue.status)).then_some(to).flatten()
    };
    let inside = site.issues.iter().filter(|issue| projects.contains(&issue.project));
    let all: Vec<(u32, Row<Status>)> = inside.filter_map(|issue| Some((issue.id, lands(issue)?))).collect();
    for (id, to) in all {
        let write = (Deed::Update, 0, Box::default());
        let done = site.change(id, By { who, via: Via::Api }, write, false, |issue, desk| {
            let side = |row: Row<Status>| {
                let status = desk.catalog.statuses.get(row);
                (Some(status.id.clone()), Some(status.name.clone()))
            };
            let (from, side_to) = (side(issue.status), side(to));
            issue.status = to;
            vec![desk.item(Field::Status, from, side_to)]
        });
        if let Some(done) = done {
            hook::announce(site, id, who, &News::IssueUpdated { event: "issue_updated", done });
        }
    }
}

/// Gives a scheme another plan in all projects that use it.
pub(crate) fn adopt(site: &mut Site, who: Person, row: Row<WorkflowScheme>, plan: Plan, moves: &[Move]) {
    let projects = site.catalog.projects.iter();
    let projects: Vec<Row<Project>> =
        projects.filter(|(_, project)| project.workflows == row).map(|(row, _)| row).collect();
    let scheme = site.catalog.workflow_schemes.get_mut(row);
    scheme.plan = plan;
    scheme.draft = None;
    scheme.version += 1;
    migrate(site, who, &projects, moves);
}
