//! Statuses: Cloud's newer API that makes, changes and removes them, and Data Center's page.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::kind::{fits, value};
use super::priority::new_name;
use super::project::administrator;
use super::{bean, body, page, signed_in, slice};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::catalog::{Category, Status};
use crate::jira::input::{object, text};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::view::Show;
use crate::jira::view::settings::StatusView;

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/statuses", Read(statuses)),
        (Method::POST, "/statuses", Write(create_statuses)),
        (Method::PUT, "/statuses", Write(update_statuses)),
        (Method::DELETE, "/statuses", Write(delete_statuses)),
        (Method::GET, "/statuses/byNames", Read(by_names)),
        (Method::GET, "/statuses/search", Read(search_statuses)),
    ]
}

/// What only Data Center and Server have.
pub(crate) fn data_center() -> Vec<Route<Site>> {
    vec![(Method::GET, "/status/page", Act::Read(status_page))]
}

pub(super) fn status_view(site: &Site, row: Row<Status>) -> Value {
    let status = site.catalog.statuses.get(row);
    json!({
        "id": status.id,
        "name": status.name,
        "description": status.description,
        "statusCategory": status.category.word(),
        "scope": {"type": "GLOBAL"},
    })
}

/// `GET statuses`: those whose ids the query lists.
fn statuses(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let ids = call.query.list("id");
    if ids.is_empty() {
        return Err(Refusal::bad("The query parameter 'id' is required."));
    }
    let rows = ids.iter().filter_map(|id| site.catalog.statuses.find(|status| *status.id == **id));
    Ok(Answer::ok(&rows.map(|row| status_view(site, row)).collect::<Vec<_>>()))
}

/// `GET statuses/search`
fn search_statuses(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let text = call.query.get("searchString").unwrap_or_default().to_lowercase();
    let category = call.query.get("statusCategory");
    let rows = site.catalog.statuses.iter().filter(|(_, status)| {
        status.name.to_lowercase().contains(&text)
            && category.is_none_or(|wanted| status.category.word() == wanted)
    });
    let all: Vec<Value> = rows.map(|(row, _)| status_view(site, row)).collect();
    let (start, max) = page(call, 200, 200);
    let shown = slice(&all, (start, max));
    Ok(Answer::ok(&json!({
        "self": format!("{}/rest/api/{}/statuses/search?startAt={start}&maxResults={max}", site.base, call.api),
        "startAt": start,
        "maxResults": max,
        "total": all.len(),
        "isLast": start + shown.len() >= all.len(),
        "values": shown,
    })))
}

fn category_of(body: &Value) -> Result<Category, Refusal> {
    let category = text(body, "statusCategory").and_then(Category::by_word);
    category.ok_or_else(|| {
        let words = [Category::New, Category::Indeterminate, Category::Done].map(Category::word);
        Refusal::bad(format!("The status category is one of {}.", words.join(", ")))
    })
}

/// `GET statuses/byNames`
fn by_names(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let names: Vec<&str> = call.query.all("name").collect();
    if names.is_empty() {
        return Err(Refusal::bad("The query parameter 'name' is required."));
    }
    let named = |status: &Status| names.iter().any(|name| status.name.eq_ignore_ascii_case(name));
    let rows = site.catalog.statuses.iter().filter(|(_, status)| named(status));
    Ok(Answer::ok(&rows.map(|(row, _)| status_view(site, row)).collect::<Vec<_>>()))
}

/// `POST statuses`: all or none are made.
fn create_statuses(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let body = object(body(call)?)?;
    let Some(Value::Array(list)) = body.get("statuses") else {
        return Err(Refusal::bad("The member 'statuses' is required."));
    };
    let statuses = &site.catalog.statuses;
    let mut made = Vec::new();
    for one in list {
        let name =
            new_name(one, |name| statuses.find(|status| status.name.eq_ignore_ascii_case(name)).is_some());
        let name = name.map_err(|refusal| Refusal { status: StatusCode::CONFLICT, ..refusal })?;
        made.push((
            name.to_owned(),
            text(one, "description").unwrap_or_default().to_owned(),
            category_of(one)?,
        ));
    }
    let mut shown = Vec::new();
    for (name, description, category) in made {
        let id = (10_100 + site.catalog.statuses.ever()).to_string().into();
        let status = Status { id, name: name.into(), description: description.into(), category };
        let row = site.catalog.statuses.add(status);
        shown.push(status_view(site, row));
    }
    Ok(Answer::ok(&shown))
}

/// `PUT statuses`
fn update_statuses(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let body = object(body(call)?)?;
    let Some(Value::Array(list)) = body.get("statuses") else {
        return Err(Refusal::bad("The member 'statuses' is required."));
    };
    let find = |one: &Value| {
        let id = text(one, "id").unwrap_or_default();
        site.catalog
            .statuses
            .find(|status| *status.id == *id)
            .ok_or_else(|| Refusal::bad(format!("There is no status with the ID '{id}'.")))
    };
    let changes = list
        .iter()
        .map(|one| Ok((find(one)?, one, category_of(one)?)))
        .collect::<Result<Vec<_>, Refusal>>()?;
    for (row, one, category) in changes {
        let status = site.catalog.statuses.get_mut(row);
        if let Some(name) = text(one, "name").filter(|name| !name.trim().is_empty()) {
            status.name = name.into();
        }
        if let Some(description) = text(one, "description") {
            status.description = description.into();
        }
        status.category = category;
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `DELETE statuses`: none that a workflow uses.
fn delete_statuses(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let ids = call.query.list("id");
    let find = |id: &String| {
        let row = site.catalog.statuses.find(|status| *status.id == **id);
        row.ok_or_else(|| Refusal::missing(format!("There is no status with the ID '{id}'.")))
    };
    let rows = ids.iter().map(find).collect::<Result<Vec<_>, _>>()?;
    let used = |row: &Row<Status>| {
        site.catalog.workflows.iter().any(|(_, workflow)| workflow.statuses().contains(row))
            || site.issues.iter().any(|issue| issue.status == *row)
    };
    if rows.is_empty() || rows.iter().any(used) {
        return Err(Refusal::bad("The statuses are missing, or used by a workflow."));
    }
    rows.into_iter().for_each(|row| site.catalog.statuses.strike(row));
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `GET status/page`
fn status_page(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let show = Show::call(site, call);
    let rows = site.catalog.statuses.iter().filter(|(_, status)| fits(call, &status.id, &status.name));
    let all: Vec<Value> = rows.map(|(row, _)| value(StatusView(show, row))).collect();
    Ok(bean(site, call, "status/page", &all))
}
