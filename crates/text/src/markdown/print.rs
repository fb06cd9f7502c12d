//! Writes a document that fits Markdown as Markdown.
//!
//! Blocks are parted by an empty line, and stand behind what their list item or quote puts before each line. A table
//! that Markdown's own cannot hold (cells with blocks, spans, headers elsewhere than in the first row) is one line of
//! HTML, which an empty line would end.

use super::line::{self, Place};
use crate::html;
use crate::tree::{Block, Cell, Code, Doc, Inline, List, ListItem, Marker, Row, Table};

/// Most digits of a list's number: nine (CommonMark, section 5.2).
pub(crate) const MAX_NUMBER: u32 = 999_999_999;

pub(super) fn doc(doc: &Doc) -> String {
    blocks(&doc.blocks)
}

fn blocks(blocks: &[Block]) -> String {
    let mut out = String::new();
    let mut signs = Signs::default();
    let mut before: Option<&Block> = None;
    for one in blocks {
        let sign = signs.next(one);
        if let Some(before) = before {
            out.push_str(if is_tight(before, one) { "\n" } else { "\n\n" });
        }
        out.push_str(&block(one, sign));
        before = Some(one);
    }
    out
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

fn block(block: &Block, other: bool) -> String {
    match block {
        Block::Paragraph(content) => line::print(content, Place::Paragraph),
        Block::Heading(heading) => {
            let signs = "#".repeat(usize::from(heading.level.clamp(1, 6)));
            format!("{signs} {}", line::print(&heading.content, Place::Heading))
        }
        Block::List(list) => self::list(list, other),
        Block::Code(code) => self::code(code),
        Block::Quote(inner) => behind("> ", "> ", &blocks(inner)),
        Block::Panel(panel) => {
            // The sign counts as a paragraph, which few other blocks may interrupt.
            let apart = if matches!(panel.blocks.first(), Some(Block::Paragraph(_))) { "\n" } else { "\n\n" };
            let sign = super::alert(panel.kind).map(|word| format!("[!{word}]{apart}"));
            behind("> ", "> ", &format!("{}{}", sign.unwrap_or_default(), blocks(&panel.blocks)))
        }
        Block::Expand(expand) => {
            let title = html::escaped(&expand.title);
            let inner = blocks(&expand.blocks);
            let inner = if inner.is_empty() { inner } else { format!("\n\n{inner}") };
            format!("<details><summary>{title}</summary>{inner}\n\n</details>")
        }
        Block::Table(table) => self::table(table),
        // The dashes and stars of a rule could be read as items.
        Block::Rule => "___".to_owned(),
        // The model keeps none.
        Block::Opaque(opaque) => line::print(&[Inline::text(&opaque.text)], Place::Paragraph),
    }
}

/// The lines of a text behind signs. A line without text has no white space at its end.
fn behind(first: &str, others: &str, text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            out.push('\n');
        }
        let signs = if at == 0 { first } else { others };
        out.push_str(if line.is_empty() { signs.trim_end() } else { signs });
        out.push_str(line);
    }
    out
}

fn list(list: &List, other: bool) -> String {
    let mut number = 0;
    let items = list.items.iter().map(|item| {
        let sign = match list.marker {
            Marker::Bullet => if other { "* " } else { "- " }.to_owned(),
            Marker::Number { start } => {
                let here = start.saturating_add(number).min(MAX_NUMBER);
                number += 1;
                format!("{here}{} ", if other { ')' } else { '.' })
            }
        };
        self::item(item, &sign)
    });
    items.collect::<Vec<_>>().join("\n")
}

fn item(item: &ListItem, sign: &str) -> String {
    let task = match item.task {
        Some(true) => "[x] ",
        Some(false) => "[ ] ",
        None => "",
    };
    behind(sign, &" ".repeat(sign.len()), &format!("{task}{}", blocks(&item.blocks)))
}

fn code(code: &Code) -> String {
    let fence = "`".repeat(line::ticks(&code.text).max(2) + 1);
    format!("{fence}{}\n{}\n{fence}", code.language.as_deref().unwrap_or_default(), code.text)
}

fn table(table: &Table) -> String {
    if !is_plain(table) {
        // A line end in the text of a cell is one of code.
        return html::block(&Block::Table(table.clone())).replace('\n', "&#10;");
    }
    let mut lines: Vec<String> = table.rows.iter().map(row).collect();
    let columns = table.rows.first().map_or(0, |row| row.cells.len());
    lines.insert(1, format!("|{}", " --- |".repeat(columns)));
    lines.join("\n")
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

fn row(row: &Row) -> String {
    let words = |cell: &Cell| match cell.blocks.first() {
        Some(Block::Paragraph(content)) => format!(" {} |", line::print(content, Place::Cell)),
        _ => "  |".to_owned(),
    };
    format!("|{}", row.cells.iter().map(words).collect::<String>())
}
