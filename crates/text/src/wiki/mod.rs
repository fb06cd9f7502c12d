//! Jira's wiki markup: what Jira Data Center and version 2 of Jira Cloud's REST API take and give.
//!
//! The rules are those of the public page "Text Formatting Notation Help", and where it is silent those that Jira's
//! renderer shows: signs count only at the border of a word (`spelling.rs`), macros cut through everything
//! (`macros.rs`), the rest goes by lines (`blocks.rs`) and then inside a line (`inline.rs`). Both functions are total.

mod blocks;
mod bracket;
mod inline;
mod line;
mod list;
mod macros;
mod print;
mod shape;
mod spelling;
mod table;
#[cfg(test)]
mod tests;

use crate::fit::{fit, fitting};
use crate::tree::{Block, Doc, Format, Inline, Opaque};

pub(crate) use shape::{can_mention, can_show, can_title, is_tight, shaped, tight};

/// Reads wiki markup, in normal form. What is no markup is text; macros we do not know stay opaque.
pub fn parse(text: &str) -> Doc {
    let blocks = match text.contains('\r') {
        true => blocks::parse(&text.replace("\r\n", "\n").replace('\r', "\n")),
        false => blocks::parse(text),
    };
    fit(Doc { blocks }, Format::Wiki, |_, _| true)
}

/// The text of one line, not yet in normal form.
fn parse_line(text: &str) -> Vec<Inline> {
    inline::parse(text, 0..text.len(), &macros::Macros::default())
}

/// Prints a document as wiki markup, with every character of its text escaped that would be read as markup.
pub fn print(doc: &Doc) -> String {
    print::doc(&fitting(doc, Format::Wiki, believe))
}

/// Whether this format's parser would make this piece of its raw form, in the given place.
pub(crate) fn believe(opaque: &Opaque, as_block: bool) -> bool {
    let same = || match as_block {
        true => vec![Block::Opaque(opaque.clone())],
        false => vec![Block::Paragraph(vec![Inline::Opaque(opaque.clone())])],
    };
    opaque.raw.as_str().is_some_and(|raw| parse(raw).blocks == same())
}
