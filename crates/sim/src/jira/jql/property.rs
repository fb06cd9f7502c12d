//! Conditions on entity properties of issues: `issue.property[key].path = value`.

use std::cmp::Ordering;

use serde_json::Value;

use super::test::{Compare, Eye};
use super::time::Time;
use super::words::Words;
use crate::jira::issue::Issue;

/// A condition on a property.
#[derive(Clone, Debug)]
pub(super) struct Test {
    pub(super) key: String,
    /// Members' names joined by dots; empty for the whole value.
    pub(super) path: String,
    pub(super) asks: Asks,
}

/// What is asked of the value.
#[derive(Clone, Debug)]
pub(super) enum Asks {
    /// Whether it is one of these; negated: it is there and none of them.
    OneOf(Vec<Option<String>>, bool),
    Compared(Compare, String),
    Says(Words, bool),
}

impl Test {
    /// Whether an issue's property is so.
    pub(super) fn holds(&self, eye: Eye<'_>, issue: &Issue) -> bool {
        let names = &eye.site.names;
        let json = issue.properties.iter().find(|(name, _)| names.get(*name) == self.key);
        let value = json.and_then(|(_, json)| serde_json::from_str::<Value>(json.get()).ok());
        let parts = self.path.split('.').filter(|part| !part.is_empty());
        let found =
            parts.fold(value, |value, part| value.and_then(|mut value| value.get_mut(part).map(Value::take)));
        let found: Vec<Value> = match found {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(list)) => list,
            Some(one) => vec![one],
        };
        match &self.asks {
            Asks::OneOf(set, negated) if found.is_empty() => {
                set.contains(&None) != *negated && set.contains(&None)
            }
            Asks::OneOf(set, negated) => {
                found.iter().any(|value| {
                    set.iter()
                        .flatten()
                        .any(|wanted| compare(value, wanted, eye.now) == Some(Ordering::Equal))
                }) != *negated
            }
            Asks::Compared(how, wanted) => found.iter().any(|value| {
                compare(value, wanted, eye.now).is_some_and(|order| how.holds(&order, &Ordering::Equal))
            }),
            Asks::Says(words, negated) => {
                let says = |value: &Value| value.as_str().is_some_and(|text| words.within(text));
                !found.is_empty() && found.iter().any(says) != *negated
            }
        }
    }
}

/// Numbers as numbers, dates as dates, everything else as text in any case.
fn compare(value: &Value, wanted: &str, now: i64) -> Option<Ordering> {
    match value {
        Value::Number(number) => number.as_f64()?.partial_cmp(&wanted.parse().ok()?),
        Value::Bool(flag) => Some(flag.to_string().cmp(&wanted.to_lowercase())),
        Value::String(text) => {
            if text.eq_ignore_ascii_case(wanted) {
                return Some(Ordering::Equal);
            }
            let instant = |text: &str| {
                let stamp = text.parse::<jiff::Timestamp>().ok().map(|stamp| stamp.as_millisecond());
                stamp.or_else(|| Time::read(text).map(|time| time.instant(now)))
            };
            match (instant(text), instant(wanted)) {
                (Some(held), Some(wanted)) => Some(held.cmp(&wanted)),
                _ => Some(text.to_lowercase().cmp(&wanted.to_lowercase())),
            }
        }
        _ => None,
    }
}
