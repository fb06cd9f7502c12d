//! A document as a tree whose every part knows its line, whether it was TOML or JSON.

use crate::problem::Lines;

/// A part of a document.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// The line on which it starts, counted from 1.
    pub line: usize,
    /// What it is.
    pub tree: Tree,
}

/// What a part of a document is.
#[derive(Clone, Debug)]
pub(crate) enum Tree {
    Null,
    Bool(bool),
    /// TOML's dates too: they are read where text is expected.
    Text(String),
    Number(f64),
    List(Vec<Node>),
    Table(Vec<Entry>),
}

/// A key and its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub key: String,
    /// The line of the key.
    pub line: usize,
    pub node: Node,
}

/// Why a text could not be read as a tree.
#[derive(Debug)]
pub(crate) struct Malformed {
    pub line: usize,
    pub message: String,
}

/// Deeper than any profile goes; a document that nests deeper is refused before it exhausts the stack.
pub(crate) const DEPTH: usize = 32;

impl Node {
    /// The line of every part, by JSON pointer.
    pub(crate) fn lines(&self) -> Lines {
        let mut lines = Lines::default();
        self.note(String::new(), self.line, &mut lines);
        lines
    }

    fn note(&self, pointer: String, line: usize, lines: &mut Lines) {
        match &self.tree {
            Tree::List(nodes) => {
                for (index, node) in nodes.iter().enumerate() {
                    node.note(format!("{pointer}/{index}"), node.line, lines);
                }
            }
            Tree::Table(entries) => {
                for entry in entries {
                    entry.node.note(below(&pointer, &entry.key), entry.line, lines);
                }
            }
            _ => {}
        }
        lines.insert(pointer, line);
    }
}

impl Tree {
    /// The word for what it is, for messages.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Text(_) => "text",
            Self::Number(_) => "a number",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

/// The pointer of a key below a pointer (RFC 6901).
pub(crate) fn below(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// Finds the line of a place in a text.
#[derive(Debug)]
pub(crate) struct Ruler(Vec<usize>);

impl Ruler {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(at, _)| at).collect())
    }

    /// The line, counted from 1, of the byte at `offset`.
    pub(crate) fn line(&self, offset: usize) -> usize {
        self.0.partition_point(|newline| *newline < offset) + 1
    }
}
