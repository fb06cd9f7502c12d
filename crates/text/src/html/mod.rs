//! HTML: what Targetprocess keeps, and what Jira gives as rendered fields.
//!
//! Reading takes anything a browser would show. Writing is sanitised by construction: only the tags and attributes
//! that `print.rs` spells out, links only where [`Href`](crate::Href) and the HTML model allow them.

mod builder;
mod element;
mod format;
mod print;
mod sink;
#[cfg(test)]
mod tests;

use crate::fit::fit;
use crate::tree::{Block, Doc, Format, Inline, Opaque};

/// What Targetprocess puts before a text that is Markdown, not HTML.
const MARKDOWN: &str = "<!--markdown-->";

/// Reads HTML, in normal form. Elements we do not know give what is in them; scripts and styles are dropped.
///
/// A text that Targetprocess marks as Markdown is read as plain text.
pub fn parse(text: &str) -> Doc {
    match text.trim_start().strip_prefix(MARKDOWN) {
        Some(markdown) => Doc::from_plain(markdown),
        None => fit(sink::read(text), Format::Html, |_, _| true),
    }
}

/// Prints a document as sanitised HTML.
pub fn print(doc: &Doc) -> String {
    print::doc(&fit(doc.clone(), Format::Html, believe))
}

/// Whether this format's parser would make this piece of its raw form, in the given place.
pub(crate) fn believe(opaque: &Opaque, as_block: bool) -> bool {
    let same = || vec![Block::Paragraph(vec![Inline::Opaque(opaque.clone())])];
    !as_block && opaque.raw.as_str().is_some_and(|raw| parse(raw).blocks == same())
}
