//! A project at full length, its category, and what `expand` adds in lists.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value, json};

use super::person::PersonView;
use super::settings::{ComponentView, KindView, ProjectView, VersionView};
use super::{Show, each, put};
use crate::frame::table::Row;
use crate::jira::catalog::{Catalog, Project, Version};
use crate::jira::scheme::Division;

/// A project category.
pub(crate) fn division(show: Show<'_>, row: Row<Division>) -> Value {
    let division = show.site.catalog.divisions.get(row);
    json!({
        "self": format!("{}/rest/api/{}/projectCategory/{}", show.site.base, show.api, division.id),
        "id": division.id.to_string(),
        "name": division.name,
        "description": division.description,
    })
}

/// The versions of a project in their order.
pub(crate) fn versions(catalog: &Catalog, project: Row<Project>) -> Vec<Row<Version>> {
    let own = catalog.versions.iter().filter(|(_, one)| one.project == project);
    let mut rows: Vec<_> = own.map(|(row, _)| row).collect();
    rows.sort_by_key(|row| catalog.versions.get(*row).order);
    rows
}

/// A project as lists show it, with what `expand` names.
pub(crate) struct Listed<'a>(pub(crate) Show<'a>, pub(crate) Row<Project>, pub(crate) &'a [String]);

impl Serialize for Listed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, row, expand) = *self;
        let project = show.site.catalog.projects.get(row);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("expand", "description,lead,url,projectKeys")?;
        ProjectView(show, row).members(&mut map)?;
        for name in expand {
            match name.as_str() {
                "description" => map.serialize_entry(name, &project.description)?,
                "lead" => map.serialize_entry(name, &PersonView(show, project.lead))?,
                "issueTypes" => {
                    let kinds = show.site.catalog.kinds_of(row);
                    map.serialize_entry(name, &each(kinds.iter(), |kind| KindView(show, *kind)))?;
                }
                "url" => map.serialize_entry(name, &project.url)?,
                "projectKeys" => map.serialize_entry(name, &keys(project))?,
                "insight" if show.site.is_cloud() => map.serialize_entry(name, &insight(show, row))?,
                _ => {}
            }
        }
        map.end()
    }
}

fn keys(project: &Project) -> Vec<&str> {
    std::iter::once(&project.key).chain(&project.former).map(|key| &**key).collect()
}

/// Where each role's members in the project are told.
fn roles(show: Show<'_>, project: &Project) -> Map<String, Value> {
    let path = format!("{}/rest/api/{}/project/{}/role", show.site.base, show.api, project.id);
    let all = show.site.catalog.roles.iter();
    all.map(|(_, role)| (role.name.to_string(), format!("{path}/{}", role.id).into())).collect()
}

fn insight(show: Show<'_>, row: Row<Project>) -> Value {
    let own = || show.site.issues.iter().filter(|issue| issue.project == row);
    let last = own().map(|issue| issue.updated).max();
    let mut insight = json!({"totalIssueCount": own().count()});
    if let Some(last) = last {
        put(&mut insight, "lastIssueUpdateTime", crate::jira::date::Stamp(last).to_string());
    }
    insight
}

/// A project at full length.
pub(crate) struct Full<'a>(pub(crate) Show<'a>, pub(crate) Row<Project>, pub(crate) &'a [String]);

impl Serialize for Full<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, row, expand) = *self;
        let (catalog, project) = (&show.site.catalog, show.site.catalog.projects.get(row));
        let components: Vec<_> =
            catalog.components.iter().filter(|(_, one)| one.project == row).map(|(at, _)| at).collect();
        let (versions, expands) = (versions(catalog, row), |name: &str| expand.iter().any(|one| one == name));
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("expand", "description,lead,issueTypes,url,projectKeys,permissions,insight")?;
        ProjectView(show, row).members(&mut map)?;
        map.serialize_entry("description", &project.description)?;
        map.serialize_entry("lead", &PersonView(show, project.lead))?;
        map.serialize_entry("components", &each(components.iter(), |row| ComponentView(show, *row)))?;
        map.serialize_entry("issueTypes", &each(catalog.kinds_of(row).iter(), |row| KindView(show, *row)))?;
        if !project.url.is_empty() {
            map.serialize_entry("url", &project.url)?;
        }
        map.serialize_entry("assigneeType", if project.to_lead { "PROJECT_LEAD" } else { "UNASSIGNED" })?;
        map.serialize_entry("versions", &each(versions.iter(), |row| VersionView(show, *row)))?;
        map.serialize_entry("roles", &roles(show, project))?;
        if expands("projectKeys") {
            map.serialize_entry("projectKeys", &keys(project))?;
        }
        if show.site.is_cloud() {
            map.serialize_entry("style", "classic")?;
            map.serialize_entry("isPrivate", &false)?;
            map.serialize_entry("properties", &Value::Object(Map::new()))?;
            if expands("insight") {
                map.serialize_entry("insight", &insight(show, row))?;
            }
            if expands("permissions") {
                map.serialize_entry("permissions", &json!({"canEdit": show.site.is_admin(show.viewer)}))?;
            }
        }
        if project.archived || !show.site.is_cloud() {
            map.serialize_entry("archived", &project.archived)?;
        }
        map.end()
    }
}
