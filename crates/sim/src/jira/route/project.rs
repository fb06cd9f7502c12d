//! Projects and the statuses their issues can have.

use http::StatusCode;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};

use super::{body, page, signed_in, slice};
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::table::Row;
use crate::jira::catalog::{Kind, Project, Status};
use crate::jira::deed;
use crate::jira::hook;
use crate::jira::input::object;
use crate::jira::refusal::Refusal;
use crate::jira::site::{Right, Site};
use crate::jira::view::project::{Full, Listed};
use crate::jira::view::settings::StatusView;
use crate::jira::view::{Show, each, object};

/// The projects the caller may see, but for archived ones.
pub(super) fn visible(site: &Site, call: &Call<'_>) -> Vec<Row<Project>> {
    known(site, call, &|project| !project.archived)
}

fn known(site: &Site, call: &Call<'_>, wanted: &dyn Fn(&Project) -> bool) -> Vec<Row<Project>> {
    let rows = site.catalog.projects.iter().filter(|(_, project)| wanted(project)).map(|(row, _)| row);
    rows.filter(|row| site.may(call.caller, *row, Right::Browse)).collect()
}

/// The project the path names, if the caller may see it.
pub(super) fn find(site: &Site, call: &Call<'_>) -> Result<Row<Project>, Refusal> {
    let wanted = call.param("project");
    let found = site.catalog.project(wanted).filter(|row| site.may(call.caller, *row, Right::Browse));
    found.ok_or_else(|| Refusal::missing(format!("No project could be found with key '{wanted}'.")))
}

/// `GET project`; those in the archive as well, if Data Center is asked for them.
pub(crate) fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (show, expand) = (Show::call(site, call), call.query.list("expand"));
    let all = !site.is_cloud() && call.query.flag("includeArchived");
    let rows = known(site, call, &|project| all || !project.archived);
    Ok(Answer::ok(&each(rows.iter(), |row| Listed(show, *row, &expand))))
}

/// `GET project/{idOrKey}`
pub(crate) fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    Ok(Answer::ok(&Full(Show::call(site, call), find(site, call)?, &call.query.list("expand"))))
}

/// `GET project/search`: Cloud's page of projects; `query`, `keys` and `status` narrow it.
pub(crate) fn search(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (keys, text) = (call.query.list("keys"), call.query.get("query").unwrap_or_default().to_lowercase());
    let states = call.query.list("status");
    let named = |state: &str| states.iter().any(|one| one == state);
    let mut rows = known(site, call, &|project| match project.archived {
        true => named("archived"),
        false => states.is_empty() || named("live"),
    });
    rows.retain(|row| {
        let project = site.catalog.projects.get(*row);
        let keyed = keys.is_empty() || keys.iter().any(|key| **key == *project.key);
        keyed && (project.key.to_lowercase().contains(&text) || project.name.to_lowercase().contains(&text))
    });
    rows.sort_by_key(|row| &site.catalog.projects.get(*row).key);
    let (start, max) = page(call, 50, 100);
    let shown = slice(&rows, (start, max));
    let expand = call.query.list("expand");
    Ok(Answer::ok(&Found {
        show: Show::call(site, call),
        expand: &expand,
        shown,
        start,
        max,
        total: rows.len(),
    }))
}

struct Found<'a> {
    show: Show<'a>,
    expand: &'a [String],
    shown: &'a [Row<Project>],
    start: usize,
    max: usize,
    total: usize,
}

impl Serialize for Found<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { show, expand, shown, start, max, total } = *self;
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
        map.serialize_entry("values", &each(shown.iter(), |row| Listed(show, *row, expand)))?;
        map.end()
    }
}

/// Who calls, if an administrator does.
pub(super) fn administrator(site: &Site, call: &Call<'_>) -> Result<Person, Refusal> {
    let who = signed_in(call)?;
    if site.is_admin(call.caller) {
        return Ok(who);
    }
    Err(Refusal::forbidden("You must have global administrator rights in order to modify projects."))
}

/// Who calls, if they administer Jira or the project.
pub(super) fn keeper(site: &Site, call: &Call<'_>, project: Row<Project>) -> Result<Person, Refusal> {
    let who = signed_in(call)?;
    if site.is_admin(call.caller) || site.granted(who, project, "ADMINISTER_PROJECTS") {
        return Ok(who);
    }
    Err(Refusal::forbidden("You do not have permission to administer this project."))
}

/// `POST project`
pub(crate) fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = administrator(site, call)?;
    let row = deed::project::create(site, who, &object(body(call)?)?)?;
    hook::setup::project(site, who, "project_created", row);
    site.audit_project(who, "Project created", row);
    let project = site.catalog.projects.get(row);
    let path = format!("{}/rest/api/{}/project/{}", site.base, call.api, project.id);
    Ok(Answer::json(StatusCode::CREATED, &json!({"self": path, "id": project.id, "key": project.key})))
}

/// `PUT project/{idOrKey}`: answers the whole project.
pub(crate) fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let row = find(site, call)?;
    let who = administrator(site, call)?;
    deed::project::update(site, who, row, &object(body(call)?)?)?;
    hook::setup::project(site, who, "project_updated", row);
    site.audit_project(who, "Project updated", row);
    Ok(Answer::ok(&Full(Show::call(site, call), row, &call.query.list("expand"))))
}

/// `DELETE project/{idOrKey}`
pub(crate) fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let row = find(site, call)?;
    let who = administrator(site, call)?;
    super::shelf::removable(site, row)?;
    deed::project::remove(site, who, row);
    hook::setup::project(site, who, "project_deleted", row);
    site.audit_project(who, "Project deleted", row);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `GET project/type`, and those somebody can get at.
pub(crate) fn genres(_: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    Ok(Answer::ok(&deed::project::GENRES.iter().map(|key| genre_view(key)).collect::<Vec<_>>()))
}

/// `GET project/type/accessible`: those that are licensed.
pub(crate) fn licensed(_: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    Ok(Answer::ok(&["business", "software"].map(genre_view)))
}

/// `GET project/type/{key}` and `…/accessible`
pub(crate) fn genre(_: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let key = deed::project::GENRES.iter().find(|key| **key == call.param("key"));
    let missing =
        || Refusal::missing(format!("The project type with key '{}' does not exist.", call.param("key")));
    key.map(|key| Answer::ok(&genre_view(key))).ok_or_else(missing)
}

fn genre_view(key: &str) -> Value {
    let name = match key {
        "business" => "Business",
        "service_desk" => "Service Desk",
        _ => "Software",
    };
    json!({
        "key": key,
        "formattedKey": name,
        "descriptionI18nKey": format!("jira.project.type.{key}.description"),
        "icon": "",
        "color": "#3572b0",
    })
}

/// `GET project/{idOrKey}/statuses`: by issue type.
pub(crate) fn statuses(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (row, show) = (find(site, call)?, Show::call(site, call));
    let statuses = |kind: &Row<Kind>| site.catalog.workflow_of(row, *kind).statuses();
    Ok(Answer::ok(&each(site.catalog.kinds_of(row).iter(), |kind| KindStatuses(show, *kind, statuses(kind)))))
}

struct KindStatuses<'a>(Show<'a>, Row<Kind>, Vec<Row<Status>>);

impl Serialize for KindStatuses<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, kind, ref statuses) = *self;
        let named = show.site.catalog.kinds.get(kind);
        object!(serializer, {
            "self": format_args!("{}/rest/api/{}/issuetype/{}", show.site.base, show.api, named.id),
            "id": named.id,
            "name": named.name,
            "subtask": named.is_subtask(),
            "statuses": each(statuses.iter(), |row| StatusView(show, *row)),
        })
    }
}
