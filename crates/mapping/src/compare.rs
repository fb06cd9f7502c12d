//! Comparators: when two values of one field are the same, although a tool gave them back a little differently.
//!
//! A comparator is a normal form: bytes that are equal exactly for values that it takes for equal. So it can be
//! applied before a fingerprint is taken, and whoever keeps only fingerprints can still compare.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use bowline_core::Value;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::document::{Argument, Call, Scalar};
use crate::fold::{fold, fold_case};
use crate::nearest;

/// What the reference says about a comparator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name in `compare`.
    pub name: &'static str,
    /// How it is written in a document.
    pub example: &'static str,
    /// What it takes for equal.
    pub doc: &'static str,
}

/// Every comparator that a document can name.
pub const REGISTRY: &[Entry] = &[
    Entry {
        name: "exact",
        example: "\"exact\"",
        doc: "Every character counts, and so does the case of names.",
    },
    Entry {
        name: "text",
        example: "\"text\"",
        doc: "Line ends and white space at the end of lines and of the text do not count; formatting does not.",
    },
    Entry {
        name: "text_ignoring_case",
        example: "\"text_ignoring_case\"",
        doc: "As `text`, and case does not count.",
    },
    Entry {
        name: "words",
        example: "\"words\"",
        doc: "As `text`, and any run of white space counts as one space.",
    },
    Entry {
        name: "number",
        example: "{ number = 0.01 }",
        doc: "Numbers are rounded to a multiple of the argument; without one they must be equal.",
    },
    Entry { name: "date", example: "\"date\"", doc: "Of a date and time only the day counts, in UTC." },
    Entry {
        name: "instant",
        example: "{ instant = \"minute\" }",
        doc: "A date and time is cut to `millisecond`, `second` (the default), `minute` or `hour`.",
    },
];

/// A comparator with its argument. Values that it says nothing about are compared as their kind is by default.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub(crate) enum Comparator {
    /// By the kind of the value.
    #[default]
    ByKind,
    Exact,
    Text,
    TextIgnoringCase,
    Words,
    /// Rounded to a multiple.
    Number(Option<f64>),
    Date,
    /// Cut to whole multiples of so many nanoseconds.
    Instant(i128),
}

const SECOND: i128 = 1_000_000_000;

impl Comparator {
    /// The comparator that a document calls for; `Err` says what is wrong and what to do.
    pub(crate) fn new(call: &Call) -> Result<Self, (String, String)> {
        let plain = match call.name.as_str() {
            "exact" => Self::Exact,
            "text" => Self::Text,
            "text_ignoring_case" => Self::TextIgnoringCase,
            "words" => Self::Words,
            "date" => Self::Date,
            "number" => return Self::number(call.argument.as_ref()),
            "instant" => return Self::instant(call.argument.as_ref()),
            name => {
                let names: Vec<&str> = REGISTRY.iter().map(|entry| entry.name).collect();
                return Err((format!("There is no comparator `{name}`."), nearest::instead(name, &names)));
            }
        };
        match call.argument {
            None => Ok(plain),
            Some(_) => {
                let name = &call.name;
                Err((format!("The comparator `{name}` takes no argument."), format!("Write `\"{name}\"`.")))
            }
        }
    }

    fn number(argument: Option<&Argument>) -> Result<Self, (String, String)> {
        match argument {
            None => Ok(Self::Number(None)),
            Some(Argument::One(Scalar::Number(step))) if step.is_normal() && *step > 0.0 => {
                Ok(Self::Number(Some(*step)))
            }
            Some(_) => Err((
                "`number` takes what to round to, a number above zero.".to_owned(),
                "Write for example `{ number = 0.01 }`.".to_owned(),
            )),
        }
    }

    fn instant(argument: Option<&Argument>) -> Result<Self, (String, String)> {
        let unit = match argument {
            None => "second",
            Some(Argument::One(Scalar::Text(unit))) => unit,
            Some(_) => "",
        };
        let nanoseconds = match unit {
            "millisecond" => SECOND / 1000,
            "second" => SECOND,
            "minute" => SECOND * 60,
            "hour" => SECOND * 3600,
            _ => {
                let message = "`instant` takes `millisecond`, `second`, `minute` or `hour`.";
                return Err((message.to_owned(), "Write for example `{ instant = \"minute\" }`.".to_owned()));
            }
        };
        Ok(Self::Instant(nanoseconds))
    }

    /// The normal form of a value; empty for every value that is empty, whatever its kind.
    pub(crate) fn normal(self, value: &Value) -> Vec<u8> {
        let Value::Set(_) = value else { return self.single(value) };
        let elements = self.elements(value);
        let mut bytes = Vec::new();
        if !elements.is_empty() {
            bytes.push(b's');
        }
        for (element, _) in elements {
            bytes.extend_from_slice(&(element.len() as u64).to_be_bytes());
            bytes.extend_from_slice(&element);
        }
        bytes
    }

    /// What is carried of a value: a text without the line ends and white space that do not count, so that two
    /// texts which differ in nothing else become the same.
    pub(crate) fn canonical(self, value: &Value) -> Cow<'_, Value> {
        match value {
            Value::Text(text) if self != Self::Exact => Cow::Owned(Value::Text(trimmed(text))),
            other => Cow::Borrowed(other),
        }
    }

    /// The elements of a set with their normal forms, sorted by them, without repeats and without empty ones. A
    /// value that is no set is its only element.
    pub(crate) fn elements(self, value: &Value) -> Vec<(Vec<u8>, &Value)> {
        let values = match value {
            Value::Set(values) => values.as_slice(),
            single => std::slice::from_ref(single),
        };
        let mut elements: Vec<_> = values.iter().map(|value| (self.single(value), value)).collect();
        elements.retain(|(normal, _)| !normal.is_empty());
        elements.sort_by(|(a, _), (b, _)| a.cmp(b));
        elements.dedup_by(|(a, _), (b, _)| a == b);
        elements
    }

    fn single(self, value: &Value) -> Vec<u8> {
        if value.is_empty() {
            return Vec::new();
        }
        match (self, value) {
            (Self::Exact, Value::Text(text)) => tagged(b't', text),
            (Self::Exact, Value::Choice(choice)) => tagged(b't', &choice.name),
            (Self::Text, value) if is_wordy(value) => tagged(b't', &trimmed(&words_of(value))),
            (Self::TextIgnoringCase, value) if is_wordy(value) => {
                tagged(b't', &fold_case(&trimmed(&words_of(value))))
            }
            (Self::Words, value) if is_wordy(value) => tagged(b't', &collapsed(&words_of(value))),
            (Self::Number(Some(step)), Value::Number(number)) => {
                tagged(b'n', &printed((number / step).round()))
            }
            (Self::Date, Value::Instant(at)) => tagged(b'd', &at.to_zoned(TimeZone::UTC).date().to_string()),
            (Self::Instant(unit), Value::Instant(at)) => tagged(b'i', &cut(*at, unit)),
            (_, value) => by_kind(value),
        }
    }
}

/// The normal form of a value that is not empty, as its kind is compared by default.
fn by_kind(value: &Value) -> Vec<u8> {
    match value {
        Value::Null => Vec::new(),
        Value::Text(text) => tagged(b't', &trimmed(text)),
        Value::Rich(doc) => {
            let json = serde_json::to_string(&doc.clone().normal());
            tagged(b'r', &json.unwrap_or_else(|_| doc.plain()))
        }
        Value::Number(number) => tagged(b'n', &printed(*number)),
        Value::Bool(bool) => tagged(b'b', if *bool { "yes" } else { "no" }),
        Value::Date(date) => tagged(b'd', &date.to_string()),
        Value::Instant(at) => tagged(b'i', &cut(*at, SECOND)),
        Value::Choice(choice) => tagged(b'c', &fold(&choice.name)),
        Value::Person(person) => tagged(b'p', &person.id),
        // A set in a set: no tool has any; its own normal form keeps the law.
        Value::Set(_) => Comparator::ByKind.normal(value),
    }
}

fn tagged(tag: u8, text: &str) -> Vec<u8> {
    let mut bytes = vec![tag];
    bytes.extend_from_slice(text.as_bytes());
    bytes
}

const fn is_wordy(value: &Value) -> bool {
    matches!(value, Value::Text(_) | Value::Rich(_) | Value::Choice(_))
}

fn words_of(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Rich(doc) => doc.plain(),
        Value::Choice(choice) => choice.name.clone(),
        _ => String::new(),
    }
}

/// Tools differ in line ends and drop trailing white space (Redmine returns CRLF for what was sent with LF).
pub(crate) fn trimmed(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = text.split('\n').map(str::trim_end).collect();
    lines.join("\n").trim_end().to_owned()
}

fn collapsed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The shortest digits that read back as the same number; zero has no sign.
fn printed(number: f64) -> String {
    if number == 0.0 { "0".to_owned() } else { number.to_string() }
}

/// The last whole multiple of `unit` nanoseconds: tools cut, they do not round.
fn cut(at: Timestamp, unit: i128) -> String {
    at.as_nanosecond().div_euclid(unit.max(1)).to_string()
}
