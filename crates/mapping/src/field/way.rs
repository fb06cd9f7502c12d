//! The way of a value to the other side, without a look at what is there.

use bowline_core::value::Choice;
use bowline_core::{Code, Side, Value, code};

use crate::people::{Counterpart, People};
use crate::transforms::{Stage, Unfit};
use crate::values::Mapped;

use super::{Carried, FieldMapping};

/// What a value becomes on the way.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Way {
    /// This value.
    Value(Value),
    /// Nothing.
    Skip,
    /// Nothing, and a person must be told.
    Hold(Code, String),
    /// There is no way in this direction.
    Closed,
}

/// Goes on with a value; anything else ends the way.
macro_rules! on {
    ($way:expr) => {
        match $way {
            Way::Value(value) => value,
            end => return end,
        }
    };
}

impl From<Way> for Carried {
    fn from(way: Way) -> Self {
        match way {
            Way::Value(value) => Self::Value(value),
            Way::Skip => Self::Skip,
            Way::Hold(code, subject) => Self::Hold { code, subject },
            Way::Closed => Self::Hold { code: code::MAPPING_WRONG_KIND, subject: "no way back".to_owned() },
        }
    }
}

impl FieldMapping {
    /// What a value becomes on a side, whatever is there now.
    pub(super) fn way(&self, to: Side, value: &Value, people: &People) -> Way {
        if let Some(constant) = &self.constant {
            return if self.field(to).is_some() { Way::Value(constant.clone()) } else { Way::Closed };
        }
        match self.led(to, &self.comparator.canonical(value), people) {
            // A transform may have made a name of it, but what it was is content.
            Way::Hold(code, _) if is_content(value) => Way::Hold(code, value.kind().to_owned()),
            way => way,
        }
    }

    fn led(&self, to: Side, value: &Value, people: &People) -> Way {
        match to {
            Side::Right => {
                let value = on!(self.transformed(to, value));
                self.translated(to, &value, people)
            }
            Side::Left => {
                let value = on!(self.translated(to, value, people));
                self.transformed(to, &value)
            }
        }
    }

    pub(super) fn transformed(&self, to: Side, value: &Value) -> Way {
        let step = |value: Value, stage: &Stage| match to {
            Side::Right => stage.forth(&value),
            Side::Left => stage.back(&value),
        };
        let outcome = match to {
            Side::Right => self.stages.iter().try_fold(value.clone(), step),
            Side::Left if self.stages.iter().any(|stage| !stage.transform.has_inverse) => return Way::Closed,
            Side::Left => self.stages.iter().rev().try_fold(value.clone(), step),
        };
        match outcome {
            Ok(value) => Way::Value(value),
            Err(Unfit::Kind) => Way::Hold(code::MAPPING_WRONG_KIND, value.kind().to_owned()),
            Err(Unfit::Value) => Way::Hold(code::MAPPING_UNMAPPED_VALUE, subject(value)),
        }
    }

    /// Options, states and people by their counterparts. Of a set, what has none is left out.
    fn translated(&self, to: Side, value: &Value, people: &People) -> Way {
        let Value::Set(values) = value else { return self.translated_one(to, value, people) };
        let mut translated = Vec::with_capacity(values.len());
        for value in values {
            match self.translated_one(to, value, people) {
                Way::Value(value) if value.is_empty() => {}
                Way::Value(value) => translated.push(value),
                Way::Skip => {}
                end => return end,
            }
        }
        Way::Value(Value::Set(translated))
    }

    fn translated_one(&self, to: Side, value: &Value, people: &People) -> Way {
        match (value, &self.values) {
            (Value::Person(person), _) => match people.carry(to, person) {
                Counterpart::Person(person) | Counterpart::Fallback(person) => {
                    Way::Value(Value::Person(person))
                }
                Counterpart::Leave => Way::Skip,
                Counterpart::Clear => Way::Value(Value::Null),
                Counterpart::Hold(code) => Way::Hold(code, person.id.clone()),
            },
            (value, Some(values)) => {
                let Some(name) = name_of(value) else {
                    return Way::Hold(code::MAPPING_WRONG_KIND, value.kind().to_owned());
                };
                match values.carry(to, name) {
                    Mapped::Name(name) if name.trim().is_empty() => Way::Value(Value::Null),
                    Mapped::Name(name) => Way::Value(named_like(value, name)),
                    Mapped::Pass => Way::Value(passed(value)),
                    Mapped::Skip => Way::Skip,
                    Mapped::Hold if self.is_state => Way::Hold(code::MAPPING_UNMAPPED_STATE, subject(value)),
                    Mapped::Hold => Way::Hold(code::MAPPING_UNMAPPED_VALUE, subject(value)),
                }
            }
            (value, None) => Way::Value(passed(value)),
        }
    }
}

/// The name by which a value map knows a value; `None` for kinds that have none.
pub(super) fn name_of(value: &Value) -> Option<&str> {
    match value {
        value if value.is_empty() => Some(""),
        Value::Choice(choice) => Some(&choice.name),
        Value::Text(text) => Some(text),
        _ => None,
    }
}

/// A mapped name as a value of the same kind; an empty field has no kind, and where one is mapped it is an
/// option's.
fn named_like(value: &Value, name: &str) -> Value {
    match value {
        Value::Text(text) if !text.is_empty() => Value::Text(name.to_owned()),
        _ => Value::Choice(Choice::named(name)),
    }
}

/// A value as it is, without what only its own tool understands.
fn passed(value: &Value) -> Value {
    match value {
        Value::Choice(choice) => Value::Choice(Choice::named(choice.name.as_str())),
        other => other.clone(),
    }
}

/// What a finding may say about a value.
fn subject(value: &Value) -> String {
    match value {
        Value::Choice(choice) => choice.name.clone(),
        other => other.kind().to_owned(),
    }
}

/// Whether a value is what people wrote. Names of options and ids of people are the tool's configuration.
fn is_content(value: &Value) -> bool {
    match value {
        Value::Choice(_) | Value::Person(_) => false,
        Value::Set(values) => values.iter().any(is_content),
        _ => true,
    }
}
