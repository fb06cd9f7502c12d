//! Rich text: one document tree, and three formats that are parsed into it and printed from it.
//!
//! What lives here: the tree ([`Doc`]), its canonical form ([`Doc::normal`]), plain text, and for each format a
//! module with `parse` and `print`: [`adf`] (Atlassian Document Format), [`wiki`] (Jira's wiki markup), [`html`]
//! (what Targetprocess and Jira's rendered fields give). What does not: I/O, users, attachments. Mentions keep the
//! id a tool gave them; who that is in another tool is decided in `mapping`.
//!
//! # What each format can hold
//!
//! `hold(d) = parse(print(d))` is a fixed point after one pass, and equals `d.normal()` when the format can hold
//! everything in `d`. What it cannot hold is degraded by the rules below; no visible character is lost. Before it
//! prints, a format brings the document into its own model (module `fit`), so this table is code, not hope.
//!
//! | in the tree | ADF | wiki markup | HTML |
//! | --- | --- | --- | --- |
//! | paragraph, heading, code block, rule, list | yes | yes | yes |
//! | number a list starts with | yes | starts with 1 | yes |
//! | heading in a list or quote | strong paragraph | list: strong paragraph | yes |
//! | quote | not in lists or quotes: unwrapped | not in quotes: unwrapped | yes |
//! | table | top level only, else its cells' blocks | not in lists or tables | yes |
//! | cells that span | yes | empty cells fill the grid | yes |
//! | text after a list, inside an item or cell | yes | goes to the last item | yes |
//! | several paragraphs in an item or cell | yes | line breaks | yes |
//! | marks on inline code | link only | yes | yes |
//! | bare `https://` text | yes | becomes a link | yes |
//! | link | yes | yes | `http`, `https`, `mailto`, relative |
//! | mention by account id | yes | yes, without the name | yes |
//! | mention by login | its text | yes, without the name | yes |
//! | opaque | its own, else text | its own, else text | its own, else text |
//!
//! Presentation that carries no words is not kept: alignment, column widths, cell backgrounds, layout.

pub mod adf;
mod autolink;
mod color;
mod error;
mod fit;
mod href;
pub mod html;
mod marks;
mod nest;
mod normal;
mod plain;
mod tree;
pub mod wiki;

#[cfg(test)]
mod laws;

pub use color::Color;
pub use error::Error;
pub use href::Href;
pub use marks::{Marks, Shift};
pub use tree::{
    Block, Cell, Code, Doc, Format, Handle, Heading, Inline, List, ListItem, Marker, Mention, Opaque, Row,
    Table, Text,
};
