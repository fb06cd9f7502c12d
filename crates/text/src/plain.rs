//! Plain text out of the tree and into it.
//!
//! `from_plain(plain(d))` keeps what plain text can say: paragraphs stand apart by an empty line, everything else by
//! a new line, the cells of a row by a tab. No dots, numbers or lines are drawn: only what is in the tree is visible.

use crate::tree::{Block, Doc, Expand, Inline, ListItem, Panel, Table, sign};

impl Doc {
    /// The visible text: blocks parted by an empty line, items, rows and lines by `\n`, cells by a tab.
    pub fn plain(&self) -> String {
        blocks(&self.blocks, "\n\n")
    }

    /// Plain text as a document: paragraphs part at empty lines, other line ends become breaks. In normal form.
    pub fn from_plain(text: &str) -> Self {
        Self { blocks: vec![Block::Paragraph(inlines_of(text))] }.normal()
    }
}

/// The lines of a plain text, with breaks between them.
pub(crate) fn inlines_of(text: &str) -> Vec<Inline> {
    if !text.contains(['\n', '\r']) {
        return vec![Inline::text(text), Inline::Break];
    }
    let text = text.replace("\r\n", "\n");
    let lines = text.split(['\n', '\r']).map(|line| [Inline::text(line), Inline::Break]);
    lines.flatten().collect()
}

/// The visible text of some blocks.
pub(crate) fn blocks(blocks: &[Block], apart: &str) -> String {
    joined(blocks.iter().map(block), apart)
}

fn block(block: &Block) -> String {
    match block {
        Block::Paragraph(content) => inlines(content),
        Block::Heading(heading) => inlines(&heading.content),
        Block::List(list) => joined(list.items.iter().map(item), "\n"),
        Block::Code(code) => code.text.clone(),
        Block::Quote(inner) => blocks(inner, "\n\n"),
        Block::Panel(Panel { blocks: inner, .. }) | Block::Expand(Expand { blocks: inner, .. }) => {
            let title = block.title().unwrap_or_default().to_owned();
            joined([title, blocks(inner, "\n\n")].into_iter(), "\n\n")
        }
        Block::Table(table) => rows(table),
        Block::Rule => String::new(),
        Block::Opaque(opaque) => opaque.text.clone(),
    }
}

/// An item. Whether a task is done is seen in all formats, so it is here.
fn item(item: &ListItem) -> String {
    let words = blocks(&item.blocks, "\n");
    match item.task {
        Some(done) if !words.is_empty() => format!("{}{words}", sign(done)),
        _ => words,
    }
}

fn rows(table: &Table) -> String {
    let row = |cells: &[crate::Cell]| {
        cells.iter().map(|cell| blocks(&cell.blocks, "\n")).collect::<Vec<_>>().join("\t")
    };
    joined(table.rows.iter().map(|cells| row(&cells.cells)), "\n")
}

/// The visible text of one paragraph.
pub(crate) fn inlines(content: &[Inline]) -> String {
    content.iter().fold(String::new(), |mut out, inline| {
        match inline {
            Inline::Text(run) => out.push_str(&run.text),
            Inline::Break => out.push('\n'),
            Inline::Mention(mention) => out.push_str(&mention.visible()),
            Inline::Image(image) => out.push_str(image.visible()),
            Inline::Status(status) => out.push_str(&status.text),
            Inline::Date(day) => out.push_str(&day.to_string()),
            Inline::Emoji(emoji) => out.push_str(emoji.visible()),
            Inline::Opaque(opaque) => out.push_str(&opaque.text),
        }
        out
    })
}

fn joined(parts: impl Iterator<Item = String>, apart: &str) -> String {
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(apart)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_paragraphs_of_plain_text_come_back() {
        let text = "One.\nTwo.\n\nThree.";
        let doc = Doc::from_plain(&format!("\n {}\n\n\n ", text.replace('\n', "\r\n")));
        assert_eq!(doc.blocks.len(), 2);
        assert_eq!(doc.plain(), text);
    }

    #[test]
    fn blank_text_is_an_empty_document() {
        assert_eq!(Doc::from_plain(" \n\t\u{a0}\n"), Doc::default());
        assert!(Doc::from_plain("").is_empty());
        assert!(!Doc::from_plain("x").is_empty());
    }
}
