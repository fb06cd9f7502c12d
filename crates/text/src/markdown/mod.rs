//! Markdown, as GitHub reads it: CommonMark with tables, task lists, strikethrough, alerts and footnotes
//! (github.github.com/gfm). Reading is `pulldown-cmark`'s; what it finds, HTML included, goes to the same builder as
//! HTML does, so that raw HTML in a text means here what it means there.
//!
//! Writing is ours. What Markdown has no sign for is written as the HTML that GitHub lets through, where there is any
//! (`<ins>`, `<sub>`, tables whose cells hold blocks or span), and as HTML that only a reader like this one
//! understands where there is none (a `span` with a colour or a mention), so that words are always seen.

mod line;
mod parse;
mod print;
mod raw;
#[cfg(test)]
mod tests;

use crate::fit::{fit, fitting};
pub(crate) use print::MAX_NUMBER;

use crate::tree::{Block, Doc, Format, List, Marker, Opaque, PanelKind};

/// Reads Markdown, in normal form. What is no markup is text. A line end inside a paragraph is a space, as in the
/// specification; GitHub's comments show it as a line end.
pub fn parse(text: &str) -> Doc {
    fit(parse::read(text), Format::Markdown, believe)
}

/// Prints a document as Markdown, with every character of its text escaped that would be read as markup.
pub fn print(doc: &Doc) -> String {
    print::doc(&fitting(doc, Format::Markdown, believe))
}

/// The word of GitHub's alert for a kind of panel (docs.github.com, "Basic writing and formatting syntax", "Alerts").
pub(crate) fn alert(kind: PanelKind) -> Option<&'static str> {
    match kind {
        PanelKind::Info => Some("NOTE"),
        PanelKind::Note => Some("IMPORTANT"),
        PanelKind::Success => Some("TIP"),
        PanelKind::Warning => Some("WARNING"),
        PanelKind::Error => Some("CAUTION"),
        PanelKind::Custom(_) => None,
    }
}

/// A block as Markdown can write it, apart from what is in it.
pub(crate) fn shaped(block: Block) -> Block {
    match block {
        Block::List(List { marker: Marker::Number { start }, items }) => {
            Block::List(List { marker: Marker::Number { start: start.min(print::MAX_NUMBER) }, items })
        }
        other => other,
    }
}

/// Nothing stays opaque in Markdown: all that its parser reads has a word in the tree, or none at all.
pub(crate) fn believe(_: &Opaque, _: bool) -> bool {
    false
}
