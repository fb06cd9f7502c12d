//! Writes a document that fits ADF as ADF.

use serde_json::{Value, json};

use crate::marks::{Marks, Shift};
use crate::tree::{Block, Cell, Code, Doc, Image, Inline, List, Marker, Mention, Row, Table, Text};

pub(super) fn doc(doc: &Doc) -> Value {
    json!({"type": "doc", "version": 1, "content": blocks(&doc.blocks)})
}

fn blocks(blocks: &[Block]) -> Vec<Value> {
    blocks.iter().map(block).collect()
}

fn block(block: &Block) -> Value {
    match block {
        Block::Paragraph(content) => match content.as_slice() {
            [Inline::Image(image)] => self::image(image),
            content => json!({"type": "paragraph", "content": line(content)}),
        },
        Block::Heading(heading) => {
            json!({"type": "heading", "attrs": {"level": heading.level}, "content": line(&heading.content)})
        }
        Block::List(list) => self::list(list),
        Block::Code(code) => self::code(code),
        Block::Quote(inner) => json!({"type": "blockquote", "content": blocks(inner)}),
        Block::Table(table) => self::table(table),
        Block::Rule => json!({"type": "rule"}),
        Block::Opaque(opaque) => opaque.raw.clone(),
    }
}

fn list(list: &List) -> Value {
    let items = list.items.iter().map(|item| json!({"type": "listItem", "content": blocks(&item.blocks)}));
    let items: Vec<Value> = items.collect();
    match list.marker {
        Marker::Bullet => json!({"type": "bulletList", "content": items}),
        Marker::Number { start: 1 } => json!({"type": "orderedList", "content": items}),
        Marker::Number { start } => {
            json!({"type": "orderedList", "attrs": {"order": start}, "content": items})
        }
    }
}

fn code(code: &Code) -> Value {
    let text = json!([{"type": "text", "text": code.text}]);
    match &code.language {
        Some(language) => json!({"type": "codeBlock", "attrs": {"language": language}, "content": text}),
        None => json!({"type": "codeBlock", "content": text}),
    }
}

fn table(table: &Table) -> Value {
    let row =
        |row: &Row| json!({"type": "tableRow", "content": row.cells.iter().map(cell).collect::<Vec<_>>()});
    json!({"type": "table", "content": table.rows.iter().map(row).collect::<Vec<_>>()})
}

fn cell(cell: &Cell) -> Value {
    let kind = if cell.header { "tableHeader" } else { "tableCell" };
    let mut attrs = serde_json::Map::new();
    for (name, span) in [("colspan", cell.colspan), ("rowspan", cell.rowspan)] {
        if span != 1 {
            attrs.insert(name.to_owned(), span.into());
        }
    }
    let mut content = blocks(&cell.blocks);
    if content.is_empty() {
        // The schema wants at least one block.
        content.push(json!({"type": "paragraph", "content": []}));
    }
    json!({"type": kind, "attrs": attrs, "content": content})
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
        Inline::Image(image) => json!({"type": "text", "text": image.visible()}),
        Inline::Opaque(opaque) => opaque.raw.clone(),
    }
}

fn text(run: &Text) -> Value {
    let marks = marks(&run.marks);
    if marks.is_empty() {
        json!({"type": "text", "text": run.text})
    } else {
        json!({"type": "text", "text": run.text, "marks": marks})
    }
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
    json!({"type": "mediaSingle", "attrs": {"layout": "align-start"}, "content": [media]})
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
    out.extend(marks.link.iter().map(|href| json!({"type": "link", "attrs": {"href": href.as_str()}})));
    out.extend(marks.other.iter().cloned());
    out
}
