//! Links to other issues, as an edit of `issuelinks` gives them.

use serde_json::Value;

use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::jira::input;
use crate::jira::part::LinkType;
use crate::jira::site::Site;

/// A link from an issue that is edited, or to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tie {
    pub(crate) kind: Row<LinkType>,
    pub(crate) other: u32,
    /// Whether the link begins at the edited issue.
    pub(crate) outward: bool,
}

/// The link type that `{"name"}` or `{"id"}` names; else Jira's words.
pub(crate) fn kind(site: &Site, value: Option<&Value>) -> Result<Row<LinkType>, String> {
    let types = &site.catalog.link_types;
    if let Some(id) = value.and_then(|value| value.get("id")).and_then(input::id) {
        let found = types.find(|kind| !kind.system && kind.id.to_string() == id);
        return found.ok_or_else(|| format!("No issue link type with id '{id}' found."));
    }
    match value.and_then(|value| input::text(value, "name")) {
        Some(name) => {
            let found = types.find(|kind| !kind.system && *kind.name == *name);
            found.ok_or_else(|| format!("No issue link type with name '{name}' found."))
        }
        None => Err("No issue link type was given.".to_owned()),
    }
}

/// The issue that `{"key"}` or `{"id"}` names, if this person may see it; else Jira's words.
pub(crate) fn issue(site: &Site, who: Option<Person>, value: &Value) -> Result<u32, String> {
    let named = value.get("key").or_else(|| value.get("id")).and_then(input::id);
    let missing = || "Issue does not exist or you do not have permission to see it.".to_owned();
    let named = named.ok_or_else(missing)?;
    site.see(who, &named).map(|issue| issue.id).map_err(|_| missing())
}

/// What `{"add": …}` of `issuelinks` gives.
pub(super) fn read(site: &Site, who: Person, value: &Value) -> Result<Tie, String> {
    let kind = kind(site, value.get("type"))?;
    let (other, outward) = match (value.get("outwardIssue"), value.get("inwardIssue")) {
        (Some(other), None) => (other, true),
        (None, Some(other)) => (other, false),
        _ => return Err("Either 'inwardIssue' or 'outwardIssue' is required.".to_owned()),
    };
    Ok(Tie { kind, other: issue(site, Some(who), other)?, outward })
}
