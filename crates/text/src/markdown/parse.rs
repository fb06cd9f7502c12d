//! Hands what the Markdown parser finds to the builder of HTML, as the elements it stands for.

use html5ever::tokenizer::{Tag, TagKind};
use html5ever::{Attribute, LocalName, Namespace, QualName};
use pulldown_cmark as md;

use super::raw::shown;
use crate::html::{Builder, feed};
use crate::tree::Doc;

/// The document that a Markdown text shows, not yet in normal form.
pub(super) fn read(text: &str) -> Doc {
    let options = md::Options::ENABLE_TABLES
        | md::Options::ENABLE_FOOTNOTES
        | md::Options::ENABLE_STRIKETHROUGH
        | md::Options::ENABLE_TASKLISTS
        | md::Options::ENABLE_GFM;
    let mut reader = Reader::default();
    md::Parser::new_ext(text, options).for_each(|event| reader.event(event));
    reader.builder.done()
}

/// What text is gathered for.
enum Gather {
    /// A code block.
    Code(String),
    /// A block of HTML.
    Html(String),
    /// The words for an image, its address, and how many images are open inside these words.
    Image(String, String, usize),
}

#[derive(Default)]
struct Reader {
    builder: Builder,
    gather: Option<Gather>,
    /// In the first row of a table.
    in_head: bool,
    /// The sign of a footnote that begins.
    footnote: Option<String>,
}

impl Reader {
    fn event(&mut self, event: md::Event<'_>) {
        use md::Event;
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::InlineMath(text) | Event::DisplayMath(text) | Event::Html(text) => {
                self.text(&text);
            }
            Event::Code(text) => self.around("code", &text),
            Event::InlineHtml(html) => self.html(&html),
            Event::FootnoteReference(label) => self.text(&format!("[^{label}]")),
            Event::SoftBreak => self.text("\n"),
            Event::HardBreak => self.open("br", &[]),
            Event::Rule => self.open("hr", &[]),
            Event::TaskListMarker(true) => self.open("input", &[("type", "checkbox"), ("checked", "")]),
            Event::TaskListMarker(false) => self.open("input", &[("type", "checkbox")]),
        }
    }

    fn start(&mut self, tag: md::Tag<'_>) {
        use md::Tag;
        if let Some(Gather::Image(_, _, inner)) = &mut self.gather {
            *inner += usize::from(matches!(tag, Tag::Image { .. }));
            return;
        }
        if !matches!(tag, Tag::Paragraph) {
            self.footnote.take().into_iter().for_each(|label| self.around("p", &label));
        }
        match tag {
            Tag::CodeBlock(kind) => {
                let info = if let md::CodeBlockKind::Fenced(info) = &kind { info.as_ref() } else { "" };
                let class = format!("language-{}", info.split([' ', '\t', ',']).next().unwrap_or_default());
                self.open("pre", &[("class", &class)]);
                self.gather = Some(Gather::Code(String::new()));
            }
            Tag::HtmlBlock => self.gather = Some(Gather::Html(String::new())),
            Tag::Image { dest_url, .. } => {
                self.gather = Some(Gather::Image(String::new(), dest_url.to_string(), 0));
            }
            Tag::Link { link_type: md::LinkType::Email, dest_url, .. } => {
                self.open("a", &[("href", &format!("mailto:{dest_url}"))]);
            }
            Tag::Link { dest_url, .. } => self.open("a", &[("href", &dest_url)]),
            Tag::BlockQuote(Some(kind)) => self.open("blockquote", &[("data-panel", panel(kind))]),
            Tag::List(Some(start)) => self.open("ol", &[("start", &start.to_string())]),
            Tag::FootnoteDefinition(label) => self.footnote = Some(format!("[^{label}]: ")),
            Tag::Paragraph => {
                self.open("p", &[]);
                self.footnote.take().into_iter().for_each(|label| self.text(&label));
            }
            Tag::TableHead => {
                self.in_head = true;
                self.open("tr", &[]);
            }
            tag => self.open(self.element(&tag.to_end()), &[]),
        }
    }

    fn end(&mut self, tag: md::TagEnd) {
        match self.gather.take() {
            Some(Gather::Image(alt, src, inner)) => match (inner, tag) {
                (0, md::TagEnd::Image) => self.open("img", &[("src", &src), ("alt", &alt)]),
                (_, md::TagEnd::Image) => self.gather = Some(Gather::Image(alt, src, inner - 1)),
                _ => self.gather = Some(Gather::Image(alt, src, inner)),
            },
            Some(Gather::Code(text)) => {
                // The builder drops a line end right after the tag, as HTML does.
                self.builder.text("\n");
                self.builder.text(text.strip_suffix('\n').unwrap_or(&text));
                self.close("pre");
            }
            Some(Gather::Html(html)) => self.html(&html),
            None => {
                self.footnote.take().into_iter().for_each(|label| self.around("p", &label));
                self.close(self.element(&tag));
                self.in_head &= tag != md::TagEnd::TableHead;
            }
        }
    }

    /// The element that stands for a part of a text.
    fn element(&self, tag: &md::TagEnd) -> &'static str {
        use md::TagEnd;
        match tag {
            TagEnd::Heading(level) => match *level as u8 {
                1 => "h1",
                2 => "h2",
                3 => "h3",
                4 => "h4",
                5 => "h5",
                _ => "h6",
            },
            TagEnd::BlockQuote(_) => "blockquote",
            TagEnd::CodeBlock => "pre",
            TagEnd::List(true) => "ol",
            TagEnd::List(false) => "ul",
            TagEnd::Item => "li",
            TagEnd::Table => "table",
            TagEnd::TableHead | TagEnd::TableRow => "tr",
            TagEnd::TableCell => match self.in_head {
                true => "th",
                false => "td",
            },
            TagEnd::Emphasis => "em",
            TagEnd::Strong => "strong",
            TagEnd::Strikethrough => "s",
            TagEnd::Superscript => "sup",
            TagEnd::Subscript => "sub",
            TagEnd::Link => "a",
            TagEnd::Image => "img",
            TagEnd::Paragraph
            | TagEnd::HtmlBlock
            | TagEnd::FootnoteDefinition
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition
            | TagEnd::MetadataBlock(_) => "p",
        }
    }

    fn text(&mut self, text: &str) {
        match &mut self.gather {
            Some(Gather::Code(out) | Gather::Html(out) | Gather::Image(out, ..)) => out.push_str(text),
            None => self.builder.text(text),
        }
    }

    fn around(&mut self, name: &str, text: &str) {
        self.open(name, &[]);
        self.text(text);
        self.close(name);
    }

    fn html(&mut self, html: &str) {
        if self.gather.is_none() {
            self.builder = feed(std::mem::take(&mut self.builder), &shown(html));
        }
    }

    fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        if self.gather.is_none() {
            self.builder.start(&tag(TagKind::StartTag, name, attributes));
        }
    }

    fn close(&mut self, name: &str) {
        if self.gather.is_none() {
            self.builder.end(&tag(TagKind::EndTag, name, &[]));
        }
    }
}

/// The panel that an alert is, as `super::alert` has it.
fn panel(kind: md::BlockQuoteKind) -> &'static str {
    match kind {
        md::BlockQuoteKind::Note => "info",
        md::BlockQuoteKind::Important => "note",
        md::BlockQuoteKind::Tip => "success",
        md::BlockQuoteKind::Warning => "warning",
        md::BlockQuoteKind::Caution => "error",
    }
}

fn tag(kind: TagKind, name: &str, attributes: &[(&str, &str)]) -> Tag {
    let attrs = attributes.iter().map(|(name, value)| Attribute {
        name: QualName::new(None, Namespace::default(), LocalName::from(*name)),
        value: (*value).into(),
    });
    Tag {
        kind,
        name: LocalName::from(name),
        self_closing: false,
        attrs: attrs.collect(),
        had_duplicate_attributes: false,
    }
}
