//! Values of custom fields as a request gives them.

use serde_json::Value;

use super::given::{number, text};
use super::{Hand, Members, number_of, reference};
use crate::frame::table::Row;
use crate::targetprocess::catalog::Process;
use crate::targetprocess::custom::{CustomField, Held, Shape};
use crate::targetprocess::date;
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::Kind;
use crate::targetprocess::site::Site;

/// A custom field and its new value.
pub(crate) type CustomSet = (Row<CustomField>, Option<Held>);

/// Reads `[{"Name": "Risk", "Value": "High"}, …]`.
pub(super) fn read(
    site: &Site,
    hand: &Hand<'_>,
    (kind, process): (Kind, Option<Row<Process>>),
    value: &Value,
) -> Result<Vec<CustomSet>, Refusal> {
    let list = value.as_array().ok_or_else(|| Refusal::bad("CustomFields must be an array."))?;
    let mut fields = Vec::new();
    for one in list {
        let members = Members::of(one)?;
        let name = members.get("Name").and_then(Value::as_str);
        let name = name.ok_or_else(|| Refusal::bad("A custom field needs a Name."))?;
        hand.admit(name)?;
        let fits = |field: &CustomField| {
            field.name.eq_ignore_ascii_case(name)
                && field.kind == kind
                && process.is_none_or(|process| field.process == process)
        };
        let row = site.catalog.custom.find(fits);
        let missing = || Refusal::bad(format!("Custom field '{name}' is not found on '{}'.", kind.name()));
        let row = row.ok_or_else(missing)?;
        let value = members.get("Value").unwrap_or(&Value::Null);
        fields.push((row, held(site, hand, site.catalog.custom.get(row), value)?));
    }
    Ok(fields)
}

fn held(site: &Site, hand: &Hand<'_>, field: &CustomField, value: &Value) -> Result<Option<Held>, Refusal> {
    let wrong = || Refusal::bad(format!("The value of the custom field '{}' is not valid.", field.name));
    let option = |text: &str| field.options.iter().find(|option| ***option == *text).ok_or_else(wrong);
    Ok(match (field.shape, value) {
        (_, Value::Null) => None,
        (_, Value::String(text)) if text.is_empty() => None,
        (Shape::Text | Shape::RichText, value @ Value::String(_)) => {
            text(hand, &field.name, value)?.filter(|text| !text.is_empty()).map(Held::Text)
        }
        (Shape::DropDown, Value::String(text)) => Some(Held::Text(option(text)?.clone())),
        (Shape::MultipleSelectionList, Value::String(text)) => {
            let chosen = split(text);
            chosen.iter().try_for_each(|one| option(one).map(drop))?;
            (!chosen.is_empty()).then(|| Held::Text(chosen.join(",").into()))
        }
        (Shape::Number | Shape::Money, Value::Number(_) | Value::String(_)) => {
            Some(Held::Number(number(&field.name, value).map_err(|_| wrong())?))
        }
        (Shape::CheckBox, Value::Bool(flag)) => Some(Held::Flag(*flag)),
        (Shape::CheckBox, Value::String(text)) => {
            Some(Held::Flag(text.to_lowercase().parse().map_err(|_| wrong())?))
        }
        (Shape::Date, Value::String(text)) => {
            Some(Held::Time(date::parse(text, site.switches.offset).ok_or_else(wrong)?))
        }
        (Shape::Url, Value::String(url)) => Some(Held::Link { url: url.as_str().into(), label: None }),
        (Shape::Url, Value::Object(_)) => {
            let members = Members::of(value)?;
            let part = |name: &str| members.get(name).and_then(Value::as_str).map(Box::from);
            let url = part("Url").or_else(|| part("Uri")).ok_or_else(wrong)?;
            Some(Held::Link { url, label: part("Label") })
        }
        (Shape::Entity, Value::Object(_)) => Some(entity(site, value, wrong)?),
        _ => return Err(wrong()),
    })
}

/// `{"Id": 21229, "Kind": "Release"}` (developer hub, "Set values of Custom Fields").
fn entity(site: &Site, value: &Value, wrong: impl Fn() -> Refusal) -> Result<Held, Refusal> {
    let members = Members::of(value)?;
    let id = match members.get("Id").and_then(number_of) {
        Some(id) => u32::try_from(id).map_err(|_| wrong())?,
        None => reference("Value", value)?.ok_or_else(&wrong)?,
    };
    let kind = members.get("Kind").or_else(|| members.get("ResourceType")).and_then(Value::as_str);
    let kind = kind.map_or(Some(Kind::General), Kind::of).ok_or_else(&wrong)?;
    let thing = site.find(kind, id).ok_or_else(&wrong)?;
    Ok(Held::Entity(id, site.kind(thing)))
}

/// The comma-separated parts of a text, each once.
pub(super) fn split(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        if !parts.iter().any(|known| known == part) {
            parts.push(part.to_owned());
        }
    }
    parts
}
