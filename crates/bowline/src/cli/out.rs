//! What commands print: data on standard output, words about it on standard error.

use std::fmt::Display;
use std::io::{self, Write as _};

use serde_json::Value;

/// Prints for people or, with `--json`, for programs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Out {
    pub(crate) json: bool,
}

/// A column: its title and the JSON pointer of its value.
pub(crate) type Column = (&'static str, &'static str);

impl Out {
    /// A line of data. A reader that went away is no error.
    pub(crate) fn line(self, text: impl Display) {
        let mut out = io::stdout().lock();
        let _ = writeln!(out, "{text}").and_then(|()| out.flush());
    }

    /// A line for people; nothing with `--json`.
    pub(crate) fn note(self, text: impl Display) {
        if !self.json {
            let _ = writeln!(io::stderr().lock(), "{text}");
        }
    }

    /// A value as JSON on one line, or what `text` makes of it.
    pub(crate) fn value(self, value: &Value, text: impl FnOnce(&Value) -> String) {
        if self.json { self.line(value) } else { self.line(text(value)) }
    }

    /// A list, as JSON or as a table.
    pub(crate) fn list(self, items: &[Value], columns: &[Column], empty: &str) {
        if self.json {
            return self.line(Value::Array(items.to_vec()));
        }
        if items.is_empty() {
            return self.note(empty);
        }
        self.line(table(items, columns));
    }
}

/// The text at a pointer; nothing for what is not there.
pub(crate) fn at(value: &Value, pointer: &str) -> String {
    match value.pointer(pointer) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
            .collect::<Vec<_>>()
            .join(", "),
        Some(other) => other.to_string(),
    }
}

/// `key  value` lines of everything at the top of an object.
pub(crate) fn details(value: &Value) -> String {
    let Some(object) = value.as_object() else { return value.to_string() };
    let width = object.keys().map(String::len).max().unwrap_or_default();
    let line = |(key, value): (&String, &Value)| {
        let text = match value {
            Value::Object(_) => value.to_string(),
            _ => at(value, ""),
        };
        format!("{key:width$}  {text}").trim_end().to_owned()
    };
    object.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn table(items: &[Value], columns: &[Column]) -> String {
    let title = columns.iter().map(|(title, _)| (*title).to_owned()).collect();
    let rows = items.iter().map(|item| columns.iter().map(|(_, pointer)| at(item, pointer)).collect());
    let rows: Vec<Vec<String>> = std::iter::once(title).chain(rows).collect();
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_table_lines_up_and_shows_nothing_for_what_is_missing() {
        let items = [json!({"name": "jira", "health": {"state": "ok"}}), json!({"name": "targetprocess"})];
        let text = table(&items, &[("NAME", "/name"), ("HEALTH", "/health/state")]);
        assert_eq!(text, "NAME           HEALTH\njira           ok\ntargetprocess");
    }
}
