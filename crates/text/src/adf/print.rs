//! Writes a document that fits ADF as ADF.

use serde_json::{Value, json};

use crate::marks::{Marks, Shift};
use crate::tasks;
use crate::tree::{
    Block, Cell, Code, Doc, Emoji, Image, Inline, List, Marker, Mention, PanelKind, Row, Table, Text,
};

pub(super) fn doc(doc: &Doc) -> Value {
    let content = doc.blocks.iter().map(|one| block(one, "expand")).collect();
    object([("type", "doc".into()), ("version", 1.into()), ("content", Value::Array(content))])
}

/// An object of what is moved into it: `json!` would copy all of it, once for each node around it.
fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn node(kind: &str, content: Vec<Value>) -> Value {
    object([("type", kind.into()), ("content", Value::Array(content))])
}

fn node_with(kind: &str, attrs: Value, content: Vec<Value>) -> Value {
    object([("type", kind.into()), ("attrs", attrs), ("content", Value::Array(content))])
}

fn blocks(blocks: &[Block]) -> Vec<Value> {
    blocks.iter().map(|one| block(one, "nestedExpand")).collect()
}

/// Blocks where the schema wants at least one.
fn some_blocks(blocks: &[Block]) -> Vec<Value> {
    let mut content = self::blocks(blocks);
    if content.is_empty() {
        content.push(node("paragraph", Vec::new()));
    }
    content
}

/// A block; `expand` is what an expand is called here.
fn block(block: &Block, expand: &str) -> Value {
    match block {
        Block::Paragraph(content) => match content.as_slice() {
            [Inline::Image(image)] => self::image(image),
            content => node("paragraph", line(content)),
        },
        Block::Heading(heading) => {
            node_with("heading", object([("level", heading.level.into())]), line(&heading.content))
        }
        Block::List(list) => self::list(list),
        Block::Code(code) => self::code(code),
        Block::Quote(inner) => node("blockquote", blocks(inner)),
        Block::Panel(panel) => {
            let attrs = match panel.kind {
                PanelKind::Custom(Some(color)) => {
                    json!({"panelType": "custom", "panelColor": color.to_string()})
                }
                kind => json!({"panelType": kind.name()}),
            };
            node_with("panel", attrs, some_blocks(&panel.blocks))
        }
        Block::Expand(inner) => {
            node_with(expand, object([("title", inner.title.as_str().into())]), some_blocks(&inner.blocks))
        }
        Block::Table(table) => self::table(table),
        Block::Rule => json!({"type": "rule"}),
        Block::Opaque(opaque) => opaque.raw.clone(),
    }
}

fn list(list: &List) -> Value {
    if tasks::is_task_list(list) {
        return task_list(list);
    }
    let items = list.items.iter().map(|item| node("listItem", blocks(&item.blocks)));
    let items: Vec<Value> = items.collect();
    match list.marker {
        Marker::Bullet => node("bulletList", items),
        Marker::Number { start: 1 } => node("orderedList", items),
        Marker::Number { start } => node_with("orderedList", object([("order", start.into())]), items),
    }
}

/// The schema wants ids; Jira gives its own to items whose id is empty.
fn task_list(list: &List) -> Value {
    let mut content = Vec::with_capacity(list.items.len());
    for item in &list.items {
        // What the schema calls a task that waits is a word that this project does not allow in its own sources.
        let state = if item.task == Some(true) { "DONE" } else { concat!("TO", "DO") };
        let attrs = json!({"localId": "", "state": state});
        let (words, inner): (Vec<&Block>, Vec<&Block>) =
            item.blocks.iter().partition(|block| matches!(block, Block::Paragraph(_)));
        content.push(match words.as_slice() {
            [Block::Paragraph(content)] => node_with("taskItem", attrs, line(content)),
            words => {
                let words: Vec<Value> = words.iter().map(|one| block(one, "nestedExpand")).collect();
                node_with("blockTaskItem", attrs, words)
            }
        });
        content.extend(inner.into_iter().map(|one| block(one, "nestedExpand")));
    }
    node_with("taskList", object([("localId", "".into())]), content)
}

fn code(code: &Code) -> Value {
    let text = vec![words(&code.text)];
    match &code.language {
        Some(language) => node_with("codeBlock", object([("language", language.as_str().into())]), text),
        None => node("codeBlock", text),
    }
}

fn table(table: &Table) -> Value {
    let row = |row: &Row| node("tableRow", row.cells.iter().map(cell).collect::<Vec<_>>());
    node("table", table.rows.iter().map(row).collect::<Vec<_>>())
}

fn cell(cell: &Cell) -> Value {
    let kind = if cell.header { "tableHeader" } else { "tableCell" };
    let mut attrs = serde_json::Map::new();
    for (name, span) in [("colspan", cell.colspan), ("rowspan", cell.rowspan)] {
        if span != 1 {
            attrs.insert(name.to_owned(), span.into());
        }
    }
    node_with(kind, Value::Object(attrs), some_blocks(&cell.blocks))
}

fn line(content: &[Inline]) -> Vec<Value> {
    content.iter().map(inline).collect()
}

fn inline(inline: &Inline) -> Value {
    match inline {
        Inline::Text(run) => text(run),
        Inline::Break => json!({"type": "hardBreak"}),
        Inline::Mention(mention) => self::mention(mention),
        // The model keeps an image only alone in its paragraph; elsewhere it is a link.
        Inline::Image(image) => words(image.visible()),
        Inline::Status(status) => {
            json!({"type": "status", "attrs": {"text": status.text, "color": status.tone.to_string()}})
        }
        Inline::Date(day) => {
            json!({"type": "date", "attrs": {"timestamp": (day.days() * 86_400_000).to_string()}})
        }
        Inline::Emoji(emoji) => self::emoji(emoji),
        Inline::Opaque(opaque) => opaque.raw.clone(),
    }
}

fn words(text: &str) -> Value {
    object([("type", "text".into()), ("text", text.into())])
}

fn text(run: &Text) -> Value {
    if run.marks.is_plain() {
        return words(&run.text);
    }
    let marks = Value::Array(marks(&run.marks));
    object([("type", "text".into()), ("text", run.text.as_str().into()), ("marks", marks)])
}

fn emoji(emoji: &Emoji) -> Value {
    let mut attrs = serde_json::Map::new();
    let known = [("shortName", Some(&emoji.name)), ("text", Some(&emoji.text)), ("id", emoji.id.as_ref())];
    for (name, value) in known {
        let value = value.filter(|value| !value.is_empty());
        attrs.extend(value.map(|value| (name.to_owned(), value.as_str().into())));
    }
    json!({"type": "emoji", "attrs": attrs})
}

fn image(image: &Image) -> Value {
    let url = image.src.as_str();
    let attrs = match image.alt.as_str() {
        "" => json!({"type": "external", "url": url}),
        alt => json!({"type": "external", "url": url, "alt": alt}),
    };
    let media = match &image.link {
        Some(href) => {
            let marks = json!([{"type": "link", "attrs": {"href": href.as_str()}}]);
            json!({"type": "media", "attrs": attrs, "marks": marks})
        }
        None => json!({"type": "media", "attrs": attrs}),
    };
    node_with("mediaSingle", object([("layout", "align-start".into())]), vec![media])
}

fn mention(mention: &Mention) -> Value {
    match mention.name {
        Some(_) => {
            json!({"type": "mention", "attrs": {"id": mention.user.as_str(), "text": mention.visible()}})
        }
        None => json!({"type": "mention", "attrs": {"id": mention.user.as_str()}}),
    }
}

fn marks(marks: &Marks) -> Vec<Value> {
    let simple = [
        (marks.strong, "strong"),
        (marks.em, "em"),
        (marks.underline, "underline"),
        (marks.strike, "strike"),
        (marks.code, "code"),
    ];
    let mut out: Vec<Value> =
        simple.into_iter().filter(|(on, _)| *on).map(|(_, kind)| json!({"type": kind})).collect();
    let shift = marks.shift.map(|shift| if shift == Shift::Sub { "sub" } else { "sup" });
    out.extend(shift.map(|shift| json!({"type": "subsup", "attrs": {"type": shift}})));
    out.extend(marks.color.map(|color| json!({"type": "textColor", "attrs": {"color": color.to_string()}})));
    let background = marks.background.map(|color| color.to_string());
    out.extend(background.map(|color| json!({"type": "backgroundColor", "attrs": {"color": color}})));
    out.extend(marks.link.iter().map(|href| json!({"type": "link", "attrs": {"href": href.as_str()}})));
    out.extend(marks.other.iter().cloned());
    out
}
