//! What an HTML element means to a document.
//!
//! Names and meanings are those of the HTML standard (section "The elements of HTML"), with our own `data-` attributes
//! for what it has no element for, and what Jira's renderer makes of its markup.

use html5ever::tokenizer::Tag;

use crate::marks::{Marks, Shift};
use crate::tree::{Cell, Image, Inline, Marker, PanelKind};
use crate::{Color, Href, emoticon};

use super::piece::{Piece, piece};

/// The part an element plays.
pub(super) enum Element {
    /// Stands on lines of its own, and means nothing else.
    Block,
    /// A new line.
    Break,
    /// A horizontal line.
    Rule,
    /// Not for readers; all of it is dropped.
    Hidden,
    List(Marker),
    Item,
    Quote,
    Table,
    /// Part of a table around its rows.
    Section,
    Row,
    Cell(Cell),
    Heading(u8),
    /// Text as it is; the language of the code in it.
    Pre(Option<String>),
    Panel(PanelKind),
    Expand,
    /// The words to click on for an expand.
    Summary,
    /// The sign of a task, and whether it is done.
    Checkbox(bool),
    Piece(Piece),
    Image(Inline),
    /// Changes how the text in it looks; so does every element we do not know, in no way.
    Format(Marks),
}

/// What an element means, with its attributes; those of an end tag are empty.
pub(super) fn element(tag: &Tag) -> Element {
    match tag.name.as_ref() {
        "br" => Element::Break,
        "hr" => Element::Rule,
        "script" | "style" | "title" | "iframe" | "noembed" | "noframes" => Element::Hidden,
        "ul" | "menu" | "dir" => Element::List(Marker::Bullet),
        "ol" => Element::List(Marker::Number {
            start: attribute(tag, "start").and_then(|n| n.parse().ok()).unwrap_or(1),
        }),
        "li" => Element::Item,
        "blockquote" => panel(tag).map_or(Element::Quote, Element::Panel),
        "div" => panel(tag).map_or(Element::Block, Element::Panel),
        "details" => Element::Expand,
        "summary" => Element::Summary,
        "input" if attribute(tag, "type") == Some("checkbox") => {
            Element::Checkbox(attribute(tag, "checked").is_some())
        }
        "table" => Element::Table,
        "thead" | "tbody" | "tfoot" | "caption" | "colgroup" | "col" => Element::Section,
        "tr" => Element::Row,
        "td" => Element::Cell(cell(tag, false)),
        "th" => Element::Cell(cell(tag, true)),
        "h1" => Element::Heading(1),
        "h2" => Element::Heading(2),
        "h3" => Element::Heading(3),
        "h4" => Element::Heading(4),
        "h5" => Element::Heading(5),
        "h6" => Element::Heading(6),
        "pre" | "listing" => Element::Pre(language(tag)),
        "img" => image(tag),
        "address" | "article" | "aside" | "body" | "center" | "dd" | "dialog" | "dl" | "dt" | "fieldset"
        | "figcaption" | "figure" | "footer" | "form" | "head" | "header" | "hgroup" | "html" | "legend"
        | "main" | "nav" | "optgroup" | "option" | "p" | "search" | "section" | "select" | "textarea" => {
            Element::Block
        }
        _ => piece(tag).map_or_else(|| Element::Format(marks(tag)), Element::Piece),
    }
}

/// The value of an attribute.
pub(super) fn attribute<'a>(tag: &'a Tag, name: &str) -> Option<&'a str> {
    tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| &*attribute.value)
}

fn cell(tag: &Tag, header: bool) -> Cell {
    let span = |name| attribute(tag, name).and_then(|n| n.trim().parse().ok()).unwrap_or(1);
    Cell { header, colspan: span("colspan"), rowspan: span("rowspan"), blocks: Vec::new() }
}

/// The language that a class names: `language-x` as in the HTML standard, `code-x` as Jira writes it.
pub(super) fn language(tag: &Tag) -> Option<String> {
    let classes = attribute(tag, "class")?.split_ascii_whitespace();
    classes
        .filter_map(|class| class.strip_prefix("language-").or_else(|| class.strip_prefix("code-")))
        .next()
        .map(str::to_owned)
}

/// An image; its link is that of the text around it. Without an address that may be kept, its words.
fn image(tag: &Tag) -> Element {
    let alt = attribute(tag, "alt").unwrap_or_default();
    let class = attribute(tag, "class").unwrap_or_default();
    let is = |name: &str| class.split_ascii_whitespace().any(|class| class == name);
    if is("rendericon") {
        // Jira's ornament beside links that lead elsewhere.
        return Element::Image(Inline::text(alt));
    }
    let is_emoticon = is("emoticon");
    let shown = || emoticon::pictured(alt, attribute(tag, "src").unwrap_or_default());
    if let Some(emoji) = is_emoticon.then(shown).flatten() {
        return Element::Image(Inline::Emoji(emoji));
    }
    let Some(src) = attribute(tag, "src").and_then(Href::parse) else {
        return Element::Image(Inline::text(alt));
    };
    Element::Image(Inline::Image(Image { src, alt: alt.to_owned(), link: None }))
}

/// The panel that an element is: our own, or what Jira renders for one, which is not to be mistaken for the frame it
/// draws around code.
fn panel(tag: &Tag) -> Option<PanelKind> {
    if let Some(kind) = attribute(tag, "data-panel") {
        return Some(PanelKind::named(kind, Color::parse(kind)));
    }
    let is = |class: &str| {
        attribute(tag, "class").unwrap_or_default().split_ascii_whitespace().any(|one| one == class)
    };
    let found = &*tag.name == "div" && is("panel") && !is("code") && !is("preformatted");
    found.then(|| PanelKind::on(styled(tag).background))
}

fn marks(tag: &Tag) -> Marks {
    let plain = Marks::default();
    match tag.name.as_ref() {
        "b" | "strong" => Marks { strong: true, ..plain },
        "i" | "em" | "cite" | "dfn" | "var" => Marks { em: true, ..plain },
        "u" | "ins" => Marks { underline: true, ..plain },
        "s" | "strike" | "del" => Marks { strike: true, ..plain },
        "code" | "tt" | "kbd" | "samp" => Marks { code: true, ..plain },
        "sub" => Marks { shift: Some(Shift::Sub), ..plain },
        "sup" => Marks { shift: Some(Shift::Sup), ..plain },
        "a" => Marks { link: attribute(tag, "href").and_then(Href::parse), ..styled(tag) },
        "font" => Marks { color: attribute(tag, "color").and_then(Color::parse), ..plain },
        _ => styled(tag),
    }
}

/// What a `style` attribute says that the tree has a word for.
fn styled(tag: &Tag) -> Marks {
    let mut marks = Marks::default();
    for (name, value) in
        attribute(tag, "style").unwrap_or_default().split(';').filter_map(|rule| rule.split_once(':'))
    {
        let value = value.trim().trim_end_matches("!important").trim().to_ascii_lowercase();
        match name.trim().to_ascii_lowercase().as_str() {
            "color" => marks.color = Color::parse(&value),
            "background-color" | "background" => marks.background = Color::parse(&value),
            "font-weight" => {
                marks.strong =
                    matches!(value.as_str(), "bold" | "bolder") || value.parse().is_ok_and(|n: u16| n >= 600);
            }
            "font-style" => marks.em = matches!(value.as_str(), "italic" | "oblique"),
            "text-decoration" | "text-decoration-line" => {
                marks.underline = value.contains("underline");
                marks.strike = value.contains("line-through");
            }
            "vertical-align" if value == "sub" => marks.shift = Some(Shift::Sub),
            "vertical-align" if value == "super" => marks.shift = Some(Shift::Sup),
            _ => {}
        }
    }
    marks
}
