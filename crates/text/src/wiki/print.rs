//! Writes a document that fits wiki markup as wiki markup.
//!
//! Blocks are parted by an empty line, but for the parts of an item or cell, which an empty line would end.

use super::line;
use crate::tree::{Block, Code, Doc, List, Marker, Row, Table};

pub(super) fn doc(doc: &Doc) -> String {
    blocks(&doc.blocks)
}

fn blocks(blocks: &[Block]) -> String {
    blocks.iter().map(|one| block(one, "\n")).collect::<Vec<_>>().join("\n\n")
}

/// A block; `end` is how a line ends inside a paragraph.
fn block(block: &Block, end: &str) -> String {
    match block {
        Block::Paragraph(content) => line::print(content, end),
        Block::Heading(heading) => {
            format!("h{}. {}", heading.level, line::print(&heading.content, line::FORCED))
        }
        Block::List(list) => {
            let mut lines = Vec::new();
            self::list(list, "", end, &mut lines);
            lines.join("\n")
        }
        Block::Code(code) => self::code(code),
        Block::Quote(inner) => format!("{{quote}}\n{}\n{{quote}}", blocks(inner)),
        Block::Table(table) => self::table(table),
        Block::Rule => "----".to_owned(),
        Block::Opaque(opaque) => opaque.raw.as_str().unwrap_or_default().to_owned(),
    }
}

fn list(list: &List, around: &str, end: &str, lines: &mut Vec<String>) {
    let sign = if list.marker == Marker::Bullet { '*' } else { '#' };
    let signs = format!("{around}{sign}");
    for item in &list.items {
        let mut first = true;
        for one in &item.blocks {
            match one {
                Block::List(inner) => self::list(inner, &signs, end, lines),
                _ if first => lines.push(format!("{signs} {}", block(one, end))),
                _ => lines.push(block(one, end)),
            }
            first = false;
        }
    }
}

fn code(code: &Code) -> String {
    let name = if code.text.contains("{code}") { "noformat" } else { "code" };
    let params = code.language.as_ref().map(|language| format!(":{language}")).unwrap_or_default();
    format!("{{{name}{params}}}\n{}\n{{{name}}}", code.text)
}

fn table(table: &Table) -> String {
    table.rows.iter().map(row).collect::<Vec<_>>().join("\n")
}

fn row(row: &Row) -> String {
    let mut out = String::new();
    let mut header = false;
    for cell in &row.cells {
        header = cell.header;
        let words = cell.blocks.iter().map(|one| block(one, line::FORCED)).collect::<Vec<_>>().join("\n");
        out.push_str(if header { "||" } else { "|" });
        out.push_str(if words.is_empty() { " " } else { &words });
    }
    out.push_str(if header { "||" } else { "|" });
    out
}
