//! The profile document: what syncs between two connections and how, as a person writes it.
//!
//! Here it is read (`toml` and `json` make a tree with lines, `reader` and `decode` make the model of it) and
//! printed. What the words mean together, and whether they contradict each other, is `rules`' business.

mod decode;
mod json;
mod keys;
mod literal;
mod model;
mod reader;
mod schema;
mod toml;
mod tree;
mod word;

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;

pub use keys::{KEYS, Key};
pub(crate) use literal::Literal;
pub use model::Document;
pub(crate) use model::{
    Argument, Call, Condition, Field, Routing, Scalar, Sided, State, Test, TypePair, Unmapped,
};
pub(crate) use tree::below;
pub(crate) use word::{Acting, Direction, Sharing, UnmappedPerson, UnmappedValue, Word};
pub use word::{CommentPolicy, Conflict};

use crate::problem::{Problem, Problems};
use tree::Malformed;

impl Document {
    /// Reads a document; a text that starts with `{` is JSON, any other TOML.
    ///
    /// Finds as many problems at once as can be told apart: unknown keys, words and kinds. Whether the rules fit
    /// together is told by [`Rules::new`](crate::Rules::new).
    pub fn parse(text: &str) -> Result<Self, Problems> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (tree, language) = match text.trim_start().starts_with('{') {
            true => (json::parse(text), "JSON"),
            false => (toml::parse(text), "TOML"),
        };
        let tree = tree.map_err(|malformed| malformed_problem(malformed, language))?;
        let lines = tree.lines();
        let tree = schema::upgrade(tree, &lines)?;
        decode::document(&tree, lines)
    }

    /// The document as TOML, without what is at its default. Parsing it gives an equal document.
    pub fn print(&self) -> String {
        // It fails on numbers and keys that no document can hold (see `printing_and_parsing_gives_the_same_document`).
        ::toml::to_string(self).unwrap_or_default()
    }

    /// A document that shows every kind of entry, explained; it parses and compiles.
    pub const fn example() -> &'static str {
        include_str!("example.toml")
    }
}

fn malformed_problem(malformed: Malformed, language: &str) -> Problems {
    let Malformed { line, message } = malformed;
    Problems(vec![Problem {
        pointer: String::new(),
        line: Some(line),
        message: format!("This is not {language}: {message}."),
        fix: format!("Correct the line; the example of the profile reference shows the {language} form."),
    }])
}
