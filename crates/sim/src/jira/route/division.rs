//! Project categories.

use axum::routing::MethodFilter as Method;
use http::StatusCode;

use super::project::administrator;
use super::{body, signed_in};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::input::{object, text};
use crate::jira::refusal::Refusal;
use crate::jira::scheme::Division;
use crate::jira::site::Site;
use crate::jira::view::Show;
use crate::jira::view::project::division;

pub(crate) fn table() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/projectCategory", Read(divisions)),
        (Method::POST, "/projectCategory", Write(divide)),
        (Method::GET, "/projectCategory/{id}", Read(one_division)),
        (Method::PUT, "/projectCategory/{id}", Write(rename)),
        (Method::DELETE, "/projectCategory/{id}", Write(unite)),
    ]
}

/// `GET projectCategory`
fn divisions(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let show = Show::call(site, call);
    Ok(Answer::ok(&site.catalog.divisions.iter().map(|(row, _)| division(show, row)).collect::<Vec<_>>()))
}

fn division_row(site: &Site, call: &Call<'_>) -> Result<Row<Division>, Refusal> {
    let id = call.param("id");
    let found = site.catalog.divisions.find(|division| division.id.to_string() == id);
    found.ok_or_else(|| Refusal::missing(format!("The project category with id '{id}' was not found.")))
}

/// `GET projectCategory/{id}`
fn one_division(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    Ok(Answer::ok(&division(Show::call(site, call), division_row(site, call)?)))
}

/// `POST projectCategory`
fn divide(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let body = object(body(call)?)?;
    let name = text(&body, "name").filter(|name| !name.trim().is_empty());
    let name = name.ok_or_else(|| Refusal::field("name", "Please specify a name."))?;
    if site.catalog.divisions.find(|division| division.name.eq_ignore_ascii_case(name)).is_some() {
        let said = format!("The project category '{name}' already exists.");
        return Err(Refusal::new(StatusCode::CONFLICT, said));
    }
    let (id, description) =
        (10_000 + site.catalog.divisions.ever(), text(&body, "description").unwrap_or_default());
    let row = site.catalog.divisions.add(Division { id, name: name.into(), description: description.into() });
    Ok(Answer::json(StatusCode::CREATED, &division(Show::call(site, call), row)))
}

/// `PUT projectCategory/{id}`
fn rename(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let (row, body) = (division_row(site, call)?, object(body(call)?)?);
    let division_ = site.catalog.divisions.get_mut(row);
    if let Some(name) = text(&body, "name").filter(|name| !name.trim().is_empty()) {
        division_.name = name.into();
    }
    if let Some(description) = text(&body, "description") {
        division_.description = description.into();
    }
    Ok(Answer::ok(&division(Show::call(site, call), row)))
}

/// `DELETE projectCategory/{id}`: its projects have none afterwards.
fn unite(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let row = division_row(site, call)?;
    let catalog = &mut site.catalog;
    catalog.divisions.strike(row);
    let projects: Vec<_> = catalog.projects.iter().map(|(row, _)| row).collect();
    for project in projects {
        let project = catalog.projects.get_mut(project);
        project.category = project.category.filter(|category| *category != row);
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
