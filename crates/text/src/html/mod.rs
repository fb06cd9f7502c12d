//! HTML: what Targetprocess keeps, and what Jira gives as rendered fields.
//!
//! Reading takes anything a browser would show. Writing is sanitised by construction: only the tags and attributes
//! that `print.rs` spells out, links only where [`Href`](crate::Href) and the HTML model allow them.

mod builder;
mod close;
mod element;
mod format;
mod frame;
mod piece;
mod print;
mod sink;
#[cfg(test)]
mod tests;

use crate::fit::{fit, fitting};
use crate::markdown;
use crate::tree::{Doc, Format, Opaque};

pub(crate) use builder::Builder;
pub(crate) use piece::element_of;
pub(crate) use print::{close, escaped, open, printed as block};
pub(crate) use sink::feed;

/// What Targetprocess puts before a text that is Markdown, not HTML.
const MARKDOWN: &str = "<!--markdown-->";

/// Reads HTML, in normal form. Elements we do not know give what is in them; scripts and styles are dropped.
///
/// A text that Targetprocess marks as Markdown is read as such.
pub fn parse(text: &str) -> Doc {
    match text.trim_start().strip_prefix(MARKDOWN) {
        Some(text) => fit(markdown::parse(text), Format::Html, believe),
        None => fit(sink::read(text), Format::Html, believe),
    }
}

/// Prints a document as sanitised HTML.
pub fn print(doc: &Doc) -> String {
    print::doc(&fitting(doc, Format::Html, believe))
}

/// Nothing stays opaque in HTML: all that this format's parser reads has a word in the tree, or none at all.
pub(crate) fn believe(_: &Opaque, _: bool) -> bool {
    false
}
