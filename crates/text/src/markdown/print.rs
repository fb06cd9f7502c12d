//! Writes a document that fits Markdown as Markdown.
//!
//! Blocks are parted by an empty line, and stand behind what their list item or quote puts before each line. A table
//! that Markdown's own cannot hold (cells with blocks, spans, headers elsewhere than in the first row) is one line of
//! HTML, which an empty line would end.

use std::borrow::Cow;

use super::line::{self, Place};
use crate::html;
use crate::tree::{Block, Cell, Code, Doc, Inline, List, ListItem, Marker, Row, Table};

/// Most digits of a list's number: nine (CommonMark, section 5.2).
pub(crate) const MAX_NUMBER: u32 = 999_999_999;

pub(super) fn doc(doc: &Doc) -> String {
    let mut out = String::new();
    blocks(&doc.blocks, &mut out);
    out
}

fn blocks(blocks: &[Block], out: &mut String) {
    let mut signs = Signs::default();
    let mut before: Option<&Block> = None;
    for one in blocks {
        let sign = signs.next(one);
        if let Some(before) = before {
            out.push_str(if is_tight(before, one) { "\n" } else { "\n\n" });
        }
        block(one, sign, out);
        before = Some(one);
    }
}

/// Whether a block needs no empty line before it: a list that may interrupt a paragraph.
fn is_tight(before: &Block, block: &Block) -> bool {
    let begins = |list: &List| matches!(list.marker, Marker::Bullet | Marker::Number { start: 1 });
    matches!((before, block), (Block::Paragraph(_), Block::List(list)) if begins(list))
}

/// Lists that follow each other are parted by their signs: dashes and stars, dots and brackets.
#[derive(Default)]
struct Signs {
    /// The list before: whether it has numbers, and whether it has the other signs.
    last: Option<(bool, bool)>,
}

impl Signs {
    /// Whether a block, if it is a list, takes the other signs.
    fn next(&mut self, block: &Block) -> bool {
        let Block::List(list) = block else {
            self.last = None;
            return false;
        };
        let numbers = list.marker != Marker::Bullet;
        let other = self.last.is_some_and(|(before, other)| before == numbers && !other);
        self.last = Some((numbers, other));
        other
    }
}

fn block(block: &Block, other: bool, out: &mut String) {
    match block {
        Block::Paragraph(content) => line::print(content, Place::Paragraph, out),
        Block::Heading(heading) => {
            (0..heading.level.clamp(1, 6)).for_each(|_| out.push('#'));
            out.push(' ');
            line::print(&heading.content, Place::Heading, out);
        }
        Block::List(list) => self::list(list, other, out),
        Block::Code(code) => self::code(code, out),
        Block::Quote(inner) => behind("> ", "> ", out, |out| blocks(inner, out)),
        Block::Panel(panel) => {
            // The sign counts as a paragraph, which few other blocks may interrupt.
            let apart = if matches!(panel.blocks.first(), Some(Block::Paragraph(_))) { "\n" } else { "\n\n" };
            behind("> ", "> ", out, |out| {
                super::alert(panel.kind).into_iter().for_each(|word| out.extend(["[!", word, "]", apart]));
                blocks(&panel.blocks, out);
            });
        }
        Block::Expand(expand) => {
            out.extend(["<details><summary>", &html::escaped(&expand.title), "</summary>"]);
            if !expand.blocks.is_empty() {
                out.push_str("\n\n");
                blocks(&expand.blocks, out);
            }
            out.push_str("\n\n</details>");
        }
        Block::Table(table) => self::table(table, out),
        // The dashes and stars of a rule could be read as items.
        Block::Rule => out.push_str("___"),
        // The model keeps none.
        Block::Opaque(opaque) => line::print(&[Inline::text(&opaque.text)], Place::Paragraph, out),
    }
}

/// What is written, with signs before each of its lines. A line without text has no white space at its end.
fn behind(first: &str, others: &str, out: &mut String, write: impl FnOnce(&mut String)) {
    let start = out.len();
    out.push_str(first);
    let inner = out.len();
    write(out);
    if !out.get(inner..).is_some_and(|text| text.contains('\n')) {
        if out.len() == inner {
            out.truncate(start + first.trim_end().len());
        }
        return;
    }
    let text = out.split_off(inner);
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            out.push('\n');
        }
        match (line.is_empty(), at) {
            (false, 0) => {}
            (false, _) => out.push_str(others),
            (true, 0) => out.truncate(start + first.trim_end().len()),
            (true, _) => out.push_str(others.trim_end()),
        }
        out.push_str(line);
    }
}

fn list(list: &List, other: bool, out: &mut String) {
    let mut number = match list.marker {
        Marker::Bullet => None,
        Marker::Number { start } => Some(start),
    };
    for (at, item) in list.items.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        let sign: Cow<'_, str> = match number {
            None => if other { "* " } else { "- " }.into(),
            Some(here) => format!("{}{} ", here.min(MAX_NUMBER), if other { ')' } else { '.' }).into(),
        };
        number = number.map(|here| here.saturating_add(1));
        self::item(item, &sign, out);
    }
}

fn item(item: &ListItem, sign: &str, out: &mut String) {
    // Nine digits, a dot and a space are the longest sign.
    let others = "           ".get(..sign.len()).unwrap_or_default();
    behind(sign, others, out, |out| {
        out.push_str(match item.task {
            Some(true) => "[x] ",
            Some(false) => "[ ] ",
            None => "",
        });
        blocks(&item.blocks, out);
    });
}

fn code(code: &Code, out: &mut String) {
    let fence = "`".repeat(line::ticks(&code.text).max(2) + 1);
    out.extend([&fence, code.language.as_deref().unwrap_or_default(), "\n", &code.text, "\n", &fence]);
}

fn table(table: &Table, out: &mut String) {
    if !is_plain(table) {
        // A line end in the text of a cell is one of code.
        out.push_str(&html::block(&Block::Table(table.clone())).replace('\n', "&#10;"));
        return;
    }
    for (at, one) in table.rows.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        row(one, out);
        if at == 0 {
            out.push_str("\n|");
            one.cells.iter().for_each(|_| out.push_str(" --- |"));
        }
    }
}

/// Whether Markdown's own table can hold this one.
fn is_plain(table: &Table) -> bool {
    let Some(head) = table.rows.first() else { return false };
    let simple = |cell: &Cell| {
        cell.colspan == 1 && cell.rowspan == 1 && matches!(cell.blocks.as_slice(), [] | [Block::Paragraph(_)])
    };
    table.rows.iter().enumerate().all(|(at, row)| {
        row.cells.len() == head.cells.len()
            && row.cells.iter().all(|cell| cell.header == (at == 0) && simple(cell))
    })
}

fn row(row: &Row, out: &mut String) {
    out.push('|');
    for cell in &row.cells {
        out.push(' ');
        if let Some(Block::Paragraph(content)) = cell.blocks.first() {
            line::print(content, Place::Cell, out);
        }
        out.push_str(" |");
    }
}
