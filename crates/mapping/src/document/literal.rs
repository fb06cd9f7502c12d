//! A fixed value as a document writes it: plain, or with its kind where the plain form would mean another.

use bowline_core::value::{Choice, Person};
use bowline_core::{Timestamp, Value};
use jiff::civil::Date;
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use super::model::serialize_number;

/// A fixed value: `"text"`, `5`, `true`, `["a", "b"]`, `{ choice = "High" }`, `{ person = "id" }`,
/// `{ date = "2026-11-22" }`, `{ instant = "2026-11-22T10:00:00Z" }`, `{ text = "…" }`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Literal(pub Value);

/// The kinds that can be named.
pub(super) const KINDS: [&str; 5] = ["text", "choice", "person", "date", "instant"];

impl Literal {
    /// The value of a text written with its kind; `Err` holds an example of what would do.
    pub(super) fn of_kind(kind: &str, text: String) -> Result<Self, &'static str> {
        let value = match kind {
            "choice" => Value::Choice(Choice::named(text)),
            "person" => Value::Person(Person::of(text)),
            "date" => Value::Date(text.parse::<Date>().map_err(|_| "2026-11-22")?),
            "instant" => Value::Instant(text.parse::<Timestamp>().map_err(|_| "2026-11-22T10:00:00Z")?),
            _ => Value::Text(text),
        };
        Ok(Self(value))
    }

    fn kind(&self) -> Option<(&'static str, String)> {
        match &self.0 {
            Value::Text(text) => Some(("text", text.clone())),
            Value::Choice(choice) => Some(("choice", choice.name.clone())),
            Value::Person(person) => Some(("person", person.id.clone())),
            Value::Date(date) => Some(("date", date.to_string())),
            Value::Instant(at) => Some(("instant", at.to_string())),
            _ => None,
        }
    }
}

impl Serialize for Literal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some((kind, text)) = self.kind() {
            let mut map = serializer.serialize_map(Some(1))?;
            map.serialize_entry(kind, &text)?;
            return map.end();
        }
        match &self.0 {
            Value::Number(number) => serialize_number(*number, serializer),
            Value::Bool(bool) => serializer.serialize_bool(*bool),
            Value::Set(values) => {
                let mut list = serializer.serialize_seq(Some(values.len()))?;
                for value in values {
                    list.serialize_element(&Self(value.clone()))?;
                }
                list.end()
            }
            // The document has no words for what is empty or formatted, so no literal holds it.
            _ => serializer.serialize_none(),
        }
    }
}
