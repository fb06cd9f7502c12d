//! What can be created where: `issue/createmeta/{project}/issuetypes[/{id}]`.
//!
//! Cloud names its lists `issueTypes` and `fields`; Data Center sends a page with `values`.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{page, slice};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::jira::catalog::Project;
use crate::jira::field::Field;
use crate::jira::refusal::Refusal;
use crate::jira::site::{Right, Site};
use crate::jira::view::meta::ScreenField;
use crate::jira::view::settings::KindView;
use crate::jira::view::{Show, each};

/// The fields of a create screen, in order.
pub(crate) fn screen(site: &Site) -> Vec<Field> {
    let custom = site.catalog.custom.iter().map(|(row, _)| Field::Custom(row));
    [
        Field::Summary,
        Field::IssueType,
        Field::Project,
        Field::Description,
        Field::Priority,
        Field::Assignee,
        Field::Reporter,
        Field::Labels,
        Field::Components,
        Field::FixVersions,
        Field::Versions,
        Field::Environment,
        Field::DueDate,
    ]
    .into_iter()
    .chain(custom)
    .collect()
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
    let kinds = site.catalog.kinds_of(project);
    if !kinds.iter().any(|row| *site.catalog.kinds.get(*row).id == *call.param("id")) {
        return Err(Refusal::missing("No issue type could be found with the given id in this project."));
    }
    let (fields, page, show) = (screen(site), page(call, 50, 200), Show::call(site, call));
    let listed = each(slice(&fields, page).iter(), |field| ScreenField {
        show,
        field: *field,
        project: Some(project),
        required: matches!(field, Field::Summary | Field::IssueType | Field::Project),
    });
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
