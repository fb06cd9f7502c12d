//! Writes a document that fits wiki markup as wiki markup.
//!
//! Blocks are parted by an empty line, but for the parts of an item or cell, which an empty line would end.

use super::line;
use crate::tree::{Block, Code, Doc, Inline, List, ListItem, Marker, Panel, Row, Table, sign};

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
        Block::Panel(panel) => self::panel(panel),
        // The model keeps none.
        Block::Expand(expand) => blocks(&expand.blocks),
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
                _ if first => lines.push(format!("{signs} {}", first_block(item, one, end))),
                _ => lines.push(block(one, end)),
            }
            first = false;
        }
    }
}

/// The first block of an item, behind the sign of its task.
fn first_block(item: &ListItem, one: &Block, end: &str) -> String {
    match (item.task, one) {
        (Some(done), Block::Paragraph(content)) => {
            let mut signed = vec![Inline::text(sign(done))];
            signed.extend(content.iter().cloned());
            line::print(&signed, end)
        }
        _ => block(one, end),
    }
}

fn panel(panel: &Panel) -> String {
    let color = panel.kind.color().map(|color| format!("bgColor={color}"));
    let title = panel.title.as_ref().map(|title| format!("title={title}"));
    let params: Vec<String> = title.into_iter().chain(color).collect();
    let colon = if params.is_empty() { "" } else { ":" };
    format!("{{panel{colon}{}}}\n{}\n{{panel}}", params.join("|"), blocks(&panel.blocks))
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
