//! Rich text: one document tree, and four formats that are parsed into it and printed from it.
//!
//! What lives here: the tree ([`Doc`]), its canonical form ([`Doc::normal`]), plain text, and for each format a
//! module with `parse` and `print`: [`adf`] (Atlassian Document Format), [`wiki`] (Jira's wiki markup), [`html`]
//! (what Targetprocess and Jira's rendered fields give), [`markdown`] (as GitHub reads it). What does not: I/O, users, attachments. Mentions keep the
//! id a tool gave them; who that is in another tool is decided in `mapping`.
//!
//! # What each format can hold
//!
//! ```
//! use bowline_text::{html, wiki};
//!
//! let doc = wiki::parse("h2. Steps\n# Open [the page|https://example.com]\n# Press *Save*");
//! assert_eq!(
//!     html::print(&doc),
//!     "<h2>Steps</h2><ol><li>Open <a href=\"https://example.com\">the page</a></li>\
//!      <li>Press <strong>Save</strong></li></ol>",
//! );
//! ```
//!
//! `hold(d) = parse(print(d))` is a fixed point after one pass, and equals `d.normal()` when the format can hold
//! everything in `d`. What it cannot hold is degraded by the rules below; no visible character is lost. Before it
//! prints, a format brings the document into its own model (module `fit`), so this table is code, not hope.
//!
//! | in the tree | ADF | wiki markup | HTML |
//! | --- | --- | --- | --- |
//! | paragraph, code block, list | yes | yes | yes |
//! | number a list starts with | yes | starts with 1 | yes |
//! | heading | not in lists or quotes: strong paragraph | not in lists or tables: strong paragraph | yes |
//! | rule | not in lists or quotes: gone | not in lists or tables: gone | yes |
//! | quote | not in lists or quotes: unwrapped | not in quotes: unwrapped | yes |
//! | table | top level only, else its cells' blocks | not in lists or tables | yes |
//! | cells that span | yes | empty cells fill the grid | yes |
//! | text after a list, inside an item or cell | yes | goes to the last item | yes |
//! | several paragraphs in an item or cell | yes | line breaks | yes |
//! | marks that overlap at a space | yes | the space loses one | yes |
//! | marks on inline code | link only | yes | yes |
//! | marks we do not know | yes | no | no |
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
pub mod markdown;
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
    Block, Cell, Code, Doc, Format, Handle, Heading, Image, Inline, List, ListItem, Marker, Mention, Opaque,
    Row, Table, Text,
};
