//! What can be created where: `issue/createmeta`, and `issue/createmeta/{project}/issuetypes[/{id}]`.
//!
//! Cloud names its lists `issueTypes` and `fields`; Data Center sends a page with `values`.

use axum::routing::MethodFilter as Method;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{page, slice};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::Deployment;
use crate::jira::catalog::{Kind, Project};
use crate::jira::field::Field;
use crate::jira::refusal::Refusal;
use crate::jira::screen::Operation;
use crate::jira::site::{Right, Site};
use crate::jira::view::meta::{Form, ScreenField, ScreenFields};
use crate::jira::view::person::Avatars;
use crate::jira::view::settings::KindView;
use crate::jira::view::{Show, each, object};

/// Everything at once: on Cloud deprecated (CHANGE-1304) and still served, on Server up to version 8.
pub(crate) fn whole(deployment: Deployment) -> Vec<Route<Site>> {
    match deployment {
        Deployment::Cloud | Deployment::Server => {
            vec![(Method::GET, "/issue/createmeta", Act::Read(all))]
        }
        Deployment::DataCenter => Vec::new(),
    }
}

/// `GET issue/createmeta`: what the query names and does not exist is passed over.
fn all(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (show, query) = (Show::call(site, call), &call.query);
    let fields = query.list("expand").iter().any(|name| name == "projects.issuetypes.fields");
    let names = |list: &[String], name: &str| list.iter().any(|one| one.eq_ignore_ascii_case(name));
    let (ids, keys) = (query.list("projectIds"), query.list("projectKeys"));
    let (kind_ids, kind_names) = (query.list("issuetypeIds"), query.list("issuetypeNames"));
    let wanted = |row: &Row<Project>| {
        let project = site.catalog.projects.get(*row);
        let asked = ids.is_empty() && keys.is_empty();
        asked || ids.contains(&project.id.to_string()) || names(&keys, &project.key)
    };
    let of_kind = |row: &Row<Kind>| {
        let kind = site.catalog.kinds.get(*row);
        let asked = kind_ids.is_empty() && kind_names.is_empty();
        asked || kind_ids.iter().any(|id| **id == *kind.id) || names(&kind_names, &kind.name)
    };
    let projects = site.catalog.projects.iter().map(|(row, _)| row).filter(wanted);
    let projects = projects.filter(|row| site.may(call.caller, *row, Right::Create)).map(|row| {
        let kinds = site.catalog.kinds_of(row).iter().copied().filter(of_kind).collect();
        OfProject { show, row, kinds, fields }
    });
    let projects: Vec<OfProject<'_>> = projects.filter(|one| !one.kinds.is_empty()).collect();
    Ok(Answer::ok(&Whole(projects)))
}

struct Whole<'a>(Vec<OfProject<'a>>);

impl Serialize for Whole<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        object!(serializer, {"expand": "projects", "projects": self.0})
    }
}

/// A project with its types.
struct OfProject<'a> {
    show: Show<'a>,
    row: Row<Project>,
    kinds: Vec<Row<Kind>>,
    fields: bool,
}

impl Serialize for OfProject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { show, row, fields, .. } = *self;
        let (base, project) = (&show.site.base, show.site.catalog.projects.get(row));
        object!(serializer, {
            "expand": "issuetypes",
            "self": format_args!("{base}/rest/api/{}/project/{}", show.api, project.id),
            "id": format_args!("{}", project.id),
            "key": project.key,
            "name": project.name,
            "avatarUrls": Avatars(base, "projectavatar", project.avatar),
            "issuetypes": each(self.kinds.iter(), |kind| OfKind { show, project: row, kind: *kind, fields }),
        })
    }
}

/// A type with the fields of its create screen.
struct OfKind<'a> {
    show: Show<'a>,
    project: Row<Project>,
    kind: Row<Kind>,
    fields: bool,
}

impl Serialize for OfKind<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { show, project, kind, fields } = *self;
        let mut map = serializer.serialize_map(None)?;
        KindView(show, kind).members(&mut map)?;
        if fields {
            map.serialize_entry("expand", "fields")?;
            map.serialize_entry("fields", &ScreenFields(screen(show, project, kind, Form::Whole)))?;
        }
        map.end()
    }
}

/// The fields of a create screen, in order.
fn screen(show: Show<'_>, project: Row<Project>, kind: Row<Kind>, form: Form) -> Vec<ScreenField<'_>> {
    let catalog = &show.site.catalog;
    let fields = catalog.on_screen(project, Some(kind), Operation::Create);
    // On no screen, and yet a part of creating a sub-task.
    let parent = catalog.kinds.get(kind).is_subtask().then_some(Field::Parent);
    let all = fields.into_iter().chain(parent);
    let shown = all.map(|field| ScreenField { show, field, project, kind, form });
    shown.filter(ScreenField::is_offered).collect()
}

fn project(site: &Site, call: &Call<'_>) -> Result<Row<Project>, Refusal> {
    let found = site.catalog.project(call.param("project"));
    found.filter(|row| site.may(call.caller, *row, Right::Create)).ok_or_else(|| {
        Refusal::missing(
            "No project could be found with the given id or key, or you may not create issues in it.",
        )
    })
}

/// `GET issue/createmeta/{project}/issuetypes`
pub(crate) fn kinds(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let kinds = site.catalog.kinds_of(project(site, call)?);
    let page = page(call, 50, 200);
    let show = Show::call(site, call);
    let listed = each(slice(kinds, page).iter(), |row| KindView(show, *row));
    Ok(Answer::ok(&Page {
        cloud: site.is_cloud().then_some("issueTypes"),
        page,
        total: kinds.len(),
        values: listed,
    }))
}

/// `GET issue/createmeta/{project}/issuetypes/{id}`
pub(crate) fn fields(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let project = project(site, call)?;
    let mut kinds = site.catalog.kinds_of(project).iter().copied();
    let kind = kinds.find(|row| *site.catalog.kinds.get(*row).id == *call.param("id"));
    let missing = || Refusal::missing("No issue type could be found with the given id in this project.");
    let kind = kind.ok_or_else(missing)?;
    let (page, show) = (page(call, 50, 200), Show::call(site, call));
    let fields = screen(show, project, kind, Form::Create);
    let listed = slice(&fields, page);
    Ok(Answer::ok(&Page {
        cloud: site.is_cloud().then_some("fields"),
        page,
        total: fields.len(),
        values: listed,
    }))
}

struct Page<T> {
    /// The list's name on Cloud.
    cloud: Option<&'static str>,
    page: (usize, usize),
    total: usize,
    values: T,
}

impl<T: Serialize> Serialize for Page<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (start, max) = self.page;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("maxResults", &max)?;
        map.serialize_entry("startAt", &start)?;
        map.serialize_entry("total", &self.total)?;
        if self.cloud.is_none() {
            map.serialize_entry("isLast", &(start.saturating_add(max) >= self.total))?;
        }
        map.serialize_entry(self.cloud.unwrap_or("values"), &self.values)?;
        map.end()
    }
}
