//! The columns of a filter, when it has some of its own.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::filter::{enter, find};
use super::signed_in;
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Query};
use crate::frame::world::{Act, Route};
use crate::jira::field::Field;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// What both faces have.
pub(crate) fn both() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/filter/{id}/columns", Read(columns)),
        (Method::PUT, "/filter/{id}/columns", Write(set_columns)),
        (Method::DELETE, "/filter/{id}/columns", Write(reset_columns)),
    ]
}

/// `GET filter/{id}/columns`: 404 while the filter has none of its own.
fn columns(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let filter = find(site, call)?;
    let missing = || Refusal::missing("The filter has no columns of its own.");
    let columns = filter.columns.as_ref().ok_or_else(missing)?;
    let (catalog, cloud) = (&site.catalog, site.is_cloud());
    let shown: Vec<Value> = columns
        .iter()
        .filter_map(|id| Field::of(id, catalog, cloud))
        .map(|field| json!({"label": field.name(catalog), "value": field.id(catalog)}))
        .collect();
    Ok(Answer::ok(&shown))
}

/// `PUT filter/{id}/columns`: a form with a `columns` for each, or JSON on Cloud.
fn set_columns(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (id, _) = enter(site, call)?;
    let columns: Vec<String> = match serde_json::from_slice::<Value>(&call.body) {
        Ok(body) => super::strings(&body, "columns"),
        Err(_) => {
            let form = format!("/?{}", String::from_utf8_lossy(&call.body).trim());
            form.parse().map(|uri| Query::of(&uri).list("columns")).unwrap_or_default()
        }
    };
    let (catalog, cloud) = (&site.catalog, site.is_cloud());
    if let Some(unknown) = columns.iter().find(|column| Field::of(column, catalog, cloud).is_none()) {
        return Err(Refusal::bad(format!("The column '{unknown}' does not exist.")));
    }
    if let Some(filter) = site.filters.get_mut(id) {
        filter.columns = Some(columns);
    }
    Ok(Answer::empty(StatusCode::OK))
}

/// `DELETE filter/{id}/columns`
fn reset_columns(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (id, _) = enter(site, call)?;
    if let Some(filter) = site.filters.get_mut(id) {
        filter.columns = None;
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
