//! Values of custom fields as requests give them. Those of Jira Software are in [`super::agile`].

use serde_json::Value;

use super::read::Place;
use super::value::{LINE, Read, as_text, label, list, person, rich, version};
use super::{Hand, agile};
use crate::frame::table::Row;
use crate::jira::catalog::Project;
use crate::jira::circle::Group;
use crate::jira::custom::{Choice, Custom, Held, Shape};
use crate::jira::date;
use crate::jira::site::Site;

/// The new value of a field; `None` clears it.
pub(crate) fn read(
    site: &Site,
    hand: &Hand<'_>,
    place: Place,
    row: Row<Custom>,
    value: &Value,
) -> Read<Option<Held>> {
    let field = site.catalog.custom.get(row);
    if let Some(held) = agile::read(site, field, value) {
        return held;
    }
    if field.shape == Shape::Area {
        return Ok(rich(hand, value)?.map(Held::Area));
    }
    if field.shape.is_list() {
        return several(site, place, field, list(value)?);
    }
    if value.is_null() {
        return Ok(None);
    }
    one(site, hand, place, field, value)
}

/// A field that holds one thing.
fn one(site: &Site, hand: &Hand<'_>, place: Place, field: &Custom, value: &Value) -> Read<Option<Held>> {
    Ok(match (field.shape, value) {
        (Shape::Number, Value::Number(number)) => number.as_f64().map(Held::Number),
        (Shape::Number, _) => return Err("Operation value must be a number".to_owned()),
        (Shape::Select | Shape::Radio | Shape::EpicStatus, value) => {
            Some(Held::Option(option(field, place, None, value)?.id))
        }
        (Shape::Cascade, value) => Some(cascade(field, place, value)?),
        (Shape::Person, value) => person(site, place.project, value)?.map(Held::Person),
        (Shape::Group, value) => Some(Held::Group(group(site, value)?)),
        (Shape::Version, value) => Some(Held::Version(version(site, place.project, value)?)),
        (Shape::Project, value) => Some(Held::Project(project(site, value)?)),
        (_, Value::String(text)) if text.is_empty() => None,
        (Shape::Date, Value::String(text)) => {
            Some(Held::Date(text.parse().map_err(|_| format!("Error parsing date string: {text}"))?))
        }
        (Shape::Moment, Value::String(text)) => {
            Some(Held::Moment(date::instant(text).ok_or_else(|| format!("Error parsing time: {text}"))?))
        }
        (Shape::Date | Shape::Moment, _) => return Err("data was not a string".to_owned()),
        (Shape::Url, Value::String(text)) if !is_url(text) => {
            return Err("Not a valid URL".to_owned());
        }
        (_, Value::String(text)) => {
            let text = hand.normalise.apply(text.clone());
            if text.chars().count() > LINE {
                return Err(format!(
                    "The entered text is too long. It exceeds the allowed limit of {LINE} characters."
                ));
            }
            (!text.is_empty()).then(|| Held::Text(text.into()))
        }
        _ => return Err("Operation value must be a string".to_owned()),
    })
}

/// A field that holds several things.
fn several(site: &Site, place: Place, field: &Custom, values: &[Value]) -> Read<Option<Held>> {
    let mut held = None;
    for value in values {
        held = joined(held, element(site, place, field, value)?, true);
    }
    Ok(ordered(field, held))
}

/// One of the things that a field holds several of, as that field with nothing else in it.
fn element(site: &Site, place: Place, field: &Custom, value: &Value) -> Read<Held> {
    Ok(match field.shape {
        Shape::People => match person(site, place.project, value)? {
            Some(person) => Held::People(vec![person]),
            None => return Err("expected Object containing a user".to_owned()),
        },
        Shape::Groups => Held::Groups(vec![group(site, value)?]),
        Shape::Labels => Held::Labels(vec![label(value)?.into()]),
        Shape::Versions => Held::Versions(vec![version(site, place.project, value)?]),
        _ => Held::Options(vec![option(field, place, None, value)?.id]),
    })
}

/// A field's value with one thing more or less.
pub(crate) fn toggled(
    site: &Site,
    place: Place,
    row: Row<Custom>,
    (held, value, add): (Option<Held>, &Value, bool),
) -> Read<Option<Held>> {
    let field = site.catalog.custom.get(row);
    let one = element(site, place, field, value)?;
    Ok(ordered(field, joined(held, one, add)))
}

fn joined(held: Option<Held>, one: Held, add: bool) -> Option<Held> {
    fn toggle<T: PartialEq>(mut list: Vec<T>, other: Vec<T>, add: bool) -> Option<Vec<T>> {
        list.retain(|kept| !other.contains(kept));
        if add {
            list.extend(other);
        }
        (!list.is_empty()).then_some(list)
    }
    match (held, one) {
        (None, one) => add.then_some(one),
        (Some(Held::Options(list)), Held::Options(one)) => toggle(list, one, add).map(Held::Options),
        (Some(Held::People(list)), Held::People(one)) => toggle(list, one, add).map(Held::People),
        (Some(Held::Groups(list)), Held::Groups(one)) => toggle(list, one, add).map(Held::Groups),
        (Some(Held::Labels(list)), Held::Labels(one)) => toggle(list, one, add).map(Held::Labels),
        (Some(Held::Versions(list)), Held::Versions(one)) => toggle(list, one, add).map(Held::Versions),
        (held, _) => held,
    }
}

/// Options stand in the field's order, labels by name, as they were chosen otherwise.
fn ordered(field: &Custom, held: Option<Held>) -> Option<Held> {
    let mut held = held?;
    match &mut held {
        Held::Options(ids) => {
            ids.sort_by_key(|id| field.options.iter().position(|option| option.id == *id));
        }
        Held::Labels(labels) => labels.sort_unstable(),
        Held::Versions(rows) => rows.sort_unstable(),
        _ => {}
    }
    Some(held)
}

/// One option among those offered at a place, below `parent` in a cascade.
fn option<'a>(field: &'a Custom, place: Place, parent: Option<u32>, value: &Value) -> Read<&'a Choice> {
    let context = place.project.and_then(|project| field.context(project, place.kind));
    let offered = |option: &&Choice| {
        option.parent == parent
            && !option.disabled
            && context.is_none_or(|context| option.context == context.id)
    };
    let mut options = field.options.iter().filter(offered);
    if let Some(id) = value.get("id").filter(|id| !id.is_null()).map(as_text) {
        let found = options.find(|option| option.id.to_string() == id);
        return found.ok_or_else(|| format!("Option id '{id}' is not valid"));
    }
    let Some(text) = value.get("value").and_then(Value::as_str) else {
        return Err("Specify a valid 'id' or 'name' for the option".to_owned());
    };
    options.find(|option| *option.value == *text).ok_or_else(|| format!("Option value '{text}' is not valid"))
}

fn cascade(field: &Custom, place: Place, value: &Value) -> Read<Held> {
    let above = option(field, place, None, value)?;
    let below = value.get("child").filter(|child| !child.is_null());
    let below = below.map(|child| option(field, place, Some(above.id), child)).transpose()?;
    Ok(Held::Cascade(above.id, below.map(|option| option.id)))
}

fn group(site: &Site, value: &Value) -> Read<Row<Group>> {
    let given = value.get("name").or_else(|| value.get("groupId")).and_then(Value::as_str);
    let given = given.ok_or("expected Object containing a group")?;
    site.catalog.group(given).ok_or_else(|| format!("The group named '{given}' does not exist"))
}

fn project(site: &Site, value: &Value) -> Read<Row<Project>> {
    let given = value.get("id").or_else(|| value.get("key")).map(as_text);
    let given = given.ok_or("expected Object containing a project")?;
    site.catalog.project(&given).ok_or_else(|| format!("Project '{given}' does not exist"))
}

/// Whether a text is an address with a scheme.
fn is_url(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, rest)| {
        !rest.is_empty()
            && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.chars().all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter))
    }) || text.starts_with("mailto:")
}
