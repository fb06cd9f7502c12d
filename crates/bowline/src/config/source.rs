//! Where the values come from: defaults, then the file, then the environment; each key checked against the list.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::Deserialize as _;
use toml::de::{DeTable, DeValue, ValueDeserializer};
use toml::{Table, Value};

use super::{Config, DEFAULTS};

/// The prefix of our environment variables.
const PREFIX: &str = "BOWLINE_";

/// Names of ours in the environment that are not keys.
const NOT_KEYS: [&str; 8] = [
    "BOWLINE_CONFIG",
    "BOWLINE_CRASH",
    "BOWLINE_SIM_CALLS",
    "BOWLINE_SIM_TRANSCRIPTS",
    "BOWLINE_TEST_PG",
    "BOWLINE_TOKEN",
    "BOWLINE_SERVER",
    "BOWLINE_TENANT",
];

/// One thing wrong with the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Where: `bowline.toml line 3`, `the variable BOWLINE_SERVER__LISTEN`.
    pub(crate) place: String,
    /// What, and what to do.
    pub(crate) message: String,
}

/// Everything wrong with the configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Problem { place, message }) in self.0.iter().enumerate() {
            let newline = if index == 0 { "" } else { "\n" };
            write!(f, "{newline}{place}: {message}")?;
        }
        Ok(())
    }
}

/// A value and where it was given.
struct Given {
    value: Value,
    place: String,
}

/// Values by `section.key`.
type Values = BTreeMap<String, Given>;

pub(super) fn read(file: Option<&Path>, environment: &[(String, String)]) -> Result<Config, Problems> {
    let known = flat(DEFAULTS.parse().unwrap_or_default());
    let mut problems = Vec::new();
    let mut given = Values::new();
    if let Some(path) = file {
        from_file(path, &known, &mut given, &mut problems);
    }
    from_environment(environment, &known, &mut given, &mut problems);
    if !problems.is_empty() {
        return Err(Problems(problems));
    }
    build(&known, &given)
}

/// `section.key` for every key of a document of sections.
fn flat(document: Table) -> BTreeMap<String, Value> {
    let mut flat = BTreeMap::new();
    for (section, keys) in document {
        if let Value::Table(keys) = keys {
            flat.extend(keys.into_iter().map(|(key, value)| (format!("{section}.{key}"), value)));
        }
    }
    flat
}

fn from_file(path: &Path, known: &BTreeMap<String, Value>, given: &mut Values, problems: &mut Vec<Problem>) {
    let name = path.display();
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            return problems
                .push(Problem { place: name.to_string(), message: format!("cannot be read: {error}") });
        }
    };
    let line = |at: usize| text.get(..at).unwrap_or_default().lines().count().max(1);
    let document = match DeTable::parse(&text) {
        Ok(document) => document,
        Err(error) => {
            let at = error.span().map_or(1, |span| line(span.start + 1));
            let message = error.message().to_owned();
            return problems.push(Problem { place: format!("{name} line {at}"), message });
        }
    };
    for (section, value) in document.get_ref() {
        let at = line(section.span().start + 1);
        let DeValue::Table(keys) = value.get_ref() else {
            let message = format!("`{}` must stand inside a section such as [server]", section.get_ref());
            problems.push(Problem { place: format!("{name} line {at}"), message });
            continue;
        };
        for (key, value) in keys {
            let place = format!("{name} line {}", line(key.span().start + 1));
            let full = format!("{}.{}", section.get_ref(), key.get_ref());
            // Not by its text: a table may stand under a header of its own, `[net.allow_for]`.
            let value = Value::deserialize(ValueDeserializer::from(value.clone())).ok();
            accept(&full, value, place, known, given, problems);
        }
    }
}

/// A TOML value on its own.
fn parse(text: &str) -> Option<Value> {
    format!("value = {text}").parse::<Table>().ok()?.remove("value")
}

fn from_environment(
    environment: &[(String, String)],
    known: &BTreeMap<String, Value>,
    given: &mut Values,
    problems: &mut Vec<Problem>,
) {
    for (name, text) in environment {
        let Some(rest) = name.strip_prefix(PREFIX) else { continue };
        if NOT_KEYS.contains(&name.as_str()) {
            continue;
        }
        let full = rest.to_lowercase().replacen("__", ".", 1);
        // Text needs no quotes in the environment; everything else is written as in the file.
        let value = match known.get(&full) {
            Some(Value::String(_)) => Some(Value::String(text.clone())),
            Some(Value::Array(_)) if !text.trim_start().starts_with('[') => {
                let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
                Some(Value::Array(words.map(|word| Value::String(word.to_owned())).collect()))
            }
            _ => parse(text),
        };
        accept(&full, value, format!("the variable {name}"), known, given, problems);
    }
}

fn accept(
    key: &str,
    value: Option<Value>,
    place: String,
    known: &BTreeMap<String, Value>,
    given: &mut Values,
    problems: &mut Vec<Problem>,
) {
    let Some(default) = known.get(key) else {
        return problems.push(Problem { place, message: unknown(key, known) });
    };
    match value {
        Some(value) if value.same_type(default) => {
            given.insert(key.to_owned(), Given { value, place });
        }
        _ => {
            let message = format!("`{key}` must be a {}, such as {default}", default.type_str());
            problems.push(Problem { place, message });
        }
    }
}

fn unknown(key: &str, known: &BTreeMap<String, Value>) -> String {
    let nearest = known
        .keys()
        .map(|name| (strsim::damerau_levenshtein(name, key), name))
        .min()
        .filter(|(distance, _)| *distance <= 4);
    match nearest {
        Some((_, name)) => format!("there is no key `{key}`; did you mean `{name}`?"),
        None => format!("there is no key `{key}`; `bowline config default` lists all"),
    }
}

/// Puts what was given over the defaults. Values that parse but make no sense are told with their place.
fn build(known: &BTreeMap<String, Value>, given: &Values) -> Result<Config, Problems> {
    let mut document = Table::new();
    for (key, default) in known {
        let value = given.get(key).map_or(default, |given| &given.value);
        let (section, name) = key.split_once('.').unwrap_or((key, ""));
        let section = document.entry(section).or_insert_with(|| Value::Table(Table::new()));
        if let Value::Table(section) = section {
            section.insert(name.to_owned(), value.clone());
        }
    }
    // One key at a time, so that a value that makes no sense is told with its place.
    document.clone().try_into::<Config>().map_err(|error| {
        let place = blame(known, given).unwrap_or_else(|| "the configuration".to_owned());
        Problems(vec![Problem { place, message: error.message().to_owned() }])
    })
}

/// The place of the first given value that the defaults do not get along with.
fn blame(known: &BTreeMap<String, Value>, given: &Values) -> Option<String> {
    let guilty = given.iter().find(|(key, one)| {
        let mut alone = Values::new();
        alone.insert((*key).clone(), Given { value: one.value.clone(), place: String::new() });
        given.len() > 1 && build(known, &alone).is_err()
    });
    guilty.or_else(|| given.iter().next()).map(|(key, one)| format!("{}, key `{key}`", one.place))
}
