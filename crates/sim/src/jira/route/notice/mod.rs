//! Notification schemes: who is written to on which event. Read on both faces, made and changed on Cloud.

mod change;
mod entry;
mod read;

use serde_json::{Value, json};

use super::project::find;
use super::rows::administer;
use super::{bean, body, signed_in};
use crate::frame::table::Row;
use crate::frame::world::Route;
use crate::jira::refusal::Refusal;
use crate::jira::scheme::{Holder, NotificationScheme};
use crate::jira::site::Site;
use crate::jira::view::person::{PersonView, group};
use crate::jira::view::{Show, put};

/// Jira's own events by id.
pub(crate) const EVENTS: [&str; 17] = [
    "Issue Created",
    "Issue Updated",
    "Issue Assigned",
    "Issue Resolved",
    "Issue Closed",
    "Issue Commented",
    "Issue Reopened",
    "Issue Deleted",
    "Issue Moved",
    "Work Logged On Issue",
    "Work Started On Issue",
    "Work Stopped On Issue",
    "Generic Event",
    "Issue Comment Edited",
    "Issue Worklog Updated",
    "Issue Worklog Deleted",
    "Issue Comment Deleted",
];

/// What both faces have.
pub(crate) fn both() -> Vec<Route<Site>> {
    read::both()
}

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    [read::cloud(), change::cloud(), entry::cloud()].concat()
}

fn row(site: &Site, id: &str) -> Result<Row<NotificationScheme>, Refusal> {
    let found = site.catalog.notification_schemes.find(|scheme| scheme.id.to_string() == id);
    found.ok_or_else(|| Refusal::missing("The notification scheme does not exist."))
}

/// The name of an event.
fn event(id: u32) -> &'static str {
    let place = usize::try_from(id).ok().and_then(|id| id.checked_sub(1));
    place.and_then(|place| EVENTS.get(place)).copied().unwrap_or("Generic Event")
}

/// One who is written to; whom the parameter names is shown as well, as far as `expand` wants it.
fn recipient(show: Show<'_>, (id, holder): &(u32, Holder), expand: &[String]) -> Value {
    let wants = |name: &str| expand.iter().any(|one| one == name || one == "all");
    let mut shown = json!({"id": id, "notificationType": holder.kind});
    let Some(parameter) = holder.parameter.as_deref() else { return shown };
    put(&mut shown, "parameter", parameter);
    if show.site.is_cloud() {
        put(&mut shown, "recipient", parameter);
    }
    let catalog = &show.site.catalog;
    match &*holder.kind {
        "Group" if wants("group") => {
            if let Some(row) = catalog.group(parameter) {
                put(&mut shown, "group", group(show, row));
            }
        }
        "User" if wants("user") => {
            if let Some(person) = crate::jira::input::person(show.site, parameter) {
                put(&mut shown, "user", json!(PersonView(show, person)));
            }
        }
        "ProjectRole" if wants("projectRole") => {
            if let Some(row) = catalog.roles.find(|role| role.id.to_string() == parameter) {
                let role = catalog.roles.get(row);
                let link = format!("{}/rest/api/{}/role/{}", show.site.base, show.api, role.id);
                let role =
                    json!({"self": link, "id": role.id, "name": role.name, "description": role.description});
                put(&mut shown, "projectRole", role);
            }
        }
        _ => {}
    }
    shown
}

/// A scheme; with its events, if `expand` names anything.
fn view(show: Show<'_>, scheme: &NotificationScheme, expand: &[String]) -> Value {
    let mut shown = json!({
        "expand": "notificationSchemeEvents,user,group,projectRole,field,all",
        "id": scheme.id,
        "self": format!("{}/rest/api/{}/notificationscheme/{}", show.site.base, show.api, scheme.id),
        "name": scheme.name,
        "description": scheme.description,
    });
    if !expand.is_empty() {
        let notices = scheme.notices.iter().filter(|notice| !notice.to.is_empty()).map(|notice| {
            let to: Vec<Value> = notice.to.iter().map(|one| recipient(show, one, expand)).collect();
            let name = event(notice.event);
            json!({"event": {"id": notice.event, "name": name, "description": name}, "notifications": to})
        });
        put(&mut shown, "notificationSchemeEvents", notices.collect::<Vec<_>>());
    }
    shown
}
