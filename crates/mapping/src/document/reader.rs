//! Reads parts of the tree as what they should be, and notes a problem where they are something else.
//!
//! A reading that fails still gives a value, so that decoding goes on and finds the next problem too; whoever
//! decodes looks at the report before using any of it.

use bowline_core::Side;

use crate::nearest;
use crate::problem::{Lines, Report};

use super::model::{Scalar, Sided};
use super::tree::{Entry, Node, Tree, below};
use super::{Word, keys};

/// A part of the document and where it is.
#[derive(Clone, Debug)]
pub(super) struct Place<'a> {
    pub pointer: String,
    pub tree: &'a Tree,
}

/// A table whose keys are all known.
#[derive(Debug)]
pub(super) struct Table<'a> {
    pub pointer: String,
    entries: &'a [Entry],
}

impl<'a> Table<'a> {
    /// The value of a key, if the key is there.
    pub(super) fn find(&self, key: &str) -> Option<Place<'a>> {
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        Some(Place { pointer: below(&self.pointer, key), tree: &entry.node.tree })
    }

    /// All keys with their values.
    pub(super) fn places(&self) -> impl Iterator<Item = (&'a str, Place<'a>)> + '_ {
        self.entries.iter().map(|entry| {
            let pointer = below(&self.pointer, &entry.key);
            (entry.key.as_str(), Place { pointer, tree: &entry.node.tree })
        })
    }
}

/// Reads, and collects what is wrong.
pub(super) struct Reader<'a> {
    pub report: Report<'a>,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(lines: &'a Lines) -> Self {
        Self { report: Report::new(lines) }
    }

    /// A table with the keys that [`keys`] lists under a name.
    pub(super) fn table<'n>(&mut self, place: &Place<'n>, name: &str) -> Table<'n> {
        self.table_of(place, &keys::of(name))
    }

    fn table_of<'n>(&mut self, place: &Place<'n>, known: &[&str]) -> Table<'n> {
        let table = self.free_table(place);
        for (key, place) in table.places().filter(|(key, _)| !known.contains(key)) {
            let fix = nearest::instead(key, known);
            self.report.add(&place.pointer, format!("There is no key `{key}` here."), fix);
        }
        table
    }

    /// A table whose keys are up to whoever writes it.
    pub(super) fn free_table<'n>(&mut self, place: &Place<'n>) -> Table<'n> {
        let entries: &[Entry] = match place.tree {
            Tree::Table(entries) => entries,
            _ => {
                self.expected("a table", "`{ key = … }`", place);
                &[]
            }
        };
        Table { pointer: place.pointer.clone(), entries }
    }

    /// The value of a key that must be there; noted as missing otherwise.
    pub(super) fn get<'n>(&mut self, table: &Table<'n>, key: &str, example: &str) -> Option<Place<'n>> {
        let place = table.find(key);
        if place.is_none() {
            let fix = format!("Add `{key} = {example}`.");
            self.report.add(&table.pointer, format!("The key `{key}` is missing."), fix);
        }
        place
    }

    /// Text that must be there and not be blank.
    pub(super) fn get_name(&mut self, table: &Table<'_>, key: &str) -> String {
        self.get(table, key, "\"…\"").map(|place| self.name(&place)).unwrap_or_default()
    }

    /// Text that is not blank.
    pub(super) fn name(&mut self, place: &Place<'_>) -> String {
        let name = self.text(place);
        if matches!(place.tree, Tree::Text(_)) && name.trim().is_empty() {
            let fix = "Write the name that the tool shows, or remove the key.";
            self.report.add(&place.pointer, "The name is empty.", fix);
        }
        name
    }

    /// Any text.
    pub(super) fn text(&mut self, place: &Place<'_>) -> String {
        match place.tree {
            Tree::Text(text) => text.clone(),
            _ => {
                self.expected("text", "`\"…\"`", place);
                String::new()
            }
        }
    }

    /// True or false.
    pub(super) fn bool(&mut self, place: &Place<'_>) -> bool {
        match place.tree {
            Tree::Bool(bool) => *bool,
            _ => {
                self.expected("true or false", "`true` or `false`", place);
                false
            }
        }
    }

    /// The items of a list.
    pub(super) fn list<'n>(&mut self, place: &Place<'n>) -> Vec<Place<'n>> {
        let nodes: &[Node] = match place.tree {
            Tree::List(nodes) => nodes,
            _ => {
                self.expected("a list", "`[ … ]`", place);
                &[]
            }
        };
        let item = |(index, node): (usize, &'n Node)| Place {
            pointer: format!("{}/{index}", place.pointer),
            tree: &node.tree,
        };
        nodes.iter().enumerate().map(item).collect()
    }

    /// One of the words of a set.
    pub(super) fn word<W: Word>(&mut self, place: &Place<'_>) -> Option<W> {
        let Tree::Text(text) = place.tree else {
            let words: Vec<&str> = W::ALL.iter().map(|word| word.word()).collect();
            self.expected("a word", &crate::problem::quoted(words), place);
            return None;
        };
        let found = W::ALL.iter().copied().find(|word| word.word() == text);
        if found.is_none() {
            let words: Vec<&str> = W::ALL.iter().map(|word| word.word()).collect();
            let fix = nearest::instead(text, &words);
            self.report.add(&place.pointer, format!("The word `{text}` has no meaning here."), fix);
        }
        found
    }

    /// Text, a number, true or false.
    pub(super) fn scalar(&mut self, place: &Place<'_>) -> Scalar {
        match place.tree {
            Tree::Text(text) => Scalar::Text(text.clone()),
            Tree::Number(number) => Scalar::Number(*number),
            Tree::Bool(bool) => Scalar::Bool(*bool),
            _ => {
                self.expected("text, a number, true or false", "`\"…\"`", place);
                Scalar::Bool(false)
            }
        }
    }

    /// A table that gives something for either side or both.
    pub(super) fn sided<T>(
        &mut self,
        place: &Place<'_>,
        mut read: impl FnMut(&mut Self, &Place<'_>) -> T,
    ) -> Sided<T> {
        let table = self.table_of(place, &Side::BOTH.map(Side::word));
        let mut sided = Sided::new();
        for side in Side::BOTH {
            if let Some(place) = table.find(side.word()) {
                sided.insert(side, read(self, &place));
            }
        }
        sided
    }

    /// Notes that a part is not what it should be.
    pub(super) fn expected(&mut self, what: &str, example: &str, place: &Place<'_>) {
        let found = place.tree.kind();
        let message = format!("This should be {what}, not {found}.");
        self.report.add(&place.pointer, message, format!("Write {example}."));
    }
}
