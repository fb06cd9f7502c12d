//! Making, changing and removing projects.

use http::StatusCode;
use serde_json::Value;

use super::secrecy;
use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::jira::catalog::{Catalog, Category, Kind, Project, Status};
use crate::jira::input::{number, person, text};
use crate::jira::issue::Via;
use crate::jira::refusal::Refusal;
use crate::jira::seed::{Usual, schemes};
use crate::jira::site::{By, Site};
use crate::jira::workflow::{Transition, Workflow};

/// The types of projects, by key.
pub(crate) const GENRES: &[&str] = &["business", "service_desk", "software"];
/// Jira's usual limit on a project's name (`jira.projectname.maxlength`).
const NAME: usize = 80;
/// And on a key (`jira.projectkey.maxlength`).
const KEY: usize = 10;

/// Makes the project a body describes; only administrators get here.
pub(crate) fn create(site: &mut Site, who: Person, body: &Value) -> Result<Row<Project>, Refusal> {
    let key = text(body, "key").unwrap_or_default();
    let mut errors = Vec::new();
    let name = name(site, None, text(body, "name").unwrap_or_default(), &mut errors);
    check_key(site, None, key, &mut errors);
    let lead = lead(site, body, &mut errors).or(site.is_cloud().then_some(who));
    let genre = genre(site, body, &mut errors);
    let (Some(lead), true) = (lead, errors.is_empty()) else {
        if lead.is_none() && !errors.iter().any(|(field, _)| field == "projectLead") {
            errors.push(("projectLead".to_owned(), "You must specify a valid project lead.".to_owned()));
        }
        return Err(Refusal::fields(errors));
    };
    let catalog = &mut site.catalog;
    let kinds: Vec<_> = catalog.kinds.iter().map(|(row, _)| row).filter(|row| usual(catalog, *row)).collect();
    let template = text(body, "projectTemplateKey").unwrap_or_default();
    let types = schemes::types(catalog, &format!("{key}: {} Issue Type Scheme", style(template)), kinds);
    let flow = workflow(catalog, key, template);
    let flows = schemes::workflows(catalog, &format!("{key}: Software Simplified Workflow Scheme"), flow);
    let id = 10_000 + catalog.projects.ever();
    let made = Usual::of(catalog, types, flows).map(|usual| usual.project((id, key, &name), lead));
    let Some(mut project) = made else {
        return Err(Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "This Jira has no default schemes."));
    };
    project.genre = genre.into();
    change(site, &mut project, body)?;
    let row = site.catalog.projects.add(project);
    site.catalog.give_defaults(row);
    Ok(row)
}

/// Changes what a body names.
pub(crate) fn update(site: &mut Site, who: Person, row: Row<Project>, body: &Value) -> Result<(), Refusal> {
    let mut errors = Vec::new();
    let renamed = text(body, "name").map(|wanted| name(site, Some(row), wanted, &mut errors));
    let key = text(body, "key").filter(|key| *key != &*site.catalog.projects.get(row).key);
    if let Some(key) = key {
        check_key(site, Some(row), key, &mut errors);
    }
    let lead = lead(site, body, &mut errors);
    let genre = body.get("projectTypeKey").map(|_| genre(site, body, &mut errors).to_owned());
    if !errors.is_empty() {
        return Err(Refusal::fields(errors));
    }
    let mut project = site.catalog.projects.get(row).clone();
    change(site, &mut project, body)?;
    project.name = renamed.map_or(project.name, Into::into);
    project.lead = lead.unwrap_or(project.lead);
    project.genre = genre.map_or(project.genre, Into::into);
    if let Some(key) = key {
        project.former.retain(|old| **old != *key);
        project.former.push(std::mem::replace(&mut project.key, key.into()));
    }
    *site.catalog.projects.get_mut(row) = project;
    secrecy::realign(site, By { who, via: Via::Api }, row);
    Ok(())
}

/// Removes a project with its issues, versions and components.
pub(crate) fn remove(site: &mut Site, who: Person, row: Row<Project>) {
    let issues: Vec<u32> =
        site.issues.iter().filter(|issue| issue.project == row).map(|issue| issue.id).collect();
    for id in issues {
        site.remove(id, who);
    }
    let catalog = &mut site.catalog;
    let components: Vec<_> =
        catalog.components.iter().filter(|(_, one)| one.project == row).map(|(at, _)| at).collect();
    components.into_iter().for_each(|one| catalog.components.strike(one));
    let versions: Vec<_> =
        catalog.versions.iter().filter(|(_, one)| one.project == row).map(|(at, _)| at).collect();
    versions.into_iter().for_each(|one| catalog.versions.strike(one));
    catalog.cast.retain(|cast| cast.project != row);
    catalog.projects.strike(row);
}

/// What can be given at creation as well as later.
fn change(site: &Site, project: &mut Project, body: &Value) -> Result<(), Refusal> {
    let catalog = &site.catalog;
    if let Some(description) = text(body, "description") {
        project.description = description.into();
    }
    if let Some(url) = text(body, "url") {
        if !url.is_empty() && !url.contains("://") {
            return Err(Refusal::field(
                "projectUrl",
                "The URL specified is not valid - it must start with http://",
            ));
        }
        project.url = url.into();
    }
    match text(body, "assigneeType") {
        None => {}
        Some("PROJECT_LEAD") => project.to_lead = true,
        Some("UNASSIGNED") => project.to_lead = false,
        Some(_) => return Err(Refusal::field("assigneeType", "The default assignee type is not valid.")),
    }
    if let Some(avatar) = number(body, "avatarId") {
        project.avatar = avatar;
    }
    if let Some(id) = number(body, "permissionScheme") {
        let found = catalog.permission_schemes.find(|scheme| scheme.id == id);
        project.permissions = found.ok_or_else(|| none("permissionScheme", "permission scheme", id))?;
    }
    if let Some(id) = number(body, "notificationScheme") {
        let found = catalog.notification_schemes.find(|scheme| scheme.id == id);
        project.notifications =
            Some(found.ok_or_else(|| none("notificationScheme", "notification scheme", id))?);
    }
    if let Some(id) = number(body, "issueSecurityScheme") {
        let found = catalog.security_schemes.find(|scheme| scheme.id == id);
        project.security =
            Some(found.ok_or_else(|| none("issueSecurityScheme", "issue security scheme", id))?);
    }
    schemes_of(catalog, project, body)
}

/// Category, types and workflows.
fn schemes_of(catalog: &Catalog, project: &mut Project, body: &Value) -> Result<(), Refusal> {
    // -1 takes the category away (the parameter's own words in both vendors' documents).
    if body.get("categoryId").and_then(Value::as_i64) == Some(-1) {
        project.category = None;
    } else if let Some(id) = number(body, "categoryId") {
        let found = catalog.divisions.find(|division| division.id == id);
        project.category = Some(found.ok_or_else(|| none("categoryId", "project category", id))?);
    }
    if let Some(id) = number(body, "issueTypeScheme") {
        let found = catalog.type_schemes.find(|scheme| scheme.id == id);
        project.types = found.ok_or_else(|| none("issueTypeScheme", "issue type scheme", id))?;
    }
    if let Some(id) = number(body, "workflowScheme").or_else(|| number(body, "workflowSchemeId")) {
        let found = catalog.workflow_schemes.find(|scheme| scheme.id == id);
        project.workflows = found.ok_or_else(|| none("workflowScheme", "workflow scheme", id))?;
    }
    Ok(())
}

fn none(field: &str, what: &str, id: u32) -> Refusal {
    Refusal::field(field, format!("A {what} with the ID {id} does not exist."))
}

fn name(site: &Site, own: Option<Row<Project>>, wanted: &str, errors: &mut Vec<(String, String)>) -> String {
    let taken = site.catalog.projects.find(|project| project.name.eq_ignore_ascii_case(wanted));
    let said = if wanted.trim().is_empty() {
        Some("You must specify a valid project name.".to_owned())
    } else if wanted.chars().count() > NAME {
        Some(format!("The project name must not exceed {NAME} characters in length."))
    } else if taken.is_some_and(|row| Some(row) != own) {
        Some("A project with that name already exists.".to_owned())
    } else {
        None
    };
    errors.extend(said.map(|said| ("projectName".to_owned(), said)));
    wanted.to_owned()
}

/// Says what is wrong with a key, if anything is.
pub(crate) fn check_key(
    site: &Site,
    own: Option<Row<Project>>,
    key: &str,
    errors: &mut Vec<(String, String)>,
) {
    let formed = key.starts_with(|first: char| first.is_ascii_uppercase())
        && key.chars().all(|one| one.is_ascii_uppercase() || one.is_ascii_digit());
    let taken = site.catalog.project_by_key(key).filter(|row| Some(*row) != own);
    let said = if key.is_empty() {
        Some("You must specify a valid project key.".to_owned())
    } else if !formed || key.len() < 2 {
        Some("Project keys must start with an uppercase letter, followed by one or more uppercase alphanumeric characters.".to_owned())
    } else if key.len() > KEY {
        Some(format!("The project key must not exceed {KEY} characters in length."))
    } else {
        taken.map(|row| format!("Project '{}' uses this project key.", site.catalog.projects.get(row).name))
    };
    errors.extend(said.map(|said| ("projectKey".to_owned(), said)));
}

fn lead(site: &Site, body: &Value, errors: &mut Vec<(String, String)>) -> Option<Person> {
    let named = text(body, if site.is_cloud() { "leadAccountId" } else { "lead" }).or(text(body, "lead"))?;
    let found = person(site, named);
    if found.is_none() {
        errors.push(("projectLead".to_owned(), "The user you have selected doesn't exist.".to_owned()));
    }
    found
}

fn genre(site: &Site, body: &Value, errors: &mut Vec<(String, String)>) -> &'static str {
    let wanted = text(body, "projectTypeKey").unwrap_or(if site.is_cloud() { "software" } else { "" });
    let found = GENRES.iter().find(|known| **known == wanted);
    if found.is_none() {
        let said = format!(
            "An invalid project type was specified. Make sure the project type matches one of: [{}]",
            GENRES.join(", ")
        );
        errors.push(("projectType".to_owned(), said));
    }
    found.copied().unwrap_or("software")
}

/// The types that a project made from a template gets: those that came with Jira.
fn usual(catalog: &Catalog, row: Row<Kind>) -> bool {
    let first = catalog.type_schemes.iter().next();
    first.is_some_and(|(_, scheme)| scheme.kinds.contains(&row))
}

/// How a template works, for the names of what it makes.
fn style(template: &str) -> &'static str {
    match template {
        name if name.contains("kanban") => "Kanban",
        name if name.contains("scrum") => "Scrum",
        _ => "Software Development",
    }
}

/// A simplified workflow: from every status to every other.
fn workflow(catalog: &mut Catalog, key: &str, template: &str) -> Row<Workflow> {
    let mut names =
        vec![("To Do", Category::New), ("In Progress", Category::Indeterminate), ("Done", Category::Done)];
    if style(template) == "Kanban" {
        names.splice(0..1, [("Backlog", Category::New), ("Selected for Development", Category::New)]);
    }
    let statuses: Vec<Row<Status>> =
        names.iter().map(|(name, category)| status(catalog, name, *category)).collect();
    let steps = (1..)
        .zip(&names)
        .zip(&statuses)
        .map(|((number, (name, _)), to)| Transition::plain(10 * number + 1, name, Vec::new(), *to));
    let transitions = steps.collect();
    let start = statuses.first().copied().unwrap_or_else(|| status(catalog, "To Do", Category::New));
    let name = format!("Software Simplified Workflow for Project {key}");
    let description = "Managed by Jira Software: every status can be reached from every other.".into();
    let made = Workflow::new(catalog.workflows.ever() + 1, &name, start, transitions);
    catalog.workflows.add(Workflow { description, ..made })
}

/// The status with this name, made when it is not there yet.
pub(crate) fn status(catalog: &mut Catalog, name: &str, category: Category) -> Row<Status> {
    if let Some(row) = catalog.statuses.find(|status| status.name.eq_ignore_ascii_case(name)) {
        return row;
    }
    let id = (10_100 + catalog.statuses.ever()).to_string();
    catalog.statuses.add(Status { id: id.into(), name: name.into(), description: "".into(), category })
}
