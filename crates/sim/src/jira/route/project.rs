//! Projects and the statuses their issues can have.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::json;

use super::{page, slice};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::jira::catalog::{Kind, Project, Status};
use crate::jira::refusal::Refusal;
use crate::jira::site::{Right, Site};
use crate::jira::view::person::PersonView;
use crate::jira::view::settings::{ComponentView, KindView, ProjectView, StatusView, VersionView};
use crate::jira::view::{Show, each, object};

fn visible(site: &Site, call: &Call<'_>) -> Vec<Row<Project>> {
    let rows = site.catalog.projects.iter().map(|(row, _)| row);
    rows.filter(|row| site.may(call.caller, *row, Right::Browse)).collect()
}

fn find(site: &Site, call: &Call<'_>) -> Result<Row<Project>, Refusal> {
    let wanted = call.param("project");
    let found = site.catalog.project(wanted).filter(|row| site.may(call.caller, *row, Right::Browse));
    found.ok_or_else(|| Refusal::missing(format!("No project could be found with key '{wanted}'.")))
}

/// `GET project`
pub(crate) fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let show = Show::call(site, call);
    Ok(Answer::ok(&each(visible(site, call).iter(), |row| ProjectView(show, *row))))
}

/// `GET project/{idOrKey}`
pub(crate) fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    Ok(Answer::ok(&Full(Show::call(site, call), find(site, call)?)))
}

/// `GET project/search`: Cloud's page of projects; `query` and `keys` narrow it.
pub(crate) fn search(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (keys, text) = (call.query.list("keys"), call.query.get("query").unwrap_or_default().to_lowercase());
    let mut rows = visible(site, call);
    rows.retain(|row| {
        let project = site.catalog.projects.get(*row);
        let keyed = keys.is_empty() || keys.iter().any(|key| **key == *project.key);
        keyed && (project.key.to_lowercase().contains(&text) || project.name.to_lowercase().contains(&text))
    });
    rows.sort_by_key(|row| &site.catalog.projects.get(*row).key);
    let (start, max) = page(call, 50, 100);
    let shown = slice(&rows, (start, max));
    Ok(Answer::ok(&Found { show: Show::call(site, call), shown, start, max, total: rows.len() }))
}

struct Found<'a> {
    show: Show<'a>,
    shown: &'a [Row<Project>],
    start: usize,
    max: usize,
    total: usize,
}

impl Serialize for Found<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { show, shown, start, max, total } = *self;
        let (end, path) =
            (start + shown.len(), format!("{}/rest/api/{}/project/search", show.site.base, show.api));
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("self", &format_args!("{path}?maxResults={max}&startAt={start}"))?;
        if end < total && !shown.is_empty() {
            map.serialize_entry("nextPage", &format_args!("{path}?maxResults={max}&startAt={end}"))?;
        }
        map.serialize_entry("maxResults", &max)?;
        map.serialize_entry("startAt", &start)?;
        map.serialize_entry("total", &total)?;
        map.serialize_entry("isLast", &(end >= total))?;
        map.serialize_entry("values", &each(shown.iter(), |row| ProjectView(show, *row)))?;
        map.end()
    }
}

/// A project at full length.
struct Full<'a>(Show<'a>, Row<Project>);

impl Serialize for Full<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, row) = *self;
        let (catalog, project) = (&show.site.catalog, show.site.catalog.projects.get(row));
        let components: Vec<_> =
            catalog.components.iter().filter(|(_, one)| one.project == row).map(|(at, _)| at).collect();
        let versions: Vec<_> =
            catalog.versions.iter().filter(|(_, one)| one.project == row).map(|(at, _)| at).collect();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("expand", "description,lead,issueTypes,url,projectKeys,permissions,insight")?;
        ProjectView(show, row).members(&mut map)?;
        map.serialize_entry("description", "")?;
        map.serialize_entry("lead", &PersonView(show, project.lead))?;
        map.serialize_entry("components", &each(components.iter(), |row| ComponentView(show, *row)))?;
        map.serialize_entry("issueTypes", &each(project.kinds.iter(), |row| KindView(show, *row)))?;
        map.serialize_entry("assigneeType", "UNASSIGNED")?;
        map.serialize_entry("versions", &each(versions.iter(), |row| VersionView(show, *row)))?;
        map.serialize_entry("roles", &json!({}))?;
        map.end()
    }
}

/// `GET project/{idOrKey}/statuses`: by issue type; all types share the project's workflow.
pub(crate) fn statuses(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let project = site.catalog.projects.get(find(site, call)?);
    let workflow = site.catalog.workflows.get(project.workflow);
    let mut statuses = vec![workflow.start];
    for transition in &workflow.transitions {
        if !statuses.contains(&transition.to) {
            statuses.push(transition.to);
        }
    }
    let show = Show::call(site, call);
    Ok(Answer::ok(&each(project.kinds.iter(), |kind| KindStatuses(show, *kind, &statuses))))
}

struct KindStatuses<'a>(Show<'a>, Row<Kind>, &'a [Row<Status>]);

impl Serialize for KindStatuses<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, kind, statuses) = *self;
        let named = show.site.catalog.kinds.get(kind);
        object!(serializer, {
            "self": format_args!("{}/rest/api/{}/issuetype/{}", show.site.base, show.api, named.id),
            "id": named.id,
            "name": named.name,
            "subtask": false,
            "statuses": each(statuses.iter(), |row| StatusView(show, *row)),
        })
    }
}
