//! The document tree that every format is parsed into and printed from.
//!
//! Any tree can be built by hand; [`Doc::normal`] brings it into the one form that is compared, stored and printed.
//! Marks are flat, on runs of text (`marks.rs`), so that formats that overlap them and formats that nest them meet
//! in the middle. New kinds are new variants: matches are exhaustive on purpose, so that no printer forgets one.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::marks::Marks;
pub use crate::panel::{Expand, Panel, PanelKind};
pub use crate::solid::{Day, Emoji, Handle, Image, Mention, Status, Tone};

/// How many lists, quotes and tables may sit inside each other; deeper ones are flattened into their parent.
///
/// Small enough that a tree, written as JSON with all its wrapping, stays inside the 128 levels `serde_json` reads.
pub(crate) const MAX_DEPTH: usize = 10;

/// A whole text: a description, a comment, a rich field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doc {
    /// From top to bottom.
    pub blocks: Vec<Block>,
}

/// Something that stands on lines of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// A heading.
    Heading(Heading),
    /// A list, bulleted or numbered.
    List(List),
    /// A code block: text as it is, white space included.
    Code(Code),
    /// A quotation.
    Quote(Vec<Block>),
    /// Blocks on a ground of their own.
    Panel(Panel),
    /// Blocks that are shown on a click.
    Expand(Expand),
    /// A table.
    Table(Table),
    /// A horizontal line.
    Rule,
    /// A block we do not understand and hand back as it came.
    Opaque(Opaque),
}

/// A heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heading {
    /// From 1, the largest, to 6.
    pub level: u8,
    /// The words.
    pub content: Vec<Inline>,
}

/// A list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// Dots or numbers.
    pub marker: Marker,
    /// From top to bottom.
    pub items: Vec<ListItem>,
}

/// What stands before the items of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Marker {
    /// A dot.
    Bullet,
    /// A number that counts up.
    Number {
        /// The first item's number, usually 1.
        start: u32,
    },
}

/// One item of a list. In normal form it begins with something of its own, not with a nested list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListItem {
    /// Whether it is something to do, and whether it is done. In normal form only an item that begins with a paragraph is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<bool>,
    /// Its text and, below it, nested lists.
    pub blocks: Vec<Block>,
}

/// A code block.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// The language's name as the tool writes it: letters, digits and `+#._-`.
    pub language: Option<String>,
    /// The lines, joined by `\n`.
    pub text: String,
}

/// A table. Rows need not be of equal length.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// From top to bottom.
    pub rows: Vec<Row>,
}

/// A row of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// From left to right; a place covered by a spanning cell has no cell of its own.
    pub cells: Vec<Cell>,
}

/// A cell of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// Whether it is a heading of its column or row.
    pub header: bool,
    /// How many columns it covers, at least 1.
    pub colspan: u16,
    /// How many rows it covers, at least 1.
    pub rowspan: u16,
    /// What it holds; may be nothing.
    pub blocks: Vec<Block>,
}

impl Default for Cell {
    fn default() -> Self {
        Self { header: false, colspan: 1, rowspan: 1, blocks: Vec::new() }
    }
}

/// Something inside a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Inline {
    /// A run of text in one formatting.
    Text(Text),
    /// A new line inside the paragraph.
    Break,
    /// A person who is spoken to.
    Mention(Mention),
    /// A picture.
    Image(Image),
    /// A status.
    Status(Status),
    /// A day.
    Date(Day),
    /// An emoji.
    Emoji(Emoji),
    /// Something in the line that we do not understand and hand back as it came.
    Opaque(Opaque),
}

/// A run of text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// The characters; white space is as in HTML, any stretch of it is one space.
    pub text: String,
    /// How they look and where they lead.
    #[serde(default, skip_serializing_if = "Marks::is_plain")]
    pub marks: Marks,
}

/// Something a format can say and the tree cannot, kept as it came.
///
/// It goes back verbatim to its own format, if that format's parser would read it as this same piece again; every
/// other format gets [`Opaque::text`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opaque {
    /// Whose words `raw` are.
    pub format: Format,
    /// The node, for ADF; the markup as one string, for the others.
    pub raw: Value,
    /// What a reader would see of it, lines joined by `\n`.
    pub text: String,
}

/// A format of rich text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Atlassian Document Format.
    Adf,
    /// Jira's wiki markup.
    Wiki,
    /// HTML.
    Html,
    /// Markdown, as GitHub reads it.
    Markdown,
}

impl Doc {
    /// The document with each mention replaced, in text at any depth: by the same person in another tool's words, or
    /// by that person's name as text.
    #[must_use]
    pub fn map_mentions(self, change: &mut dyn FnMut(Mention) -> Inline) -> Self {
        Self { blocks: mentions_in(self.blocks, change) }
    }
}

fn mentions_in(blocks: Vec<Block>, change: &mut dyn FnMut(Mention) -> Inline) -> Vec<Block> {
    let block = |block| match block {
        Block::Paragraph(content) => Block::Paragraph(mentions_in_line(content, change)),
        Block::Heading(Heading { level, content }) => {
            Block::Heading(Heading { level, content: mentions_in_line(content, change) })
        }
        other => other.map_inner(&mut |inner| mentions_in(inner, change)),
    };
    blocks.into_iter().map(block).collect()
}

fn mentions_in_line(content: Vec<Inline>, change: &mut dyn FnMut(Mention) -> Inline) -> Vec<Inline> {
    let inline = |inline| match inline {
        Inline::Mention(mention) => change(mention),
        other => other,
    };
    content.into_iter().map(inline).collect()
}

impl Inline {
    /// Text without any formatting.
    pub fn text(text: impl Into<String>) -> Self {
        Self::marked(text, Marks::default())
    }

    /// Text in one formatting.
    pub fn marked(text: impl Into<String>, marks: Marks) -> Self {
        Self::Text(Text { text: text.into(), marks })
    }
}

impl Block {
    /// A paragraph of plain text in one line.
    pub fn paragraph(text: impl Into<String>) -> Self {
        Self::Paragraph(vec![Inline::text(text)])
    }
}

impl Block {
    /// The block with the blocks of each of its parts (quote, items, cells) replaced.
    pub(crate) fn map_inner(self, change: &mut dyn FnMut(Vec<Self>) -> Vec<Self>) -> Self {
        match self {
            Self::Quote(inner) => Self::Quote(change(inner)),
            Self::Panel(panel) => Self::Panel(Panel { blocks: change(panel.blocks), ..panel }),
            Self::Expand(expand) => Self::Expand(Expand { blocks: change(expand.blocks), ..expand }),
            Self::List(List { marker, items }) => {
                let item = |item: ListItem| ListItem { blocks: change(item.blocks), ..item };
                let items = items.into_iter().map(item).collect();
                Self::List(List { marker, items })
            }
            Self::Table(Table { rows }) => {
                let mut cell = |cell: Cell| Cell { blocks: change(cell.blocks), ..cell };
                let mut row = |row: Row| Row { cells: row.cells.into_iter().map(&mut cell).collect() };
                Self::Table(Table { rows: rows.into_iter().map(&mut row).collect() })
            }
            Self::Paragraph(_) | Self::Heading(_) | Self::Code(_) | Self::Rule | Self::Opaque(_) => self,
        }
    }

    /// The blocks of all its parts in reading order, without the block around them; none if it has no parts.
    ///
    /// A title, and the sign of a task, become words.
    pub(crate) fn into_inner(self) -> Vec<Self> {
        let mut all: Vec<Self> = self.title().map(titled).into_iter().collect();
        self.untasked().map_inner(&mut |inner| {
            all.extend(inner);
            Vec::new()
        });
        all
    }

    /// The words above it.
    pub(crate) fn title(&self) -> Option<&str> {
        let title = match self {
            Self::Panel(panel) => panel.title.as_deref(),
            Self::Expand(expand) => Some(expand.title.as_str()),
            _ => None,
        };
        title.filter(|title| !title.is_empty())
    }

    /// A list with the signs of its tasks as words: `[x] ` for what is done, `[ ] ` for what is not.
    pub(crate) fn untasked(self) -> Self {
        let Self::List(list) = self else { return self };
        let items = list.items.into_iter().map(|item| match item.task {
            Some(done) => ListItem { task: None, blocks: signed(done, item.blocks) },
            None => item,
        });
        Self::List(List { items: items.collect(), ..list })
    }
}

/// A title as a paragraph.
pub(crate) fn titled(title: &str) -> Block {
    Block::Paragraph(vec![Inline::marked(title, Marks { strong: true, ..Marks::default() })])
}

/// The sign of a task in words.
pub(crate) fn sign(done: bool) -> &'static str {
    if done { "[x] " } else { "[ ] " }
}

/// The blocks of an item with the sign of a task before them.
pub(crate) fn signed(done: bool, mut blocks: Vec<Block>) -> Vec<Block> {
    match blocks.first_mut() {
        Some(Block::Paragraph(content)) => content.insert(0, Inline::text(sign(done))),
        _ => blocks.insert(0, Block::paragraph(sign(done))),
    }
    blocks
}
