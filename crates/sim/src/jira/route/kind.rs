//! Changing issue types, their pages, and single status categories. Plain lists are in [`super::settings`].

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::Value;

use super::project::administrator;
use super::{bean, body, signed_in};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::catalog::{Category, Kind};
use crate::jira::edit::Set;
use crate::jira::input::{number, object, text};
use crate::jira::issue::{Deed, Via};
use crate::jira::refusal::Refusal;
use crate::jira::site::{By, Site};
use crate::jira::view::Show;
use crate::jira::view::settings::{CategoryView, KindView};

pub(crate) fn table() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::POST, "/issuetype", Write(create)),
        (Method::PUT, "/issuetype/{id}", Write(update)),
        (Method::DELETE, "/issuetype/{id}", Write(delete)),
        (Method::GET, "/issuetype/{id}/alternatives", Read(alternatives)),
        (Method::GET, "/statuscategory/{id}", Read(category)),
    ]
}

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    use Act::Read;
    vec![(Method::GET, "/issuetype/project", Read(of_project))]
}

/// What only Data Center and Server have.
pub(crate) fn data_center() -> Vec<Route<Site>> {
    use Act::Read;
    vec![(Method::GET, "/issuetype/page", Read(kinds))]
}

/// A view as a tree.
pub(super) fn value(view: impl serde::Serialize) -> Value {
    serde_json::to_value(view).unwrap_or_default()
}

fn row(site: &Site, call: &Call<'_>) -> Result<Row<Kind>, Refusal> {
    let id = call.param("id");
    let found = site.catalog.kinds.find(|kind| *kind.id == *id);
    found.ok_or_else(|| Refusal::missing(format!("The issue type with id '{id}' does not exist")))
}

fn free(site: &Site, own: Option<Row<Kind>>, name: &str) -> Result<(), Refusal> {
    let taken = site.catalog.kinds.find(|kind| kind.name.eq_ignore_ascii_case(name));
    if name.trim().is_empty() || name.chars().count() > 60 {
        return Err(Refusal::field("name", "The issue type name must have between 1 and 60 characters."));
    }
    if taken.is_some_and(|row| Some(row) != own) {
        let body = Refusal::field("name", "An issue type with this name already exists.");
        return Err(Refusal { status: StatusCode::CONFLICT, ..body });
    }
    Ok(())
}

/// `POST issuetype`: `type` (or on Cloud `hierarchyLevel`) says whether its issues are sub-tasks.
fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let body = object(body(call)?)?;
    let name = text(&body, "name").unwrap_or_default();
    free(site, None, name)?;
    let level = match (text(&body, "type"), body.get("hierarchyLevel").and_then(Value::as_i64)) {
        (Some("subtask"), _) | (None, Some(-1)) => -1,
        (Some("standard"), _) | (None, None | Some(0)) => 0,
        _ => return Err(Refusal::field("type", "The issue type's type is 'subtask' or 'standard'.")),
    };
    let (id, description) =
        (10_100 + site.catalog.kinds.ever(), text(&body, "description").unwrap_or_default());
    let row = site.catalog.kinds.add(Kind {
        id: id.to_string().into(),
        name: name.into(),
        description: description.into(),
        avatar: if level < 0 { 10_316 } else { 10_300 },
        level,
    });
    // A new type stands in the default scheme, as in Jira.
    let first = site.catalog.type_schemes.iter().next().map(|(row, _)| row);
    if let Some(first) = first {
        site.catalog.type_schemes.get_mut(first).kinds.push(row);
    }
    Ok(Answer::json(StatusCode::CREATED, &KindView(Show::call(site, call), row)))
}

/// `PUT issuetype/{id}`
fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let (row, body) = (row(site, call)?, object(body(call)?)?);
    text(&body, "name").map(|name| free(site, Some(row), name)).transpose()?;
    let kind = site.catalog.kinds.get_mut(row);
    if let Some(name) = text(&body, "name") {
        kind.name = name.into();
    }
    if let Some(description) = text(&body, "description") {
        kind.description = description.into();
    }
    kind.avatar = number(&body, "avatarId").unwrap_or(kind.avatar);
    Ok(Answer::ok(&KindView(Show::call(site, call), row)))
}

fn others(site: &Site, row: Row<Kind>) -> Vec<Row<Kind>> {
    let level = site.catalog.kinds.get(row).level;
    let all = site.catalog.kinds.iter().filter(|(other, kind)| *other != row && kind.level == level);
    all.map(|(row, _)| row).collect()
}

/// `DELETE issuetype/{id}`: its issues become those of `alternativeIssueTypeId`.
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = administrator(site, call)?;
    let old = row(site, call)?;
    let issues: Vec<u32> =
        site.issues.iter().filter(|issue| issue.kind == old).map(|issue| issue.id).collect();
    let new = match call.query.get("alternativeIssueTypeId") {
        Some(id) => {
            let found = others(site, old).into_iter().find(|row| *site.catalog.kinds.get(*row).id == *id);
            Some(found.ok_or_else(|| {
                Refusal::missing("The alternative issue type does not exist or does not fit.")
            })?)
        }
        None if issues.is_empty() => None,
        None => {
            let said = "There are issues of this type: an alternative issue type is required.";
            // The two products' documents name different statuses for this.
            let status = if site.is_cloud() { StatusCode::CONFLICT } else { StatusCode::BAD_REQUEST };
            return Err(Refusal::new(status, said));
        }
    };
    for (id, new) in issues.into_iter().zip(std::iter::repeat(new)) {
        let by = By { who, via: Via::Api };
        site.change(id, by, (Deed::Update, 0, Box::default()), false, |issue, desk| {
            new.map(|row| desk.apply(issue, Set::Kind(row))).unwrap_or_default()
        });
    }
    let catalog = &mut site.catalog;
    let schemes: Vec<_> = catalog.type_schemes.iter().map(|(row, _)| row).collect();
    for scheme in schemes {
        let scheme = catalog.type_schemes.get_mut(scheme);
        scheme.kinds.retain(|kind| *kind != old);
        scheme.default = scheme.default.filter(|kind| *kind != old);
    }
    catalog.kinds.strike(old);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `GET issuetype/{id}/alternatives`
fn alternatives(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let (rows, show) = (others(site, row(site, call)?), Show::call(site, call));
    Ok(Answer::ok(&rows.into_iter().map(|row| value(KindView(show, row))).collect::<Vec<_>>()))
}

/// `GET statuscategory/{idOrKey}`
fn category(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let wanted = call.param("id");
    let fits = |category: &Category| {
        let (id, key, _, _) = category.parts();
        id.to_string() == wanted || key == wanted
    };
    let found = Category::ALL.into_iter().find(fits);
    let found = found
        .ok_or_else(|| Refusal::missing(format!("The status category with id '{wanted}' does not exist")))?;
    Ok(Answer::ok(&CategoryView(Show::call(site, call), found)))
}

/// `GET issuetype/project`: of a project, all or of one level.
fn of_project(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let id = call.query.get("projectId").unwrap_or_default();
    let project = site.catalog.project(id).ok_or_else(|| Refusal::missing("The project was not found."))?;
    let (level, show) =
        (call.query.get("level").and_then(|level| level.parse::<i8>().ok()), Show::call(site, call));
    let rows = site.catalog.kinds_of(project).iter();
    let rows = rows.filter(|row| level.is_none_or(|level| site.catalog.kinds.get(**row).level == level));
    Ok(Answer::ok(&rows.map(|row| value(KindView(show, *row))).collect::<Vec<_>>()))
}

/// Rows whose name has the query's text (`query`) and whose id is wanted (`id`, all when none is named).
pub(super) fn fits(call: &Call<'_>, id: &str, name: &str) -> bool {
    let ids = call.query.list("id");
    let text = call.query.get("query").unwrap_or_default().to_lowercase();
    (ids.is_empty() || ids.iter().any(|wanted| wanted == id)) && name.to_lowercase().contains(&text)
}

/// `GET issuetype/page`
fn kinds(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let show = Show::call(site, call);
    let rows = site.catalog.kinds.iter().filter(|(_, kind)| fits(call, &kind.id, &kind.name));
    let all: Vec<Value> = rows.map(|(row, _)| value(KindView(show, row))).collect();
    Ok(bean(site, call, "issuetype/page", &all))
}
