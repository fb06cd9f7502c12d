//! Workflows and workflow schemes.
//!
//! Both faces have schemes, their parts and their drafts ([`scheme`], [`part`], [`draft`]). Cloud has workflows by its
//! older search and its newer resources ([`list`], [`older`], [`wire`], [`make`], [`read`], [`usage`], [`note`], [`plan`]); Data Center has
//! a plain list, and the private resources of its project pages ([`config`]).

pub(crate) mod config;
mod draft;
mod list;
mod make;
mod note;
mod older;
mod part;
mod plan;
mod read;
mod scheme;
mod usage;
mod wire;

use http::StatusCode;

use super::rows::administer;
use crate::frame::call::{Call, Person};
use crate::frame::table::Row;
use crate::frame::world::Route;
use crate::jira::catalog::Project;
use crate::jira::refusal::Refusal;
use crate::jira::scheme::WorkflowScheme;
use crate::jira::site::Site;
use crate::jira::task::Piece;
use crate::jira::workflow::{DEFAULT, Workflow};

pub(crate) fn table() -> Vec<Route<Site>> {
    [scheme::table(), part::table(), draft::table()].concat()
}

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    [
        list::cloud(),
        make::cloud(),
        note::cloud(),
        plan::cloud(),
        scheme::cloud(),
        draft::cloud(),
        usage::cloud(),
    ]
    .concat()
}

/// What only Data Center and Server have.
pub(crate) fn data_center() -> Vec<Route<Site>> {
    [list::data_center(), scheme::data_center()].concat()
}

/// Who calls, if an administrator does; the newer resources answer 401 to everybody else.
fn editor(site: &Site, call: &Call<'_>) -> Result<Person, Refusal> {
    administer(site, call).map_err(|refusal| Refusal { status: StatusCode::UNAUTHORIZED, ..refusal })
}

/// Refuses while a task changes workflows.
fn busy(site: &Site) -> Result<(), Refusal> {
    let moving = |piece: &Piece| matches!(piece, Piece::Adopt { .. } | Piece::Switch { .. });
    let Some(task) = site.tasks.open().find(|task| task.pieces.iter().any(moving)) else { return Ok(()) };
    let said = "Another task is currently running, please try again later.";
    let errors = vec![("conflictingTaskId".to_owned(), task.id.to_string())];
    Err(Refusal { errors, ..Refusal::new(StatusCode::CONFLICT, said) })
}

/// The workflow with this name.
fn named(site: &Site, name: &str) -> Result<Row<Workflow>, Refusal> {
    let found = site.catalog.workflows.find(|workflow| *workflow.name == *name);
    found.ok_or_else(|| Refusal::missing(format!("The workflow '{name}' was not found.")))
}

/// The workflow with this entity id.
fn by_id(site: &Site, id: &str) -> Result<Row<Workflow>, Refusal> {
    let found = site.catalog.workflows.find(|workflow| *workflow.id == *id);
    found.ok_or_else(|| Refusal::missing(format!("The workflow with ID '{id}' was not found.")))
}

/// The workflow that everything has that is given no other.
fn default(site: &Site) -> Result<Row<Workflow>, Refusal> {
    named(site, DEFAULT)
}

/// The projects that use a scheme.
fn users(site: &Site, row: Row<WorkflowScheme>) -> Vec<Row<Project>> {
    let projects = site.catalog.projects.iter();
    projects.filter(|(_, project)| project.workflows == row).map(|(row, _)| row).collect()
}

/// The schemes that use a workflow, or whose drafts do.
fn schemes_of(site: &Site, row: Row<Workflow>) -> Vec<Row<WorkflowScheme>> {
    let schemes = site.catalog.workflow_schemes.iter();
    let uses = |scheme: &WorkflowScheme| {
        scheme.plan.uses(row) || scheme.draft.as_ref().is_some_and(|draft| draft.plan.uses(row))
    };
    schemes.filter(|(_, scheme)| uses(scheme)).map(|(row, _)| row).collect()
}

/// The projects whose issues follow a workflow.
fn projects_of(site: &Site, row: Row<Workflow>) -> Vec<Row<Project>> {
    let catalog = &site.catalog;
    let uses = |project: &Project| catalog.workflow_schemes.get(project.workflows).plan.uses(row);
    catalog.projects.iter().filter(|(_, project)| uses(project)).map(|(row, _)| row).collect()
}
