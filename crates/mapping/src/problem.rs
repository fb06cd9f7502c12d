//! Problems: what is wrong with a profile document, where, and what to write instead.
//!
//! Reading, compiling and checking against a tool all report these, as many at once as can be found. A problem
//! quotes names from the document and from the tool's own lists, never the content of an item.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

/// One thing that is wrong with a profile document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where: a JSON pointer into the document (`/type/0/field/1/values`); empty for the document as a whole.
    pub pointer: String,
    /// The line of the document's text, counted from 1. Unknown only for a document that was not parsed.
    pub line: Option<usize>,
    /// What is wrong, as a sentence.
    pub message: String,
    /// What to do, as a sentence.
    pub fix: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.pointer.as_str()) {
            (Some(line), "") => write!(f, "line {line}: ")?,
            (Some(line), pointer) => write!(f, "line {line} ({pointer}): ")?,
            (None, "") => {}
            (None, pointer) => write!(f, "{pointer}: ")?,
        }
        write!(f, "{} {}", self.message, self.fix)
    }
}

/// Everything found wrong with a profile document, in the order of its lines; printed one a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// The line on which each part of a document stands, by JSON pointer.
///
/// Two documents that say the same in different lines are equal, so any two of these are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lines(BTreeMap<String, usize>);

impl PartialEq for Lines {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Lines {
    pub(crate) fn insert(&mut self, pointer: String, line: usize) {
        self.0.insert(pointer, line);
    }

    /// The line of a part, or of the nearest part around it that is in the document.
    pub(crate) fn of(&self, pointer: &str) -> Option<usize> {
        let mut pointer = pointer;
        loop {
            if let Some(line) = self.0.get(pointer) {
                return Some(*line);
            }
            pointer = pointer.rsplit_once('/')?.0;
        }
    }

    /// Forgets all parts that `keep` does not name; a user mapping may have a hundred thousand.
    pub(crate) fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.0.retain(|pointer, _| keep(pointer));
    }
}

/// More than this many problems help nobody, and comparing each with all others takes time.
const MOST: usize = 100;

/// Collects problems, looking up the line of each.
#[derive(Debug)]
pub(crate) struct Report<'a> {
    lines: &'a Lines,
    found: Vec<Problem>,
}

impl<'a> Report<'a> {
    pub(crate) const fn new(lines: &'a Lines) -> Self {
        Self { lines, found: Vec::new() }
    }

    /// Notes a problem, unless the same or [`MOST`] others were noted before.
    pub(crate) fn add(&mut self, pointer: &str, message: impl Into<String>, fix: impl Into<String>) {
        let problem = Problem {
            pointer: pointer.to_owned(),
            line: self.lines.of(pointer),
            message: message.into(),
            fix: fix.into(),
        };
        if self.found.len() < MOST && !self.found.contains(&problem) {
            self.found.push(problem);
        }
    }

    /// All that were found, in the order of their lines.
    pub(crate) fn into_problems(mut self) -> Vec<Problem> {
        self.found.sort_by_key(|problem| problem.line);
        self.found
    }
}

/// Names in backquotes, for a message: `` `a`, `b` ``.
pub(crate) fn quoted<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
