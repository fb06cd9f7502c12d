//! Making, changing and removing components.

use serde_json::Value;

use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::jira::catalog::{Component, Project};
use crate::jira::edit::Set;
use crate::jira::hook::{self, News};
use crate::jira::input::{person, text};
use crate::jira::issue::{Deed, Via};
use crate::jira::refusal::Refusal;
use crate::jira::site::{By, Site};

/// Who can get a component's new issues.
const ASSIGNEES: &[&str] = &["PROJECT_DEFAULT", "COMPONENT_LEAD", "PROJECT_LEAD", "UNASSIGNED"];

/// Makes the component a body describes.
pub(crate) fn create(
    site: &mut Site,
    project: Row<Project>,
    body: &Value,
) -> Result<Row<Component>, Refusal> {
    let id = 10_200 + site.catalog.components.ever();
    let (name, description, assignee) = ("".into(), "".into(), "PROJECT_DEFAULT".into());
    let mut component = Component { id, project, name, description, lead: None, assignee };
    if text(body, "name").is_none() {
        return Err(Refusal::field(
            "name",
            "The component name specified is invalid - cannot be an empty string.",
        ));
    }
    change(site, None, &mut component, body)?;
    Ok(site.catalog.components.add(component))
}

/// Changes what a body names.
pub(crate) fn update(site: &mut Site, row: Row<Component>, body: &Value) -> Result<(), Refusal> {
    let mut component = site.catalog.components.get(row).clone();
    change(site, Some(row), &mut component, body)?;
    *site.catalog.components.get_mut(row) = component;
    Ok(())
}

fn change(
    site: &Site,
    own: Option<Row<Component>>,
    component: &mut Component,
    body: &Value,
) -> Result<(), Refusal> {
    if let Some(name) = text(body, "name") {
        let same = |other: &Component| {
            other.project == component.project && other.name.eq_ignore_ascii_case(name.trim())
        };
        if name.trim().is_empty() {
            return Err(Refusal::field(
                "name",
                "The component name specified is invalid - cannot be an empty string.",
            ));
        }
        if site.catalog.components.find(same).is_some_and(|row| Some(row) != own) {
            let said = format!("A component with the name {} already exists in this project.", name.trim());
            return Err(Refusal::field("name", said));
        }
        component.name = name.trim().into();
    }
    if let Some(description) = text(body, "description") {
        component.description = description.into();
    }
    if let Some(named) = text(body, if site.is_cloud() { "leadAccountId" } else { "leadUserName" }) {
        let found = person(site, named);
        if found.is_none() && !named.is_empty() {
            return Err(Refusal::field("leadUserName", format!("The user {named} does not exist.")));
        }
        component.lead = found;
    }
    if let Some(assignee) = text(body, "assigneeType") {
        if !ASSIGNEES.contains(&assignee) {
            return Err(Refusal::field(
                "assigneeType",
                format!("The assignee type '{assignee}' is not valid."),
            ));
        }
        component.assignee = assignee.into();
    }
    Ok(())
}

/// Removes a component; another one, or none, takes its place in its issues.
pub(crate) fn remove(site: &mut Site, who: Person, old: Row<Component>, new: Option<Row<Component>>) {
    let holding = site.issues.iter().filter(|issue| issue.components.contains(&old));
    let issues: Vec<u32> = holding.map(|issue| issue.id).collect();
    for id in issues {
        let hand = By { who, via: Via::Api };
        let done = site.change(id, hand, (Deed::Update, 0, Box::default()), false, |issue, desk| {
            let mut rows: Vec<_> = issue.components.iter().copied().filter(|row| *row != old).collect();
            rows.extend(new.filter(|new| !rows.contains(new)));
            desk.apply(issue, Set::Components(rows))
        });
        if let Some(done) = done.filter(|done| done.change != 0) {
            hook::announce(site, id, who, &News::IssueUpdated { event: "issue_updated", done });
        }
    }
    site.catalog.components.strike(old);
}
