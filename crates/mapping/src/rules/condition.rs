//! Conditions of a routing: a field and a test, on canonical values and without regard to case.

use std::fmt;

use bowline_core::{Item, Value};

use crate::document::{Condition, Scalar, Test};
use crate::fold::{fold, same_name};
use crate::problem::quoted;

impl Condition {
    /// Whether an item meets the condition.
    pub(super) fn holds(&self, item: &Item) -> bool {
        let value = item.value(&self.field);
        match &self.test {
            Test::Is(wanted) => has(value, wanted),
            Test::IsNot(wanted) => !has(value, wanted),
            Test::In(wanted) => wanted.iter().any(|wanted| has(value, wanted)),
            Test::Contains(wanted) => match value {
                Value::Text(text) => fold(text).contains(&fold(&wanted.to_string())),
                Value::Rich(doc) => fold(&doc.plain()).contains(&fold(&wanted.to_string())),
                other => has(other, wanted),
            },
            Test::Empty(wanted) => value.is_empty() == *wanted,
        }
    }
}

/// Whether a value, or an element of a set, is what is wanted.
fn has(value: &Value, wanted: &Scalar) -> bool {
    let text = wanted.to_string();
    match value {
        Value::Set(values) => values.iter().any(|value| has(value, wanted)),
        Value::Number(number) => match wanted {
            Scalar::Number(wanted) => number == wanted,
            _ => text.trim().parse().ok() == Some(*number),
        },
        Value::Bool(bool) => same_name(&text, if *bool { "true" } else { "false" }),
        Value::Text(value) => same_name(value, &text),
        Value::Rich(doc) => same_name(&doc.plain(), &text),
        Value::Date(date) => date.to_string() == text.trim(),
        Value::Instant(at) => text.trim().parse().ok() == Some(*at),
        Value::Choice(choice) => same_name(&choice.name, &text),
        Value::Person(person) => person.id == text,
        Value::Null => text.trim().is_empty(),
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => number.fmt(f),
            Self::Bool(bool) => bool.fmt(f),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (field, key) = (&self.field, self.test.key().replace('_', " "));
        match &self.test {
            Test::Is(wanted) | Test::IsNot(wanted) | Test::Contains(wanted) => {
                write!(f, "`{field}` {key} `{wanted}`")
            }
            Test::In(wanted) => {
                let wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
                write!(f, "`{field}` {key} {}", quoted(wanted.iter().map(String::as_str)))
            }
            Test::Empty(true) => write!(f, "`{field}` empty"),
            Test::Empty(false) => write!(f, "`{field}` not empty"),
        }
    }
}
