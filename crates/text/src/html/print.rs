//! Writes a document that fits HTML as HTML.
//!
//! This is the allow-list: tags and attributes spelled out here, and nothing else, ever reach a page. Text goes
//! through [`escaped`].

use std::fmt::Write;

use super::piece::element_of;
use crate::marks::Shift;
use crate::nest::{Mark, Step, steps};
use crate::tree::{Block, Cell, Code, Doc, Image, Inline, List, Marker, PanelKind, Table};

pub(super) fn doc(doc: &Doc) -> String {
    let mut out = String::new();
    doc.blocks.iter().for_each(|one| block(one, &mut out));
    out
}

/// Text as it stands between tags or in an attribute.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{a0}' => out.push_str("&nbsp;"),
            _ => out.push(letter),
        }
    }
    out
}

/// One block, which another format has made to fit, as HTML.
pub(crate) fn printed(block: &Block) -> String {
    let mut out = String::new();
    self::block(block, &mut out);
    out
}

fn block(block: &Block, out: &mut String) {
    match block {
        Block::Paragraph(content) => within("p", out, |out| line(content, out)),
        Block::Heading(heading) => {
            within(&format!("h{}", heading.level.clamp(1, 6)), out, |out| line(&heading.content, out));
        }
        Block::List(list) => self::list(list, out),
        Block::Code(code) => self::code(code, out),
        Block::Quote(inner) => {
            within("blockquote", out, |out| inner.iter().for_each(|one| self::block(one, out)))
        }
        Block::Panel(panel) => {
            // A quote, for readers that do not know panels.
            let _ = match panel.kind {
                PanelKind::Custom(Some(color)) => write!(out, "<blockquote data-panel=\"{color}\">"),
                kind => write!(out, "<blockquote data-panel=\"{}\">", kind.name()),
            };
            panel.blocks.iter().for_each(|one| self::block(one, out));
            out.push_str("</blockquote>");
        }
        Block::Expand(expand) => within("details", out, |out| {
            within("summary", out, |out| out.push_str(&escaped(&expand.title)));
            expand.blocks.iter().for_each(|one| self::block(one, out));
        }),
        Block::Table(table) => self::table(table, out),
        Block::Rule => out.push_str("<hr>"),
        // The model keeps none.
        Block::Opaque(opaque) => out.push_str(&escaped(&opaque.text)),
    }
}

fn within(tag: &str, out: &mut String, inner: impl FnOnce(&mut String)) {
    let _ = write!(out, "<{tag}>");
    inner(out);
    let _ = write!(out, "</{tag}>");
}

fn list(list: &List, out: &mut String) {
    let (open, close) = match list.marker {
        Marker::Bullet => ("<ul>".to_owned(), "</ul>"),
        Marker::Number { start: 1 } => ("<ol>".to_owned(), "</ol>"),
        Marker::Number { start } => (format!("<ol start=\"{start}\">"), "</ol>"),
    };
    out.push_str(&open);
    for item in &list.items {
        within("li", out, |out| {
            out.push_str(match item.task {
                Some(true) => "<input type=\"checkbox\" checked disabled>",
                Some(false) => "<input type=\"checkbox\" disabled>",
                None => "",
            });
            tight(&item.blocks, out);
        });
    }
    out.push_str(close);
}

fn code(code: &Code, out: &mut String) {
    // Readers drop a line end right after the tag; ours is that one, so that the text keeps its own.
    out.push_str("<pre>\n");
    if let Some(language) = &code.language {
        let _ = write!(out, "<code class=\"language-{}\">{}</code>", escaped(language), escaped(&code.text));
    } else {
        out.push_str(&escaped(&code.text));
    }
    out.push_str("</pre>");
}

fn table(table: &Table, out: &mut String) {
    out.push_str("<table><tbody>");
    for row in &table.rows {
        within("tr", out, |out| row.cells.iter().for_each(|one| cell(one, out)));
    }
    out.push_str("</tbody></table>");
}

fn cell(cell: &Cell, out: &mut String) {
    let tag = if cell.header { "th" } else { "td" };
    let _ = write!(out, "<{tag}");
    for (name, span) in [("colspan", cell.colspan), ("rowspan", cell.rowspan)] {
        if span != 1 {
            let _ = write!(out, " {name}=\"{span}\"");
        }
    }
    out.push('>');
    tight(&cell.blocks, out);
    let _ = write!(out, "</{tag}>");
}

/// Blocks of an item or cell: a first paragraph that no other follows needs no tag of its own.
fn tight(blocks: &[Block], out: &mut String) {
    match blocks {
        [Block::Paragraph(content), rest @ ..] if !matches!(rest.first(), Some(Block::Paragraph(_))) => {
            line(content, out);
            rest.iter().for_each(|one| block(one, out));
        }
        _ => blocks.iter().for_each(|one| block(one, out)),
    }
}

fn line(content: &[Inline], out: &mut String) {
    for step in steps(content, true) {
        match step {
            Step::Open(mark) => out.push_str(&open(&mark)),
            Step::Close(mark) => out.push_str(close(&mark)),
            Step::Text(run) => out.push_str(&escaped(&run.text)),
            Step::Solid(inline) => solid(inline, out),
        }
    }
}

fn solid(inline: &Inline, out: &mut String) {
    match inline {
        Inline::Text(run) => out.push_str(&escaped(&run.text)),
        Inline::Break => out.push_str("<br>"),
        Inline::Mention(_) | Inline::Status(_) | Inline::Date(_) | Inline::Emoji(_) => {
            let (open, words, close) = element_of(inline).unwrap_or_default();
            out.extend([open.as_str(), &escaped(&words), close]);
        }
        Inline::Image(image) => self::image(image, out),
        // The model keeps none.
        Inline::Opaque(opaque) => out.push_str(&escaped(&opaque.text)),
    }
}

fn image(image: &Image, out: &mut String) {
    let tag = format!("<img src=\"{}\" alt=\"{}\">", escaped(image.src.as_str()), escaped(&image.alt));
    match &image.link {
        Some(href) => {
            let _ = write!(out, "<a href=\"{}\">{tag}</a>", escaped(href.as_str()));
        }
        None => out.push_str(&tag),
    }
}

/// The tag that begins a mark.
pub(crate) fn open(mark: &Mark) -> String {
    match mark {
        Mark::Link(href) => format!("<a href=\"{}\">", escaped(href.as_str())),
        Mark::Color(color) => format!("<span style=\"color: {color}\">"),
        Mark::Background(color) => format!("<span style=\"background-color: {color}\">"),
        Mark::Strong => "<strong>".to_owned(),
        Mark::Em => "<em>".to_owned(),
        Mark::Underline => "<u>".to_owned(),
        Mark::Strike => "<s>".to_owned(),
        Mark::Shift(Shift::Sub) => "<sub>".to_owned(),
        Mark::Shift(Shift::Sup) => "<sup>".to_owned(),
        Mark::Code => "<code>".to_owned(),
    }
}

/// The tag that ends a mark.
pub(crate) fn close(mark: &Mark) -> &'static str {
    match mark {
        Mark::Link(_) => "</a>",
        Mark::Color(_) | Mark::Background(_) => "</span>",
        Mark::Strong => "</strong>",
        Mark::Em => "</em>",
        Mark::Underline => "</u>",
        Mark::Strike => "</s>",
        Mark::Shift(Shift::Sub) => "</sub>",
        Mark::Shift(Shift::Sup) => "</sup>",
        Mark::Code => "</code>",
    }
}
