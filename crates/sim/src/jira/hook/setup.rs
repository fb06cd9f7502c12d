//! Webhooks about what is no issue: versions, projects, people. JQL filters do not hold them back.

use serde_json::{Value, json};

use super::{Happening, tell};
use crate::frame::call::Person;
use crate::frame::delivery::pace::Flow;
use crate::frame::table::Row;
use crate::jira::catalog::{Project, Version};
use crate::jira::site::Site;
use crate::jira::view::person::{Avatars, PersonView};
use crate::jira::view::settings::VersionView;
use crate::jira::view::{Show, put};

/// The events told here.
pub(crate) const EVENTS: &[&str] = &[
    "jira:version_created",
    "jira:version_updated",
    "jira:version_released",
    "jira:version_unreleased",
    "jira:version_moved",
    "jira:version_merged",
    "jira:version_deleted",
    "project_created",
    "project_updated",
    "project_deleted",
    "project_archived",
    "project_restored_archived",
    "user_created",
    "user_updated",
    "user_deleted",
];

/// Tells every webhook that wants the event; `item` is the thing's id and name, `parts` the body's own members.
pub(crate) fn proclaim(site: &Site, who: Person, event: &str, item: Vec<String>, parts: &[(&str, Value)]) {
    proclaim_by(site, who, (event, Flow::Primary), item, parts);
}

/// The same by a flow.
pub(super) fn proclaim_by(
    site: &Site,
    who: Person,
    (event, flow): (&str, Flow),
    item: Vec<String>,
    parts: &[(&str, Value)],
) {
    let (words, fields) = (words(event, &item), Vec::new());
    let happening = Happening { event, who, item, flow, words, issue: None, fields, property: None };
    tell(site, &happening, || {
        let mut body = json!({"timestamp": site.frame.clock.now(), "webhookEvent": event});
        for (name, value) in parts {
            put(&mut body, name, value.clone());
        }
        body.to_string().into_bytes()
    });
}

/// What `{…}` in a webhook's URL stands for ("Webhooks", "Variable substitution in the webhook URL").
fn words(event: &str, item: &[String]) -> Vec<(&'static str, String)> {
    let kind = event.trim_start_matches("jira:").split('_').next().unwrap_or_default();
    let names: &[&'static str] = match kind {
        "board" => &["board.id"],
        "project" => &["project.id", "project.key"],
        "sprint" => &["sprint.id"],
        "user" => &["modifiedUser.key", "modifiedUser.name"],
        "version" => &["version.id"],
        _ => &[],
    };
    names.iter().copied().zip(item.iter().cloned()).collect()
}

/// Tells of a version; `into` is the one it was merged into or replaced by.
pub(crate) fn version(site: &Site, who: Person, event: &str, row: Row<Version>, into: Option<Row<Version>>) {
    let show = |row| serde_json::to_value(VersionView(Show::webhook(site), row)).unwrap_or_default();
    let version = site.catalog.versions.get(row);
    let mut parts = vec![("version", show(row))];
    parts.extend(into.map(|into| ("mergedTo", show(into))));
    proclaim(site, who, event, vec![version.id.to_string(), version.name.to_string()], &parts);
}

/// Tells of a project.
pub(crate) fn project(site: &Site, who: Person, event: &str, row: Row<Project>) {
    let (show, project) = (Show::webhook(site), site.catalog.projects.get(row));
    let shown = json!({
        "self": format!("{}/rest/api/2/project/{}", site.base, project.id),
        "id": project.id,
        "key": project.key,
        "name": project.name,
        "avatarUrls": Avatars(&site.base, "projectavatar", project.avatar),
        "projectLead": PersonView(show, project.lead),
        "assigneeType": if project.to_lead { "admin.assignee.type.project.lead" } else { "admin.assignee.type.unassigned" },
    });
    proclaim(site, who, event, vec![project.id.to_string(), project.key.to_string()], &[("project", shown)]);
}

/// Tells of a person.
pub(crate) fn person(site: &Site, who: Person, event: &str, person: Person) {
    let account = site.catalog.account(person);
    let shown = serde_json::to_value(PersonView(Show::webhook(site), person)).unwrap_or_default();
    proclaim(site, who, event, vec![account.key.to_string(), account.name.to_string()], &[("user", shown)]);
}
