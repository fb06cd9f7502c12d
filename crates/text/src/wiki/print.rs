//! Writes a document that fits wiki markup as wiki markup.
//!
//! Blocks are parted by an empty line, but for the parts of an item or cell, which an empty line would end.

use std::fmt::Write as _;

use super::line;
use crate::tree::{Block, Code, Doc, Inline, List, ListItem, Marker, Panel, Row, sign};

pub(super) fn doc(doc: &Doc) -> String {
    let mut out = String::new();
    blocks(&doc.blocks, &mut out);
    out
}

fn blocks(blocks: &[Block], out: &mut String) {
    parted(blocks, "\n\n", out, |one, out| block(one, "\n", out));
}

/// Writes each part, with something between.
fn parted<T>(parts: &[T], between: &str, out: &mut String, mut write: impl FnMut(&T, &mut String)) {
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            out.push_str(between);
        }
        write(part, out);
    }
}

/// A block; `end` is how a line ends inside a paragraph.
fn block(block: &Block, end: &str, out: &mut String) {
    match block {
        Block::Paragraph(content) => line::print(content, end, out),
        Block::Heading(heading) => {
            let _ = write!(out, "h{}. ", heading.level);
            line::print(&heading.content, line::FORCED, out);
        }
        Block::List(list) => self::list(list, &mut String::new(), end, out),
        Block::Code(code) => self::code(code, out),
        Block::Quote(inner) => {
            out.push_str("{quote}\n");
            blocks(inner, out);
            out.push_str("\n{quote}");
        }
        Block::Panel(panel) => self::panel(panel, out),
        // The model keeps none.
        Block::Expand(expand) => blocks(&expand.blocks, out),
        Block::Table(table) => parted(&table.rows, "\n", out, row),
        Block::Rule => out.push_str("----"),
        Block::Opaque(opaque) => out.push_str(opaque.raw.as_str().unwrap_or_default()),
    }
}

/// A list whose items stand behind the signs of the lists around it, and its own.
fn list(list: &List, signs: &mut String, end: &str, out: &mut String) {
    signs.push(if list.marker == Marker::Bullet { '*' } else { '#' });
    parted(&list.items, "\n", out, |item, out| {
        let mut first = true;
        parted(&item.blocks, "\n", out, |one, out| {
            match one {
                Block::List(inner) => self::list(inner, signs, end, out),
                _ if first => {
                    out.extend([signs, " "]);
                    first_block(item, one, end, out);
                }
                _ => block(one, end, out),
            }
            first = false;
        });
    });
    signs.pop();
}

/// The first block of an item, behind the sign of its task.
fn first_block(item: &ListItem, one: &Block, end: &str, out: &mut String) {
    match (item.task, one) {
        (Some(done), Block::Paragraph(content)) => {
            let mut signed = vec![Inline::text(sign(done))];
            signed.extend(content.iter().cloned());
            line::print(&signed, end, out);
        }
        _ => block(one, end, out),
    }
}

fn panel(panel: &Panel, out: &mut String) {
    let color = panel.kind.color().map(|color| format!("bgColor={color}"));
    let title = panel.title.as_ref().map(|title| format!("title={title}"));
    let params: Vec<String> = title.into_iter().chain(color).collect();
    let colon = if params.is_empty() { "" } else { ":" };
    let _ = writeln!(out, "{{panel{colon}{}}}", params.join("|"));
    blocks(&panel.blocks, out);
    out.push_str("\n{panel}");
}

fn code(code: &Code, out: &mut String) {
    let name = if code.text.contains("{code}") { "noformat" } else { "code" };
    let (colon, language) = code.language.as_ref().map_or(("", ""), |language| (":", language));
    out.extend(["{", name, colon, language, "}\n", &code.text, "\n{", name, "}"]);
}

fn row(row: &Row, out: &mut String) {
    let border = |header| if header { "||" } else { "|" };
    for cell in &row.cells {
        out.push_str(border(cell.header));
        let empty = out.len();
        parted(&cell.blocks, "\n", out, |one, out| block(one, line::FORCED, out));
        if out.len() == empty {
            out.push(' ');
        }
    }
    out.push_str(border(row.cells.last().is_some_and(|cell| cell.header)));
}
