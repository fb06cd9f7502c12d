//! Hands what the Markdown parser finds to the builder of HTML, as the elements it stands for.

use html5ever::tokenizer::TagKind;
use html5ever::{LocalName, local_name};
use pulldown_cmark as md;

use super::raw::{plain_tag, shown, tag};
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
            Event::Code(text) => self.around(local_name!("code"), &text),
            Event::InlineHtml(html) => self.html(&html),
            Event::FootnoteReference(label) => self.text(&format!("[^{label}]")),
            Event::SoftBreak => self.text("\n"),
            Event::HardBreak => self.open(local_name!("br"), &[]),
            Event::Rule => self.open(local_name!("hr"), &[]),
            Event::TaskListMarker(true) => self.open(
                local_name!("input"),
                &[(local_name!("type"), "checkbox"), (local_name!("checked"), "")],
            ),
            Event::TaskListMarker(false) => {
                self.open(local_name!("input"), &[(local_name!("type"), "checkbox")])
            }
        }
    }

    fn start(&mut self, tag: md::Tag<'_>) {
        use md::Tag;
        if let Some(Gather::Image(_, _, inner)) = &mut self.gather {
            *inner += usize::from(matches!(tag, Tag::Image { .. }));
            return;
        }
        if !matches!(tag, Tag::Paragraph) {
            self.footnote.take().into_iter().for_each(|label| self.around(local_name!("p"), &label));
        }
        match tag {
            Tag::CodeBlock(kind) => {
                let info = if let md::CodeBlockKind::Fenced(info) = &kind { info.as_ref() } else { "" };
                match info.split([' ', '\t', ',']).next().unwrap_or_default() {
                    "" => self.open(local_name!("pre"), &[]),
                    name => {
                        self.open(local_name!("pre"), &[(local_name!("class"), &format!("language-{name}"))])
                    }
                }
                self.gather = Some(Gather::Code(String::new()));
            }
            Tag::HtmlBlock => self.gather = Some(Gather::Html(String::new())),
            Tag::Image { dest_url, .. } => {
                self.gather = Some(Gather::Image(String::new(), dest_url.to_string(), 0));
            }
            Tag::Link { link_type: md::LinkType::Email, dest_url, .. } => {
                self.open(local_name!("a"), &[(local_name!("href"), &format!("mailto:{dest_url}"))]);
            }
            Tag::Link { dest_url, .. } => self.open(local_name!("a"), &[(local_name!("href"), &dest_url)]),
            Tag::BlockQuote(Some(kind)) => {
                self.open(local_name!("blockquote"), &[(LocalName::from("data-panel"), panel(kind))])
            }
            Tag::List(Some(start)) => {
                self.open(local_name!("ol"), &[(local_name!("start"), &start.to_string())])
            }
            Tag::FootnoteDefinition(label) => self.footnote = Some(format!("[^{label}]: ")),
            Tag::Paragraph => {
                self.open(local_name!("p"), &[]);
                self.footnote.take().into_iter().for_each(|label| self.text(&label));
            }
            Tag::TableHead => {
                self.in_head = true;
                self.open(local_name!("tr"), &[]);
            }
            tag => self.open(self.element(&tag.to_end()), &[]),
        }
    }

    fn end(&mut self, tag: md::TagEnd) {
        match self.gather.take() {
            Some(Gather::Image(alt, src, inner)) => match (inner, tag) {
                (0, md::TagEnd::Image) => {
                    self.open(local_name!("img"), &[(local_name!("src"), &src), (local_name!("alt"), &alt)])
                }
                (_, md::TagEnd::Image) => self.gather = Some(Gather::Image(alt, src, inner - 1)),
                _ => self.gather = Some(Gather::Image(alt, src, inner)),
            },
            Some(Gather::Code(text)) => {
                // The builder drops a line end right after the tag, as HTML does.
                self.builder.text("\n");
                self.builder.text(text.strip_suffix('\n').unwrap_or(&text));
                self.close(local_name!("pre"));
            }
            Some(Gather::Html(html)) => self.html(&html),
            None => {
                self.footnote.take().into_iter().for_each(|label| self.around(local_name!("p"), &label));
                self.close(self.element(&tag));
                self.in_head &= tag != md::TagEnd::TableHead;
            }
        }
    }

    /// The element that stands for a part of a text.
    fn element(&self, tag: &md::TagEnd) -> LocalName {
        use md::TagEnd;
        match tag {
            TagEnd::Heading(level) => match *level as u8 {
                1 => local_name!("h1"),
                2 => local_name!("h2"),
                3 => local_name!("h3"),
                4 => local_name!("h4"),
                5 => local_name!("h5"),
                _ => local_name!("h6"),
            },
            TagEnd::BlockQuote(_) => local_name!("blockquote"),
            TagEnd::CodeBlock => local_name!("pre"),
            TagEnd::List(true) => local_name!("ol"),
            TagEnd::List(false) => local_name!("ul"),
            TagEnd::Item => local_name!("li"),
            TagEnd::Table => local_name!("table"),
            TagEnd::TableHead | TagEnd::TableRow => local_name!("tr"),
            TagEnd::TableCell => match self.in_head {
                true => local_name!("th"),
                false => local_name!("td"),
            },
            TagEnd::Emphasis => local_name!("em"),
            TagEnd::Strong => local_name!("strong"),
            TagEnd::Strikethrough => local_name!("s"),
            TagEnd::Superscript => local_name!("sup"),
            TagEnd::Subscript => local_name!("sub"),
            TagEnd::Link => local_name!("a"),
            TagEnd::Image => local_name!("img"),
            TagEnd::Paragraph
            | TagEnd::HtmlBlock
            | TagEnd::FootnoteDefinition
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition
            | TagEnd::MetadataBlock(_) => local_name!("p"),
        }
    }

    fn text(&mut self, text: &str) {
        match &mut self.gather {
            Some(Gather::Code(out) | Gather::Html(out) | Gather::Image(out, ..)) => out.push_str(text),
            None => self.builder.text(text),
        }
    }

    fn around(&mut self, name: LocalName, text: &str) {
        self.open(name.clone(), &[]);
        self.text(text);
        self.close(name);
    }

    fn html(&mut self, html: &str) {
        if self.gather.is_some() {
            return;
        }
        if let Some(tag) = plain_tag(html) {
            match tag.kind {
                TagKind::StartTag => self.builder.start(&tag),
                TagKind::EndTag => self.builder.end(&tag),
            }
        } else {
            self.builder = feed(std::mem::take(&mut self.builder), &shown(html));
        }
    }

    fn open(&mut self, name: LocalName, attributes: &[(LocalName, &str)]) {
        if self.gather.is_none() {
            self.builder.start(&tag(TagKind::StartTag, name, attributes));
        }
    }

    fn close(&mut self, name: LocalName) {
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
