//! The values of Jira Software's fields: sprints by id, epics by key.

use serde_json::Value;

use super::Set;
use crate::jira::agile::Stage;
use crate::jira::custom::{Custom, Held, Shape};
use crate::jira::input;
use crate::jira::issue::Issue;
use crate::jira::site::Site;

/// The new value of such a field; `None` for any other.
pub(super) fn read(site: &Site, field: &Custom, value: &Value) -> Option<Result<Option<Held>, String>> {
    match field.shape {
        Shape::Sprint | Shape::EpicLink if value.is_null() => Some(Ok(None)),
        Shape::Sprint => Some(sprint(site, value)),
        Shape::EpicLink => Some(epic(site, value)),
        _ => None,
    }
}

/// One sprint that is not over: Jira takes its number, and a text with the number in it.
fn sprint(site: &Site, value: &Value) -> Result<Option<Held>, String> {
    let given = match value {
        Value::Array(list) => match list.as_slice() {
            [] => return Ok(None),
            [only] => input::id(only),
            _ => return Err("Number value expected as the Sprint id.".to_owned()),
        },
        other => input::id(other),
    };
    let id =
        given.and_then(|given| given.parse::<u32>().ok()).ok_or("Number value expected as the Sprint id.")?;
    match site.agile.sprints.get(&id) {
        None => {
            Err(format!("Sprint with id '{id}' does not exist or you do not have permission to view it."))
        }
        Some(sprint) if sprint.stage == Stage::Closed => {
            Err("Issue can be assigned only active or future sprints.".to_owned())
        }
        Some(_) => Ok(Some(Held::Sprints(vec![id]))),
    }
}

fn epic(site: &Site, value: &Value) -> Result<Option<Held>, String> {
    let given = value.as_str().ok_or("Epic Link must be the key of an epic.")?;
    if given.is_empty() {
        return Ok(None);
    }
    let found = site.find(given.strip_prefix("key:").unwrap_or(given)).and_then(|id| site.issues.get(id));
    match found {
        Some(issue) if site.is_epic(issue) => Ok(Some(Held::Epic(issue.id, site.key(issue).into()))),
        Some(_) => Err(format!("Issue '{given}' is not an epic.")),
        None => Err(format!("Issue '{given}' does not exist or you do not have permission to see it.")),
    }
}

/// A new sprint joins those that are over: these stay with an issue for good.
pub(super) fn complete(site: &Site, issue: Option<&Issue>, set: Set) -> Set {
    let (row, held) = match set {
        Set::Custom(row, held) if site.catalog.custom.get(row).shape == Shape::Sprint => (row, held),
        other => return other,
    };
    let new = match held {
        Some(Held::Sprints(ids)) => ids,
        _ => Vec::new(),
    };
    Set::Custom(row, joined(site, issue, &new))
}

/// The sprints of an issue once it is in `new` and no other one that is not over.
pub(crate) fn joined(site: &Site, issue: Option<&Issue>, new: &[u32]) -> Option<Held> {
    let old = issue.map(|issue| issue.sprints(&site.catalog)).unwrap_or_default();
    let mut ids: Vec<u32> = old.iter().copied().filter(|id| site.agile.is_closed(*id)).collect();
    ids.extend_from_slice(new);
    (!ids.is_empty()).then_some(Held::Sprints(ids))
}
