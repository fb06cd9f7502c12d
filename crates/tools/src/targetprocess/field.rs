//! What a field is called, what it holds, and how its JSON looks.

use bowline_core::Value;
use bowline_core::text::Doc;
use bowline_core::value::Choice;
use serde_json::{Value as Json, json};

use super::date;
use super::list::choice;
use super::site::lower_first;
use crate::line::one_line;
use crate::rich::{Dialect, plain};

/// Rich text that begins with this is Markdown, not HTML. [I]nferred from the vendor's own rule samples
/// (developer hub, “Message to Slack when Request created”).
const MARKDOWN: &str = "<!--markdown-->";

/// A field of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field<'a> {
    /// One line.
    Name,
    /// HTML, or Markdown where the site is set so.
    Description,
    /// Out of the type's list.
    Priority,
    /// The workflow state; only a step changes it.
    State,
    /// A string with commas.
    Tags,
    /// The person assigned with the connection's role.
    Person,
    /// Points or hours, by role.
    Effort,
    /// A day: `PlannedStartDate`, `PlannedEndDate`.
    Day(&'a str),
    /// A reference that is read and not written: `Feature`, `Release`, ….
    Reference(&'a str),
    /// A custom field, by its name.
    Custom(&'a str),
    /// Anything else.
    Unknown,
}

impl<'a> Field<'a> {
    /// The field of a name, as profiles use it.
    pub(crate) fn of(name: &'a str) -> Self {
        match name {
            "Name" => Self::Name,
            "Description" => Self::Description,
            "Priority" => Self::Priority,
            "EntityState" => Self::State,
            "Tags" => Self::Tags,
            "AssignedUser" => Self::Person,
            "Effort" => Self::Effort,
            "PlannedStartDate" | "PlannedEndDate" => Self::Day(name),
            "Feature" | "Epic" | "Release" | "Iteration" | "TeamIteration" => Self::Reference(name),
            other => other.strip_prefix("CustomFields.").map_or(Self::Unknown, Self::Custom),
        }
    }

    /// How v1 is asked for it, when it is read and when it was written.
    pub(crate) fn include(self) -> Option<String> {
        match self {
            Self::Name => Some("Name".to_owned()),
            Self::Description => Some("Description".to_owned()),
            Self::Priority => Some("Priority[Id,Name]".to_owned()),
            Self::State => Some("EntityState[Id,Name]".to_owned()),
            Self::Effort => Some("Effort".to_owned()),
            Self::Person => {
                Some("Assignments[Id,Role[Id,Name],GeneralUser[Id,FirstName,LastName]]".to_owned())
            }
            Self::Day(name) => Some(name.to_owned()),
            Self::Reference(name) => Some(format!("{name}[Id,Name]")),
            Self::Custom(_) => Some("CustomFields".to_owned()),
            Self::Tags | Self::Unknown => None,
        }
    }

    /// Reads it from an item with camelCase names. `None` if the item has no such field or its value cannot be read:
    /// that must not pass for empty.
    pub(crate) fn read(self, item: &Json, role: &str) -> Option<Value> {
        let member = |name: &str| item.get(lower_first(name)).filter(|found| !found.is_null());
        let known =
            |found: Option<&Json>, read: fn(&Json) -> Option<Value>| found.map_or(Some(Value::Null), read);
        match self {
            Self::Name => known(member("name"), |found| Some(Value::Text(found.as_str()?.to_owned()))),
            Self::Description => known(member("description"), read_rich),
            Self::Priority => known(member("priority"), |found| choice(found).map(Value::Choice)),
            Self::State => known(member("entityState"), |found| choice(found).map(Value::Choice)),
            Self::Reference(name) => known(member(name), |found| choice(found).map(Value::Choice)),
            Self::Tags => {
                let ours = tags(member("tags")).into_iter().filter(|tag| !is_marker(tag));
                Some(Value::Set(ours.map(Value::Text).collect()))
            }
            Self::Person => Some(super::assignment::assigned(item, role).map_or(Value::Null, Value::Person)),
            Self::Effort => known(member("effort"), |found| found.as_f64().map(Value::Number)),
            Self::Day(name) => known(member(name), day),
            Self::Custom(name) => custom(item, name).and_then(read_custom),
            Self::Unknown => None,
        }
    }
}

/// Whether a description is in Markdown.
pub(crate) fn is_markdown(found: &str) -> bool {
    found.trim_start().starts_with(MARKDOWN)
}

/// Rich text: HTML, or Markdown taken as plain text.
pub(crate) fn rich(found: &str) -> Doc {
    match found.trim_start().strip_prefix(MARKDOWN) {
        Some(markdown) => plain(markdown),
        None => bowline_text::html::parse(found),
    }
}

fn read_rich(found: &Json) -> Option<Value> {
    let doc = rich(found.as_str()?);
    Some(if doc.is_empty() { Value::Null } else { Value::Rich(doc) })
}

fn day(found: &Json) -> Option<Value> {
    Some(Value::Date(date::parse(found.as_str()?)?.day()))
}

/// The tags of an item, markers included, sorted.
pub(crate) fn tags(found: Option<&Json>) -> Vec<String> {
    let all = found.and_then(Json::as_str).unwrap_or_default();
    let mut all: Vec<String> =
        all.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Whether a tag is a marker of ours.
pub(crate) fn is_marker(tag: &str) -> bool {
    tag.starts_with("bowline-shr_")
}

/// The tags as v1 wants them: the string replaces whatever was there.
pub(crate) fn print_tags(values: &[Value]) -> Result<String, String> {
    let mut all = Vec::new();
    for value in values {
        let Value::Text(tag) = value else { return Err(format!("{} is not a tag", value.kind())) };
        let tag = tag.trim();
        if tag.is_empty() || tag.contains(',') || is_marker(tag) {
            return Err(format!("the tag `{tag}` is empty, has a comma in it, or is one of Bowline's own"));
        }
        all.push(tag);
    }
    Ok(all.join(","))
}

/// A custom field's entry.
fn custom<'j>(item: &'j Json, name: &str) -> Option<&'j Json> {
    let all = item.get("customFields")?.as_array()?;
    all.iter().find(|entry| entry.get("name").and_then(Json::as_str) == Some(name))
}

fn read_custom(entry: &Json) -> Option<Value> {
    let Some(value) = entry.get("value").filter(|value| !value.is_null() && value.as_str() != Some(""))
    else {
        let is_set = entry.get("type").and_then(Json::as_str) == Some("MultipleSelectionList");
        return Some(if is_set { Value::Set(Vec::new()) } else { Value::Null });
    };
    let text = || value.as_str();
    match entry.get("type").and_then(Json::as_str).unwrap_or_default() {
        "RichText" => read_rich(value),
        "DropDown" => text().map(Choice::named).map(Value::Choice),
        "MultipleSelectionList" => {
            let options = tags(Some(value)).into_iter().map(|option| Value::Choice(Choice::named(option)));
            Some(Value::Set(options.collect()))
        }
        "CheckBox" => value.as_bool().or_else(|| value.as_str()?.parse().ok()).map(Value::Bool),
        "Date" => day(value),
        "Number" | "Money" => value.as_f64().or_else(|| value.as_str()?.parse().ok()).map(Value::Number),
        "URL" => value
            .get("url")
            .or_else(|| value.get("uri"))
            .and_then(Json::as_str)
            .map(|url| Value::Text(url.to_owned())),
        "Entity" => choice(value).map(Value::Choice),
        // Text, templates of links, and whatever comes later: a string is a text, a number a number.
        _ => text().map(|text| Value::Text(text.to_owned())).or_else(|| value.as_f64().map(Value::Number)),
    }
}

/// A custom field's value as v1 wants it; or why, for a person, it cannot be written.
pub(crate) fn print_custom(value: &Value) -> Result<Json, String> {
    Ok(match value {
        Value::Null => Json::Null,
        Value::Text(text) => text.clone().into(),
        Value::Rich(doc) => Dialect::Html.print(doc),
        Value::Number(number) if number.is_finite() => json!(number),
        Value::Bool(flag) => (*flag).into(),
        Value::Date(day) => day.to_string().into(),
        Value::Choice(choice) => choice.name.clone().into(),
        Value::Set(values) => {
            let names = values.iter().map(option_name).collect::<Result<Vec<_>, _>>()?;
            names.join(",").into()
        }
        other => return Err(format!("a custom field cannot hold {}", other.kind())),
    })
}

fn option_name(value: &Value) -> Result<&str, String> {
    let name = match value {
        Value::Choice(choice) => &choice.name,
        Value::Text(text) => text,
        other => return Err(format!("{} is not one of a list", other.kind())),
    };
    if name.contains(',') { Err(format!("the option `{name}` has a comma in it")) } else { Ok(name) }
}

/// The value as Targetprocess will hold it and give it back.
pub(crate) fn hold(field: &str, value: &Value) -> Value {
    match (Field::of(field), value) {
        (Field::Name, Value::Text(text)) => Value::Text(one_line(text)),
        (Field::Description, Value::Text(text)) => hold_rich(&plain(text)),
        (Field::Tags, value) if value.is_empty() => Value::Set(Vec::new()),
        (Field::Tags, Value::Set(values)) => {
            let texts = values
                .iter()
                .filter_map(|value| if let Value::Text(text) = value { Some(text.trim()) } else { None });
            let mut all: Vec<&str> = texts.filter(|tag| !tag.is_empty()).collect();
            all.sort_unstable();
            all.dedup();
            Value::Set(all.into_iter().map(|tag| Value::Text(tag.to_owned())).collect())
        }
        (_, Value::Rich(doc)) => hold_rich(doc),
        (_, Value::Text(text)) if text.is_empty() => Value::Null,
        (_, other) => other.clone(),
    }
}

fn hold_rich(doc: &Doc) -> Value {
    let held = Dialect::Html.hold(doc);
    if held.is_empty() { Value::Null } else { Value::Rich(held) }
}
