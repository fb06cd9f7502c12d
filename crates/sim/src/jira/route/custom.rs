//! Data Center's list of custom fields, and deleting several at once.

use axum::routing::MethodFilter as Method;
use serde_json::{Map, Value, json};

use super::field::{last_change, projects, screen_count};
use super::rows::administer;
use super::{bean, signed_in};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::custom::Custom;
use crate::jira::date::Stamp;
use crate::jira::deed;
use crate::jira::field::Field;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::view::put;

/// What only Data Center and Server have.
pub(crate) fn data_center() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![(Method::GET, "/customFields", Read(list)), (Method::DELETE, "/customFields", Write(delete))]
}

fn view(site: &Site, call: &Call<'_>, row: Row<Custom>) -> Value {
    let (catalog, custom) = (&site.catalog, site.catalog.custom.get(row));
    let mut of: Vec<u32> = Vec::new();
    let mut kinds: Vec<&str> = Vec::new();
    for context in &custom.contexts {
        of.extend(context.projects.iter().map(|row| catalog.projects.get(*row).id));
        kinds.extend(context.kinds.iter().map(|row| &*catalog.kinds.get(*row).id));
    }
    let everywhere = custom.contexts.iter().any(|context| context.projects.is_empty());
    let mut shown = json!({
        "self": format!("{}/rest/api/{}/customFields/{}", site.base, call.api, custom.id),
        "id": custom.id,
        "numericId": custom.number,
        "name": custom.name,
        "description": custom.description,
        "type": custom.shape.title(),
        "isLocked": custom.shape.is_agile(),
        "isManaged": custom.shape.is_agile(),
        "isTrusted": true,
        "isAllProjects": everywhere,
        "projectIds": of,
        "projectsCount": if everywhere { 0 } else { projects(site, custom) },
        "issueTypeIds": kinds,
        "screensCount": screen_count(site, row),
        "issuesWithValue": site.issues.iter().filter(|issue| issue.held(row).is_some()).count(),
    });
    if let Some(key) = &custom.searcher {
        put(&mut shown, "searcherKey", &**key);
    }
    if let Some(at) = last_change(site, row) {
        put(&mut shown, "lastValueUpdate", Stamp(at).to_string());
    }
    shown
}

/// `GET customFields`
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let (query, catalog) = (&call.query, &site.catalog);
    let text = query.get("search").unwrap_or_default().to_lowercase();
    let (types, on, within) = (query.list("types"), query.list("screenIds"), query.list("projectIds"));
    let mut rows: Vec<(Row<Custom>, &Custom)> = catalog.customs().collect();
    rows.retain(|(_, custom)| custom.name.to_lowercase().contains(&text));
    rows.retain(|(_, custom)| types.is_empty() || types.contains(&custom.shape.key()));
    rows.retain(|(row, _)| {
        let mut screens = catalog.screens.iter().map(|(_, screen)| screen);
        on.is_empty() || screens.any(|one| on.contains(&one.id.to_string()) && one.has(Field::Custom(*row)))
    });
    rows.retain(|(_, custom)| {
        let mut projects = catalog.projects.iter();
        within.is_empty()
            || projects.any(|(row, one)| within.contains(&one.id.to_string()) && custom.applies(row, None))
    });
    match query.get("sortColumn").unwrap_or("name") {
        "projectsCount" => rows.sort_by_cached_key(|(_, custom)| projects(site, custom)),
        "screensCount" => rows.sort_by_cached_key(|(row, _)| screen_count(site, *row)),
        "lastValueUpdate" => rows.sort_by_cached_key(|(row, _)| last_change(site, *row)),
        _ => rows.sort_by_cached_key(|(_, custom)| custom.name.to_lowercase()),
    }
    if query.get("sortOrder").is_some_and(|order| order.eq_ignore_ascii_case("desc")) {
        rows.reverse();
    }
    let all: Vec<Value> = rows.into_iter().map(|(row, _)| view(site, call, row)).collect();
    Ok(bean(site, call, "customFields", &all))
}

/// `DELETE customFields`: those that cannot be deleted are told of, one by one.
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (mut gone, mut left) = (Vec::new(), Map::new());
    for id in call.query.list("ids") {
        match site.catalog.custom.find(|custom| *custom.id == *id) {
            None => {
                left.insert(id, "The custom field does not exist.".into());
            }
            Some(row) if site.catalog.custom.get(row).shape.is_agile() => {
                left.insert(id, "The custom field is locked.".into());
            }
            Some(row) => {
                deed::field::remove(site, row);
                gone.push(id);
            }
        }
    }
    if gone.is_empty() {
        return Err(Refusal::bad("No custom fields were deleted."));
    }
    let said = format!("{} custom fields were deleted.", gone.len());
    Ok(Answer::ok(&json!({"message": said, "deletedCustomFields": gone, "notDeletedCustomFields": left})))
}
