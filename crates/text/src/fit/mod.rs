//! What each format can hold, and what becomes of the rest.
//!
//! [`fit`] brings a document into a format's model; printers then meet nothing they cannot print, and what they
//! print is parsed back as exactly this. The rules are told in `docs/text.md`. ADF's are those of
//! its published JSON schema ("Atlassian Document Format", `@atlaskit/adf-schema`, `full.json`).

mod known;

use std::borrow::Cow;

use crate::marks::{Marks, kind};
use crate::nest::uncrossed;
use crate::tree::{Block, Doc, Format, Handle, Heading, Image, Inline, Mention, Opaque, Panel, PanelKind};
use crate::{autolink, emoticon, markdown, normal, tasks, wiki};

/// Whether an opaque piece is what its format's parser would make of its raw form. The flag: as a block.
type Believe = fn(&Opaque, bool) -> bool;

/// A format and what is to be believed.
#[derive(Clone, Copy)]
struct Model {
    format: Format,
    believe: Believe,
}

/// The innermost container.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Root,
    Item,
    Quote,
    Panel,
    Expand,
    /// An expand that is not at the root.
    Nested,
    Cell,
}

/// Where a block stands.
#[derive(Clone, Copy)]
struct Place {
    inside: Inside,
    in_quote: bool,
    in_panel: bool,
    in_table: bool,
}

impl Place {
    const ROOT: Self = Self { inside: Inside::Root, in_quote: false, in_panel: false, in_table: false };

    /// Where the parts of a block stand that stands here.
    fn within(self, block: &Block) -> Self {
        let at = |inside: Inside| Self { inside, ..self };
        match block {
            Block::Quote(_) => Self { in_quote: true, ..at(Inside::Quote) },
            Block::Panel(_) => Self { in_panel: true, ..at(Inside::Panel) },
            Block::Expand(_) if self.inside == Inside::Root => at(Inside::Expand),
            Block::Expand(_) => at(Inside::Nested),
            Block::List(_) => at(Inside::Item),
            Block::Table(_) => Self { in_table: true, ..at(Inside::Cell) },
            Block::Paragraph(_) | Block::Heading(_) | Block::Code(_) | Block::Rule | Block::Opaque(_) => self,
        }
    }
}

/// The normal document that is left of `doc` in a format. A fixed point after one pass.
///
/// Blocks of the document have nothing to do with each other: those that fit are left alone.
pub(crate) fn fit(doc: Doc, format: Format, believe: Believe) -> Doc {
    let model = Model { format, believe };
    let Doc { mut blocks } = doc;
    if let Some(first) = blocks.iter().position(|block| !model.holds(block)) {
        for block in blocks.split_off(first) {
            if model.holds(&block) {
                blocks.push(block);
            } else {
                blocks.extend(model.fitted(block));
            }
        }
    }
    Doc { blocks }
}

/// The same for a document that is only looked at.
pub(crate) fn fitting(doc: &Doc, format: Format, believe: Believe) -> Cow<'_, Doc> {
    let model = Model { format, believe };
    if doc.blocks.iter().all(|block| model.holds(block)) {
        return Cow::Borrowed(doc);
    }
    Cow::Owned(fit(doc.clone(), format, believe))
}

/// The blocks that are known to fit a format, although they do not: none, as a test shows.
#[cfg(test)]
pub(crate) fn known_and_other(doc: &Doc, format: Format) -> Vec<Block> {
    let believe = match format {
        Format::Adf => crate::adf::believe,
        Format::Wiki => wiki::believe,
        Format::Html => crate::html::believe,
        Format::Markdown => markdown::believe,
    };
    let model = Model { format, believe };
    let same = |block: &Block| {
        let one = [block.clone()];
        Doc { blocks: one.to_vec() }.rebuilt().blocks == one && model.fitted(block.clone()) == one
    };
    doc.blocks.iter().filter(|block| model.holds(block) && !same(block)).cloned().collect()
}

impl Model {
    /// What is left of a block of the document, in normal form.
    fn fitted(self, block: Block) -> Vec<Block> {
        let doc = Doc { blocks: vec![block] }.normal();
        let doc = Doc { blocks: self.blocks(doc.blocks, Place::ROOT) }.normal();
        let doc = match self.format {
            Format::Adf => tasks::for_adf(doc).normal(),
            Format::Wiki => tasks::for_wiki(wiki::tight(doc)).normal(),
            Format::Html | Format::Markdown => doc,
        };
        doc.blocks
    }

    fn blocks(self, from: Vec<Block>, place: Place) -> Vec<Block> {
        let mut out = Vec::with_capacity(from.len());
        for block in from {
            if self.takes(&block, place) {
                out.push(self.block(block, place));
            } else {
                out.extend(self.degraded(block, place));
            }
        }
        out
    }

    /// Whether the format has such a block in such a place.
    fn takes(self, block: &Block, place: Place) -> bool {
        use Inside::{Cell, Expand, Item, Nested, Panel, Quote, Root};
        let inside = place.inside;
        match (self.format, block) {
            (_, Block::Opaque(opaque)) => self.takes_opaque(opaque, place),
            (Format::Markdown, Block::Panel(panel)) => {
                inside == Root && markdown::alert(panel.kind).is_some()
            }
            (Format::Html | Format::Markdown, _)
            | (_, Block::Paragraph(_) | Block::Code(_) | Block::List(_)) => true,
            (Format::Adf, Block::Heading(_) | Block::Rule) => !matches!(inside, Item | Quote),
            (Format::Adf, Block::Quote(_) | Block::Panel(_)) => {
                matches!(inside, Root | Cell | Expand | Nested)
            }
            (Format::Adf, Block::Expand(_)) => matches!(inside, Root | Cell | Expand),
            (Format::Adf, Block::Table(_)) => matches!(inside, Root | Expand),
            (Format::Wiki, Block::Heading(_) | Block::Rule) => matches!(inside, Root | Quote | Panel),
            (Format::Wiki, Block::Quote(_)) => !place.in_quote,
            (Format::Wiki, Block::Panel(_)) => !place.in_panel,
            (Format::Wiki, Block::Expand(_)) => false,
            (Format::Wiki, Block::Table(_)) => matches!(inside, Root | Quote | Panel) && !place.in_table,
        }
    }

    fn takes_opaque(self, opaque: &Opaque, place: Place) -> bool {
        // A macro in wiki markup ends at the next sign of its name, wherever that stands.
        let has = |sign: &str| opaque.raw.as_str().is_some_and(|raw| raw.contains(sign));
        let ends = (place.in_quote && has("{quote")) || (place.in_panel && has("{panel"));
        opaque.format == self.format && !ends && (self.believe)(opaque, true)
    }

    /// The block with everything in it made to fit.
    fn block(self, block: Block, place: Place) -> Block {
        let within = place.within(&block);
        match block {
            Block::Paragraph(content) => Block::Paragraph(self.paragraph(content)),
            Block::Heading(heading) => {
                Block::Heading(Heading { content: self.inlines(heading.content), ..heading })
            }
            Block::Code(_) | Block::Rule | Block::Opaque(_) => self.shaped(block),
            Block::Panel(panel) => self.inner(Block::Panel(self.panel(panel)), within),
            Block::Quote(_) | Block::Expand(_) => self.inner(block, within),
            Block::List(_) | Block::Table(_) => self.inner(self.shaped(block), within),
        }
    }

    /// A panel whose title, if the format has no place for it, is its first paragraph.
    fn panel(self, panel: Panel) -> Panel {
        let kind = match panel.kind {
            PanelKind::Custom(None) if self.format == Format::Adf => PanelKind::Info,
            kind => kind,
        };
        if self.format == Format::Wiki && panel.title.as_deref().is_none_or(wiki::can_title) {
            return Panel { kind, ..panel };
        }
        Panel { kind, title: None, blocks: Block::Panel(panel).into_inner() }
    }

    fn shaped(self, block: Block) -> Block {
        match self.format {
            Format::Wiki => wiki::shaped(block),
            Format::Markdown => markdown::shaped(block),
            Format::Adf | Format::Html => block,
        }
    }

    /// The words of a paragraph. ADF has a picture only where nothing is beside it.
    fn paragraph(self, content: Vec<Inline>) -> Vec<Inline> {
        match content.as_slice() {
            [Inline::Image(image)] if self.format == Format::Adf && image.src.is_absolute() => content,
            _ => self.inlines(content),
        }
    }

    fn inner(self, block: Block, place: Place) -> Block {
        block.map_inner(&mut |blocks| self.blocks(blocks, place))
    }

    /// What stands for a block that the format does not have in this place.
    fn degraded(self, block: Block, place: Place) -> Vec<Block> {
        match block {
            Block::Heading(heading) => vec![Block::Paragraph(self.inlines(strong(heading.content)))],
            Block::Opaque(opaque) => self.blocks(Doc::from_plain(&opaque.text).linked().blocks, place),
            Block::Panel(_) if self.format == Format::Markdown => {
                self.blocks(vec![Block::Quote(block.into_inner())], place)
            }
            other => self.blocks(other.into_inner(), place),
        }
    }

    fn inlines(self, content: Vec<Inline>) -> Vec<Inline> {
        let mut out = Vec::with_capacity(content.len());
        for inline in content {
            match inline {
                Inline::Text(run) => out.push(Inline::marked(run.text, self.marks(run.marks))),
                Inline::Break => out.push(Inline::Break),
                Inline::Mention(mention) => out.push(self.mention(mention)),
                Inline::Opaque(opaque) if opaque.format == self.format && (self.believe)(&opaque, false) => {
                    out.push(Inline::Opaque(opaque));
                }
                Inline::Opaque(opaque) => out.extend(autolink::linked(vec![Inline::text(opaque.text)])),
                Inline::Image(image) => out.push(self.image(image)),
                Inline::Status(status) if self.format == Format::Wiki => out.push(Inline::text(status.text)),
                Inline::Date(day) if self.format == Format::Wiki => out.push(Inline::text(day.to_string())),
                Inline::Emoji(emoji) if self.format == Format::Wiki => {
                    out.push(match emoticon::of(&emoji.name) {
                        Some((_, known)) => Inline::Emoji(known),
                        None => Inline::text(emoji.visible()),
                    })
                }
                Inline::Status(_) | Inline::Date(_) | Inline::Emoji(_) => out.push(inline),
            }
        }
        match self.format {
            Format::Wiki => uncrossed(emoticon::apart(autolink::linked(normal::one_block(out)))),
            Format::Markdown => autolink::linked(normal::one_block(out)),
            Format::Adf | Format::Html => out,
        }
    }

    fn marks(self, marks: Marks) -> Marks {
        match self.format {
            Format::Adf if marks.code => {
                let annotation = |mark: &serde_json::Value| kind(mark) == Some("annotation");
                let other = marks.other.into_iter().filter(annotation).collect();
                Marks { code: true, link: marks.link, other, ..Marks::default() }
            }
            Format::Adf => marks,
            Format::Wiki => {
                let link = marks.link.and_then(|link| link.without_brackets());
                Marks { link, background: None, other: Vec::new(), ..marks }
            }
            Format::Markdown => Marks { other: Vec::new(), ..marks },
            Format::Html => {
                Marks { link: marks.link.filter(crate::Href::is_web), other: Vec::new(), ..marks }
            }
        }
    }

    fn mention(self, mention: Mention) -> Inline {
        match (self.format, &mention.user) {
            (Format::Adf, Handle::Login(_)) => Inline::text(mention.visible()),
            (Format::Wiki, user) if wiki::can_mention(user) => {
                Inline::Mention(Mention { name: None, ..mention })
            }
            (Format::Wiki, _) => Inline::text(mention.visible()),
            (Format::Adf | Format::Html | Format::Markdown, _) => Inline::Mention(mention),
        }
    }

    /// The picture, or a link on the words for it.
    fn image(self, image: Image) -> Inline {
        let link = image.link.clone().and_then(|href| self.marks(Marks::linked(href)).link);
        let image = Image { link, ..image };
        let takes = match self.format {
            Format::Adf => false,
            Format::Wiki => wiki::can_show(&image),
            Format::Html => image.src.is_web(),
            Format::Markdown => true,
        };
        if takes {
            return Inline::Image(image);
        }
        match image.into_link() {
            Inline::Text(run) => Inline::marked(run.text, self.marks(run.marks)),
            other => other,
        }
    }
}

fn strong(content: Vec<Inline>) -> Vec<Inline> {
    let strong = |inline| match inline {
        Inline::Text(run) => Inline::marked(run.text, Marks { strong: true, ..run.marks }),
        solid => solid,
    };
    content.into_iter().map(strong).collect()
}
