//! Reads ADF nodes into blocks and lines.
//!
//! The schema says what may stand where; what comes may differ. A known node in a wrong place is read as what it is,
//! an unknown one stays opaque, words without a paragraph get one.

use super::json::Json;
use super::opaque;
use crate::marks::{Marks, Shift};
use crate::tree::{
    Block, Cell, Code, Day, Emoji, Expand, Handle, Heading, Image, Inline, List, ListItem, Marker, Mention,
    Panel, PanelKind, Row, Status, Table, Tone,
};
use crate::{Color, Href, plain};

/// Deepest nesting of nodes that is read as nodes; below it only the text is kept.
const MAX_NODES: usize = 60;

/// The node's type; empty if it has none.
pub(super) fn type_of<'a>(node: impl Json<'a>) -> &'a str {
    node.get("type").and_then(Json::as_str).unwrap_or_default()
}

pub(super) fn children<'a, J: Json<'a>>(node: J) -> impl Iterator<Item = J> {
    node.get("content").into_iter().flat_map(J::items)
}

fn attribute<'a, J: Json<'a>>(node: J, name: &str) -> Option<J> {
    node.get("attrs").and_then(|attrs| attrs.get(name))
}

fn words<'a>(node: impl Json<'a>, name: &str) -> Option<&'a str> {
    attribute(node, name).and_then(Json::as_str)
}

fn number<'a>(node: impl Json<'a>, name: &str) -> Option<u64> {
    let number = attribute(node, name)?;
    // Some writers send 2.0 for 2.
    number.as_u64().or_else(|| number.as_f64().filter(|real| *real >= 0.0).map(|real| real as u64))
}

/// The blocks in a document.
pub(super) fn blocks<'a>(doc: impl Json<'a>) -> Vec<Block> {
    inner(doc, MAX_NODES)
}

/// The blocks in a node; words that stand among them get a paragraph.
fn inner<'a>(node: impl Json<'a>, depth: usize) -> Vec<Block> {
    let mut out = Vec::new();
    let mut loose = Vec::new();
    for child in children(node) {
        if inline(child, &mut loose) {
            continue;
        }
        if !loose.is_empty() {
            out.push(Block::Paragraph(std::mem::take(&mut loose)));
        }
        block(child, depth, &mut out);
    }
    if !loose.is_empty() {
        out.push(Block::Paragraph(loose));
    }
    out
}

fn block<'a>(node: impl Json<'a>, depth: usize, out: &mut Vec<Block>) {
    let Some(depth) = depth.checked_sub(1) else {
        out.push(Block::Paragraph(plain::inlines_of(&opaque::visible(node))));
        return;
    };
    match type_of(node) {
        "paragraph" => out.push(Block::Paragraph(line(node, depth))),
        "heading" => {
            let level = number(node, "level").and_then(|level| u8::try_from(level).ok()).unwrap_or(1);
            out.push(Block::Heading(Heading { level, content: line(node, depth) }));
        }
        "bulletList" => out.push(list(node, Marker::Bullet, depth)),
        "orderedList" => {
            let start = number(node, "order").map_or(1, |order| u32::try_from(order).unwrap_or(u32::MAX));
            out.push(list(node, Marker::Number { start }, depth));
        }
        "codeBlock" => {
            let language = words(node, "language").map(str::to_owned);
            let text = plain::inlines(&line(node, depth));
            out.push(Block::Code(Code { language, text }));
        }
        "taskList" => out.push(list(node, Marker::Bullet, depth)),
        "blockquote" => out.push(Block::Quote(inner(node, depth))),
        "panel" => {
            let color = words(node, "panelColor").and_then(Color::parse);
            let kind = PanelKind::named(words(node, "panelType").unwrap_or("info"), color);
            out.push(Block::Panel(Panel { kind, title: None, blocks: inner(node, depth) }));
        }
        "expand" | "nestedExpand" => {
            let title = words(node, "title").unwrap_or_default().to_owned();
            out.push(Block::Expand(Expand { title, blocks: inner(node, depth) }));
        }
        "rule" => out.push(Block::Rule),
        "table" => out.push(table(node, depth)),
        // A part without its whole: what is in it still counts.
        "listItem" | "taskItem" | "blockTaskItem" | "tableRow" | "tableCell" | "tableHeader" | "doc" => {
            out.extend(inner(node, depth))
        }
        _ => out.push(match (image(node), opaque::read(node)) {
            (Some(image), _) => Block::Paragraph(vec![Inline::Image(image)]),
            (None, Some(opaque)) => Block::Opaque(opaque),
            (None, None) => Block::Paragraph(plain::inlines_of(&opaque::visible(node))),
        }),
    }
}

fn list<'a>(node: impl Json<'a>, marker: Marker, depth: usize) -> Block {
    let items = children(node).map(|child| match type_of(child) {
        "listItem" => ListItem { task: None, blocks: inner(child, depth) },
        "taskItem" | "blockTaskItem" => {
            // The one holds words, whatever they are, the other blocks.
            let blocks = match type_of(child) {
                "taskItem" => vec![Block::Paragraph(line(child, depth))],
                _ => inner(child, depth),
            };
            ListItem { task: Some(words(child, "state") == Some("DONE")), blocks }
        }
        _ => ListItem { task: None, blocks: lone(child, depth) },
    });
    Block::List(List { marker, items: items.collect() })
}

fn table<'a>(node: impl Json<'a>, depth: usize) -> Block {
    let rows = children(node).map(|row| match type_of(row) {
        "tableRow" => Row { cells: children(row).map(|child| cell(child, depth)).collect() },
        _ => Row { cells: vec![cell(row, depth)] },
    });
    Block::Table(Table { rows: rows.collect() })
}

fn cell<'a>(node: impl Json<'a>, depth: usize) -> Cell {
    let span = |name| number(node, name).map_or(1, |span| u16::try_from(span).unwrap_or(u16::MAX));
    match type_of(node) {
        "tableCell" | "tableHeader" => Cell {
            header: type_of(node) == "tableHeader",
            colspan: span("colspan"),
            rowspan: span("rowspan"),
            blocks: inner(node, depth),
        },
        _ => Cell { blocks: lone(node, depth), ..Cell::default() },
    }
}

/// One node that may be a block or words.
fn lone<'a>(node: impl Json<'a>, depth: usize) -> Vec<Block> {
    let (mut words, mut out) = (Vec::new(), Vec::new());
    if inline(node, &mut words) {
        out.push(Block::Paragraph(words));
    } else {
        block(node, depth, &mut out);
    }
    out
}

/// The words in a node.
fn line<'a>(node: impl Json<'a>, depth: usize) -> Vec<Inline> {
    let mut out = Vec::new();
    words_in(node, depth, &mut out);
    out
}

/// Adds the words in a node. Blocks in a line stay opaque or give their words.
fn words_in<'a>(node: impl Json<'a>, depth: usize, out: &mut Vec<Inline>) {
    for child in children(node) {
        if inline(child, out) {
            continue;
        }
        if let Some(image) = image(child) {
            out.push(Inline::Image(image));
            continue;
        }
        match (opaque::read(child), depth.checked_sub(1)) {
            (Some(opaque), _) => out.push(Inline::Opaque(opaque)),
            (None, Some(depth)) => {
                out.push(Inline::Break);
                out.extend(words(child, "title").map(|title| Inline::text(format!("{title} "))));
                words_in(child, depth, out);
                out.push(Inline::Break);
            }
            (None, None) => out.extend(plain::inlines_of(&opaque::visible(child))),
        }
    }
}

/// Adds the words of an inline node; whether it is one we know.
fn inline<'a>(node: impl Json<'a>, out: &mut Vec<Inline>) -> bool {
    match type_of(node) {
        "text" => text(node, out),
        "hardBreak" => out.push(Inline::Break),
        kind => match solid(kind, node) {
            Some(solid) => out.push(solid),
            None => return false,
        },
    }
    true
}

fn text<'a>(node: impl Json<'a>, out: &mut Vec<Inline>) {
    let text = node.get("text").and_then(Json::as_str).unwrap_or_default();
    let marks = marks(node);
    if !text.contains(['\n', '\r']) {
        return out.push(Inline::marked(text, marks));
    }
    // Editors show a line end in a text node as one.
    out.extend(plain::inlines_of(text).into_iter().map(|inline| match inline {
        Inline::Text(run) => Inline::marked(run.text, marks.clone()),
        other => other,
    }));
    out.pop();
}

/// What is no text and no line end; `None` if it is not one we know.
pub(super) fn solid<'a>(kind: &str, node: impl Json<'a>) -> Option<Inline> {
    match kind {
        "emoji" => {
            let (name, text) = (words(node, "shortName"), words(node, "text"));
            let id = words(node, "id").map(str::to_owned);
            let name = name.or(text)?.to_owned();
            Some(Inline::Emoji(Emoji { name, text: text.unwrap_or_default().to_owned(), id }))
        }
        "status" => {
            let tone = words(node, "color").and_then(Tone::parse).unwrap_or(Tone::Neutral);
            Some(Inline::Status(Status { text: words(node, "text")?.to_owned(), tone }))
        }
        "date" => Some(Inline::Date(day(words(node, "timestamp")?)?)),
        "mention" => {
            let id = words(node, "id")?;
            let name = words(node, "text").map(str::to_owned);
            Some(Inline::Mention(Mention { user: Handle::Account(id.to_owned()), name }))
        }
        _ => None,
    }
}

/// The day of an ADF `timestamp`: milliseconds since 1970, as a string.
pub(super) fn day(timestamp: &str) -> Option<Day> {
    Day::since_epoch(timestamp.parse::<i64>().ok()?.div_euclid(86_400_000))
}

/// The picture that a `mediaSingle` with an address shows; its size and place are presentation. Pictures that are
/// files, have a caption or are commented on have no word in the tree.
pub(super) fn image<'a>(node: impl Json<'a>) -> Option<Image> {
    if type_of(node) != "mediaSingle" {
        return None;
    }
    let mut parts = children(node);
    let (Some(media), None) = (parts.next(), parts.next()) else { return None };
    if type_of(media) != "media" || words(media, "type") != Some("external") {
        return None;
    }
    let marks = [node, media].into_iter().filter_map(|node| node.get("marks")).flat_map(Json::items);
    let mut link = None;
    for mark in marks {
        match type_of(mark) {
            "link" => link = words(mark, "href").and_then(Href::parse),
            "border" => {}
            _ => return None,
        }
    }
    let alt = words(media, "alt").unwrap_or_default().to_owned();
    Some(Image { src: words(media, "url").and_then(Href::parse)?, alt, link })
}

fn marks<'a>(node: impl Json<'a>) -> Marks {
    let mut marks = Marks::default();
    for mark in node.get("marks").into_iter().flat_map(Json::items) {
        match type_of(mark) {
            "strong" => marks.strong = true,
            "em" => marks.em = true,
            "underline" => marks.underline = true,
            "strike" => marks.strike = true,
            "code" => marks.code = true,
            "subsup" if words(mark, "type") == Some("sub") => marks.shift = Some(Shift::Sub),
            "subsup" => marks.shift = Some(Shift::Sup),
            "textColor" => marks.color = words(mark, "color").and_then(Color::parse),
            "backgroundColor" => marks.background = words(mark, "color").and_then(Color::parse),
            "link" => marks.link = words(mark, "href").and_then(Href::parse),
            "" => {}
            _ => marks.add_other(mark.to_value()),
        }
    }
    marks
}
