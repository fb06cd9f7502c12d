//! Priority schemes: which priorities the issues of a project can have. Data Center and Cloud have their own APIs.

mod hosted;
mod list;
mod server;

use serde_json::Value;

use super::project::find;
use super::rows::{self, administer};
use super::{bean, body, page, signed_in, sized, slice};
use crate::frame::table::Row;
use crate::frame::world::Route;
use crate::jira::catalog::{Priority, Project};
use crate::jira::input::id;
use crate::jira::refusal::Refusal;
use crate::jira::scheme::PriorityScheme;
use crate::jira::site::Site;

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    [list::cloud(), hosted::cloud()].concat()
}

/// What only Data Center and Server have.
pub(crate) fn data_center() -> Vec<Route<Site>> {
    server::data_center()
}

/// The scheme with this id.
fn row(site: &Site, id: &str) -> Result<Row<PriorityScheme>, Refusal> {
    let found = site.catalog.priority_schemes.find(|scheme| scheme.id.to_string() == id);
    found.ok_or_else(|| Refusal::missing(format!("The priority scheme with id {id} does not exist.")))
}

/// The scheme every project without one of its own has.
fn is_default(site: &Site, row: Row<PriorityScheme>) -> bool {
    site.catalog.priority_schemes.iter().next().is_some_and(|(first, _)| first == row)
}

/// The projects that use a scheme.
fn users(site: &Site, row: Row<PriorityScheme>) -> Vec<Row<Project>> {
    let users = site.catalog.projects.iter().filter(|(_, project)| project.priorities == row);
    users.map(|(row, _)| row).collect()
}

/// The priorities that a list names.
fn priorities(site: &Site, list: &Value) -> Result<Vec<Row<Priority>>, Refusal> {
    let ids = list.as_array().into_iter().flatten().filter_map(id);
    let find = |id: String| {
        let found = site.catalog.priorities.find(|priority| *priority.id == *id);
        found.ok_or_else(|| Refusal::bad(format!("The priority with id {id} does not exist.")))
    };
    let mut rows = Vec::new();
    for row in ids.map(find) {
        let row = row?;
        if !rows.contains(&row) {
            rows.push(row);
        }
    }
    Ok(rows)
}

/// The priorities that issues of projects have and a list of priorities lacks, the most urgent first.
fn lacking(site: &Site, projects: &[Row<Project>], kept: &[Row<Priority>]) -> Vec<Row<Priority>> {
    let facts = site.issues.facts().filter(|fact| projects.contains(&fact.project));
    let mut found: Vec<_> = facts.map(|fact| fact.priority).filter(|row| !kept.contains(row)).collect();
    found.sort_unstable();
    found.dedup();
    found
}
