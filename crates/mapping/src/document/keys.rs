//! Every key of the document: what reading accepts and what the reference page must explain.

/// A key of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// The table it stands in, as its TOML header; empty for the top.
    pub table: &'static str,
    /// Its name.
    pub name: &'static str,
}

macro_rules! keys {
    ($($table:literal: $($name:literal)*;)*) => {
        /// Every key of the document, in the order of the reference page.
        pub const KEYS: &[Key] = &[$($(Key { table: $table, name: $name },)*)*];
    };
}

keys! {
    "": "schema" "name" "left" "right" "defaults" "routing" "type" "user" "people";
    "[left]": "connection";
    "[right]": "connection";
    "[defaults]": "conflict" "comments";
    "[[routing]]": "left" "right" "share" "when";
    "[routing.when]": "left" "right";
    "condition": "field" "is" "is_not" "contains" "in" "empty";
    "[[type]]": "left" "right" "field" "state";
    "[[type.field]]": "left" "right" "direction" "conflict" "compare" "transform" "values" "unmapped" "constant";
    "[type.state]": "left" "right" "direction" "conflict" "values" "unmapped" "avoid" "supply";
    "[[user]]": "left" "right";
    "[people]": "acting" "unmapped" "fallback";
}

/// The keys that a table knows.
pub(super) fn of(table: &str) -> Vec<&'static str> {
    KEYS.iter().filter(|key| key.table == table).map(|key| key.name).collect()
}
