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
//! everything in `d`. What it cannot hold is degraded by rules; no visible character is lost. Before it prints, a
//! format brings the document into its own model (module `fit`), so the rules are code, not hope. They are told in
//! `docs/text.md`, with a matrix of kinds and directions that is made by a test.
//!
//! Presentation that carries no words is not kept: alignment, column widths, cell backgrounds, layout.

pub mod adf;
mod autolink;
mod color;
mod emoticon;
mod error;
mod fit;
mod href;
pub mod html;
pub mod markdown;
mod marks;
mod nest;
mod normal;
mod panel;
mod plain;
mod solid;
mod tasks;
mod tree;
pub mod wiki;

#[cfg(test)]
mod laws;

pub use color::Color;
pub use error::Error;
pub use href::Href;
pub use marks::{Marks, Shift};
pub use tree::{
    Block, Cell, Code, Day, Doc, Emoji, Expand, Format, Handle, Heading, Image, Inline, List, ListItem,
    Marker, Mention, Opaque, Panel, PanelKind, Row, Status, Table, Text, Tone,
};
