//! Single field values as requests give them.
//!
//! Each reader answers the typed value or Jira's words for what is wrong with it.

use serde_json::Value;

use super::read::Place;
use super::{Hand, Set, custom};
use crate::frame::call::Person;
use crate::frame::table::{Row, Table};
use crate::jira::catalog::{Project, Version};
use crate::jira::field::Field;
use crate::jira::issue::Text;
use crate::jira::site::Site;

/// Jira's limit on a summary and on single-line texts.
pub(super) const LINE: usize = 255;
/// Jira's default limit on rich texts (`jira.text.field.character.limit`).
const RICH: usize = 32_767;

pub(crate) type Read<T> = Result<T, String>;

/// The new value of a field of an issue at a place.
pub(crate) fn read(site: &Site, hand: &Hand<'_>, place: Place, field: Field, value: &Value) -> Read<Set> {
    let (catalog, project) = (&site.catalog, place.project);
    Ok(match field {
        Field::Project => Set::Project(project_of(site, value)?),
        Field::IssueType => {
            // Server's words for an unknown type are those its own clients test for (github.com/pycontribs/jira,
            // tests/resources/test_issue.py), for one of another project those of github.com/andygrunwald/go-jira#265.
            let words = |server| if site.is_cloud() { "Specify a valid issue type" } else { server };
            let row = by_id_or(&catalog.kinds, value, "name", |kind| (&kind.id, &kind.name))
                .map_err(|_| words("issue type is required"))?;
            let fits = project.is_none_or(|project| catalog.kinds_of(project).contains(&row));
            Set::Kind(fits.then_some(row).ok_or_else(|| words("The issue type selected is invalid."))?)
        }
        Field::Summary => Set::Summary(summary(hand, value)?),
        Field::Description => Set::Description(rich(hand, value)?),
        Field::Environment => Set::Environment(rich(hand, value)?),
        Field::Priority => {
            let row = by_id_or(&catalog.priorities, value, "name", |priority| (&priority.id, &priority.name))
                .map_err(|what| format!("Priority {what} is not valid"))?;
            let scheme =
                project.map(|row| catalog.priority_schemes.get(catalog.projects.get(row).priorities));
            let fits = scheme.is_none_or(|scheme| scheme.priorities.contains(&row));
            Set::Priority(fits.then_some(row).ok_or("The priority selected is invalid.")?)
        }
        Field::Resolution if value.is_null() => Set::Resolution(None),
        Field::Resolution => Set::Resolution(Some(
            by_id_or(&catalog.resolutions, value, "name", |resolution| (&resolution.id, &resolution.name))
                .map_err(|what| format!("Resolution {what} is not valid"))?,
        )),
        Field::Assignee => Set::Assignee(person(site, project, value)?),
        Field::Reporter => Set::Reporter(person(site, project, value)?.ok_or("Reporter is required.")?),
        Field::Labels => Set::Labels(list(value)?.iter().map(label).collect::<Read<_>>()?),
        Field::Components => Set::Components(
            list(value)?.iter().map(|one| component(site, project, one)).collect::<Read<_>>()?,
        ),
        Field::FixVersions => {
            Set::FixVersions(list(value)?.iter().map(|one| version(site, project, one)).collect::<Read<_>>()?)
        }
        Field::Versions => {
            Set::Versions(list(value)?.iter().map(|one| version(site, project, one)).collect::<Read<_>>()?)
        }
        Field::DueDate => Set::Due(match value {
            Value::Null => None,
            Value::String(text) if text.is_empty() => None,
            Value::String(text) => {
                Some(text.parse().map_err(|_| format!("Error parsing date string: {text}"))?)
            }
            _ => return Err("Error parsing date string".to_owned()),
        }),
        Field::Security => Set::Security(level(site, hand, place, value)?),
        Field::TimeTracking => estimates(site, value)?,
        Field::Custom(row) => Set::Custom(row, custom::read(site, hand, place, row, value)?),
        _ => return Err(super::unknown(field.id(catalog))),
    })
}

/// A security level by id or name, if whoever writes may give it; `-1` and null are none.
fn level(site: &Site, hand: &Hand<'_>, place: Place, value: &Value) -> Read<Option<u32>> {
    let id = value.get("id").filter(|id| !id.is_null()).map(as_text);
    let name = value.get("name").and_then(Value::as_str);
    if value.is_null() || id.as_deref() == Some("-1") || (value.is_object() && id.is_none() && name.is_none())
    {
        return Ok(None);
    }
    let open = place.project.map(|project| site.levels_for(Some(hand.by.who), project)).unwrap_or_default();
    let found = open.iter().find(|level| match (&id, name) {
        (Some(id), _) => level.id.to_string() == *id,
        (None, Some(name)) => level.name.eq_ignore_ascii_case(name),
        (None, None) => false,
    });
    let wanted = id.as_deref().or(name).unwrap_or_default();
    found.map(|level| Some(level.id)).ok_or_else(|| format!("Security level '{wanted}' is not valid."))
}

/// Estimates, written as durations.
fn estimates(site: &Site, value: &Value) -> Read<Set> {
    if !value.is_object() {
        return Err("expected Object".to_owned());
    }
    let read = |name: &str, what: &str| match value.get(name).map(as_text) {
        None => Ok(None),
        Some(text) => {
            let read = site.instance.pace.parse(&text).map(Some);
            read.ok_or_else(|| format!("The {what} estimate specified is not valid."))
        }
    };
    Ok(Set::Estimates(read("originalEstimate", "original")?, read("remainingEstimate", "remaining")?))
}

fn project_of(site: &Site, value: &Value) -> Read<Row<Project>> {
    let named = value.get("id").or_else(|| value.get("key")).map(as_text);
    named.and_then(|named| site.catalog.project(&named)).ok_or_else(|| {
        if site.is_cloud() {
            "Specify a valid project ID or key".to_owned()
        } else {
            "project is required".to_owned()
        }
    })
}

/// A number or a text as text: ids come as either.
pub(super) fn as_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The row whose id, or whose name under `name`, is given; else what was given, for the error.
fn by_id_or<T>(
    table: &Table<T>,
    value: &Value,
    name: &str,
    parts: impl for<'a> Fn(&'a T) -> (&'a Box<str>, &'a Box<str>),
) -> Read<Row<T>> {
    if let Some(id) = value.get("id").filter(|id| !id.is_null()).map(as_text) {
        return table.find(|row| **parts(row).0 == *id).ok_or_else(|| format!("id '{id}'"));
    }
    match value.get(name) {
        Some(Value::String(text)) => table
            .find(|row| parts(row).1.eq_ignore_ascii_case(text))
            .ok_or_else(|| format!("{name} '{text}'")),
        _ => Err(format!("without 'id' or '{name}'")),
    }
}

fn summary(hand: &Hand<'_>, value: &Value) -> Read<Box<str>> {
    let Some(text) = value.as_str() else {
        let missing = value.is_null();
        return Err(if missing {
            "You must specify a summary of the issue."
        } else {
            "Operation value must be a string"
        }
        .into());
    };
    let text = hand.normalise.apply(text.to_owned());
    if text.trim().is_empty() {
        Err("You must specify a summary of the issue.".to_owned())
    } else if text.contains(['\n', '\r']) {
        Err("The summary is invalid because it contains newline characters.".to_owned())
    } else if text.chars().count() > LINE {
        Err(format!("Summary must be less than {LINE} characters."))
    } else {
        Ok(text.into())
    }
}

/// A rich text in the hand's dialect; nothing and empty are the same.
pub(crate) fn rich(hand: &Hand<'_>, value: &Value) -> Read<Option<Text>> {
    let text = match value {
        Value::Null => return Ok(None),
        Value::String(text) if !hand.adf => Text::Wiki(hand.normalise.apply(text.clone()).into()),
        Value::Object(_) if hand.adf => Text::document(value).map_err(|_| "INVALID_INPUT".to_owned())?,
        _ if hand.adf => {
            return Err("Operation value must be an Atlassian Document (see the Atlassian Document Format)"
                .to_owned());
        }
        _ => return Err("Operation value must be a string".to_owned()),
    };
    let wiki = text.wiki();
    if wiki.chars().count() > RICH {
        return Err(
            "The entered text is too long. It exceeds the allowed limit of 32,767 characters.".to_owned()
        );
    }
    let empty = wiki.trim().is_empty();
    drop(wiki);
    Ok((!empty).then_some(text))
}

/// A person, or nobody; `-1` is whoever gets the project's new issues ("automatic").
pub(super) fn person(site: &Site, project: Option<Row<Project>>, value: &Value) -> Read<Option<Person>> {
    if value.is_null() {
        return Ok(None);
    }
    let given = if site.is_cloud() {
        value.get("accountId").or_else(|| value.get("id"))
    } else {
        value.get("name").or_else(|| value.get("key"))
    };
    match given {
        Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) if text == "-1" => {
            Ok(project.and_then(|row| site.catalog.assignee(row, &[])))
        }
        Some(Value::String(text)) => site
            .catalog
            .person(|account| {
                if site.is_cloud() {
                    *account.account_id == **text
                } else {
                    *account.name == **text || *account.key == **text
                }
            })
            .map(Some)
            .ok_or_else(|| format!("User '{text}' does not exist.")),
        _ => Err("expected Object containing a user".to_owned()),
    }
}

pub(super) fn list(value: &Value) -> Read<&[Value]> {
    match value {
        Value::Null => Ok(&[]),
        Value::Array(list) => Ok(list),
        _ => Err("data was not an array".to_owned()),
    }
}

/// One label.
pub(super) fn label(value: &Value) -> Read<String> {
    match value {
        Value::String(text) if text.contains(char::is_whitespace) => {
            Err(format!("The label '{text}' contains spaces which is invalid."))
        }
        Value::String(text) if text.chars().count() > LINE => {
            Err(format!("The label '{text}' exceeds the maximum length for labels of {LINE} characters."))
        }
        Value::String(text) if !text.is_empty() => Ok(text.clone()),
        _ => Err("Operation value must be a string".to_owned()),
    }
}

/// One component of the project.
pub(super) fn component(
    site: &Site,
    project: Option<Row<Project>>,
    value: &Value,
) -> Read<Row<crate::jira::catalog::Component>> {
    let id = value.get("id").map(as_text);
    let name = value.get("name").and_then(Value::as_str).unwrap_or_default();
    let found = site.catalog.components.find(|component| {
        Some(component.project) == project
            && id.as_ref().map_or(&*component.name == name, |id| component.id.to_string() == *id)
    });
    found.ok_or_else(|| match id {
        Some(id) => format!("Component id '{id}' is not valid"),
        None => format!("Component name '{name}' is not valid"),
    })
}

/// One version of the project.
pub(super) fn version(site: &Site, project: Option<Row<Project>>, value: &Value) -> Read<Row<Version>> {
    let id = value.get("id").map(as_text);
    let name = value.get("name").and_then(Value::as_str).unwrap_or_default();
    let found = site.catalog.versions.find(|version| {
        Some(version.project) == project
            && id.as_ref().map_or(&*version.name == name, |id| version.id.to_string() == *id)
    });
    found.ok_or_else(|| match id {
        Some(id) => format!("Version id '{id}' is not valid"),
        None => format!("Version name '{name}' is not valid"),
    })
}
