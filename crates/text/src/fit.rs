//! What each format can hold, and what becomes of the rest.
//!
//! [`fit`] brings a document into a format's model; printers then meet nothing they cannot print, and what they
//! print is parsed back as exactly this. The rules are the table in the crate's documentation. ADF's are those of
//! its published JSON schema ("Atlassian Document Format", `@atlaskit/adf-schema`, `full.json`).

use crate::marks::{Marks, kind};
use crate::nest::uncrossed;
use crate::tree::{Block, Doc, Format, Handle, Heading, Image, Inline, Mention, Opaque};
use crate::{autolink, markdown, normal, wiki};

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
    Cell,
}

/// Where a block stands.
#[derive(Clone, Copy)]
struct Place {
    inside: Inside,
    in_quote: bool,
    in_table: bool,
}

/// The normal document that is left of `doc` in a format. A fixed point after one pass.
pub(crate) fn fit(doc: Doc, format: Format, believe: Believe) -> Doc {
    let root = Place { inside: Inside::Root, in_quote: false, in_table: false };
    let doc = Doc { blocks: Model { format, believe }.blocks(doc.normal().blocks, root) }.normal();
    if format == Format::Wiki { wiki::tight(doc) } else { doc }
}

impl Model {
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
        use Inside::{Cell, Quote, Root};
        let inside = place.inside;
        match (self.format, block) {
            (_, Block::Opaque(opaque)) => self.takes_opaque(opaque, place),
            (Format::Html | Format::Markdown, _)
            | (_, Block::Paragraph(_) | Block::Code(_) | Block::List(_)) => true,
            (Format::Adf, Block::Heading(_) | Block::Rule | Block::Quote(_)) => matches!(inside, Root | Cell),
            (Format::Adf, Block::Table(_)) => inside == Root,
            (Format::Wiki, Block::Heading(_) | Block::Rule) => matches!(inside, Root | Quote),
            (Format::Wiki, Block::Quote(_)) => !place.in_quote,
            (Format::Wiki, Block::Table(_)) => matches!(inside, Root | Quote) && !place.in_table,
        }
    }

    fn takes_opaque(self, opaque: &Opaque, place: Place) -> bool {
        // A quote in wiki markup ends at the next quote sign, wherever that stands.
        let ends_quote = place.in_quote && opaque.raw.as_str().is_some_and(|raw| raw.contains("{quote"));
        opaque.format == self.format && !ends_quote && (self.believe)(opaque, true)
    }

    /// The block with everything in it made to fit.
    fn block(self, block: Block, place: Place) -> Block {
        let at = |inside: Inside| Place { inside, ..place };
        match block {
            Block::Paragraph(content) => Block::Paragraph(self.paragraph(content)),
            Block::Heading(heading) => {
                Block::Heading(Heading { content: self.inlines(heading.content), ..heading })
            }
            Block::Code(_) | Block::Rule | Block::Opaque(_) => self.shaped(block),
            Block::Quote(_) => self.inner(block, Place { in_quote: true, ..at(Inside::Quote) }),
            Block::List(_) => self.inner(self.shaped(block), at(Inside::Item)),
            Block::Table(_) => self.inner(self.shaped(block), Place { in_table: true, ..at(Inside::Cell) }),
        }
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
            }
        }
        match self.format {
            Format::Wiki => uncrossed(&autolink::linked(normal::one_block(out))),
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
                Marks { link, other: Vec::new(), ..marks }
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
        let href = image.link.clone().unwrap_or_else(|| image.src.clone());
        Inline::marked(image.visible(), self.marks(Marks::linked(href)))
    }
}

fn strong(content: Vec<Inline>) -> Vec<Inline> {
    let strong = |inline| match inline {
        Inline::Text(run) => Inline::marked(run.text, Marks { strong: true, ..run.marks }),
        solid => solid,
    };
    content.into_iter().map(strong).collect()
}
