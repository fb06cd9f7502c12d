//! The canonical form of a document: what is compared, stored and printed.
//!
//! Here are the blocks: empty ones go, lists and tables get their shape, nesting is bounded. Lines of text are
//! `inline.rs`. What a *format* cannot hold is not decided here but in `fit.rs`.

mod inline;
mod known;

pub(crate) use inline::one_block;
pub(crate) use known::is_normal;

use crate::tree::{
    Block, Cell, Code, Doc, Expand, Heading, Inline, List, ListItem, MAX_DEPTH, Marker, Panel, PanelKind,
    Row, Table, sign,
};

/// Most columns or rows one cell may cover; HTML's own limit for columns.
const MAX_SPAN: u16 = 1000;

/// The greatest number a list may begin with: ADF allows none above what JSON readers keep exact, HTML none above 31 bits.
const MAX_START: u32 = i32::MAX.unsigned_abs();

impl Doc {
    /// The one canonical document that reads the same. Idempotent.
    ///
    /// - Text: white space is collapsed and trimmed at line ends, control characters go, neighbours with the same
    ///   marks merge; a space keeps only the marks that the words on both its sides have.
    /// - Paragraphs without visible text go; two breaks in a row part a paragraph.
    /// - Empty items, lists, quotes, headings, code blocks and rows go. An item that begins with a list is joined to
    ///   the item before it. Spans stay inside the table.
    /// - Titles are one line; the sign of a task that does not begin with a paragraph is words.
    /// - Lists, quotes, panels, expands and tables nested deeper than ten are flattened into their parent.
    #[must_use]
    pub fn normal(self) -> Self {
        if is_normal(&self.blocks, 0) {
            return self;
        }
        self.rebuilt()
    }

    /// The canonical document, put together anew whatever it is.
    pub(crate) fn rebuilt(self) -> Self {
        Self { blocks: blocks(self.blocks, 0) }
    }

    /// Whether a reader sees nothing at all: no text, no line, no table, nothing kept opaque.
    pub fn is_empty(&self) -> bool {
        self.blocks.iter().all(blank)
    }
}

fn blank(block: &Block) -> bool {
    match block {
        Block::Paragraph(content) => content.iter().all(blank_inline),
        Block::Heading(heading) => heading.content.iter().all(blank_inline),
        Block::Code(code) => invisible(&code.text),
        Block::List(list) => list.items.iter().all(|item| item.blocks.iter().all(blank)),
        Block::Quote(inner) => inner.iter().all(blank),
        Block::Panel(Panel { blocks, .. }) | Block::Expand(Expand { blocks, .. }) => {
            block.title().is_none_or(invisible) && blocks.iter().all(blank)
        }
        Block::Table(table) => table.rows.iter().all(|row| row.cells.is_empty()),
        Block::Rule | Block::Opaque(_) => false,
    }
}

fn blank_inline(inline: &Inline) -> bool {
    match inline {
        Inline::Text(run) => invisible(&run.text),
        Inline::Break => true,
        Inline::Mention(mention) => inline::mention(mention.clone()).is_err_and(|name| name.is_empty()),
        Inline::Status(status) => invisible(&status.text),
        Inline::Emoji(emoji) => invisible(emoji.visible()),
        Inline::Image(_) | Inline::Date(_) | Inline::Opaque(_) => false,
    }
}

fn invisible(text: &str) -> bool {
    text.chars().all(|letter| letter.is_whitespace() || letter.is_control())
}

/// Normal blocks, `depth` containers below the root.
fn blocks(from: Vec<Block>, depth: usize) -> Vec<Block> {
    let mut out = Vec::with_capacity(from.len());
    for block in from {
        match block {
            Block::Paragraph(content) => {
                inline::paragraphs(content, |paragraph| out.push(Block::Paragraph(paragraph)));
            }
            Block::Heading(Heading { level, content }) => {
                let content = inline::one_block(content);
                let heading = Heading { level: level.clamp(1, 6), content };
                out.extend((!heading.content.is_empty()).then_some(Block::Heading(heading)));
            }
            Block::Code(code) => out.extend(self::code(code).map(Block::Code)),
            Block::Rule | Block::Opaque(_) => out.push(block),
            Block::Quote(_) | Block::List(_) | Block::Table(_) | Block::Panel(_) | Block::Expand(_)
                if depth >= MAX_DEPTH =>
            {
                out.extend(blocks(block.into_inner(), depth));
            }
            Block::Quote(inner) => {
                let inner = blocks(inner, depth + 1);
                out.extend((!inner.is_empty()).then_some(Block::Quote(inner)));
            }
            Block::Panel(panel) => {
                let title = panel.title.map(|title| inline::clean(&title)).filter(|title| !invisible(title));
                let blocks = blocks(panel.blocks, depth + 1);
                let seen = title.is_some() || !blocks.is_empty();
                let kind = match panel.kind {
                    PanelKind::Custom(color) => PanelKind::on(color),
                    kind => kind,
                };
                out.extend(seen.then_some(Block::Panel(Panel { kind, title, blocks })));
            }
            Block::Expand(expand) => {
                let title = Some(inline::clean(&expand.title)).filter(|title| !invisible(title));
                let blocks = blocks(expand.blocks, depth + 1);
                let seen = title.is_some() || !blocks.is_empty();
                let title = title.unwrap_or_default();
                out.extend(seen.then_some(Block::Expand(Expand { title, blocks })));
            }
            Block::List(list) => out.extend(self::list(list, depth + 1).map(Block::List)),
            Block::Table(table) => out.extend(self::table(table, depth + 1).map(Block::Table)),
        }
    }
    out
}

fn list(list: List, depth: usize) -> Option<List> {
    let mut items: Vec<ListItem> = Vec::with_capacity(list.items.len());
    for item in list.items {
        let mut kept = blocks(item.blocks, depth);
        let mut task = item.task;
        if !matches!(kept.first(), None | Some(Block::Paragraph(_)))
            && let Some(done) = task.take()
        {
            kept.insert(0, Block::paragraph(sign(done).trim_end()));
        }
        let mut rest = kept.into_iter();
        match (rest.next(), items.last_mut()) {
            (None, _) => {}
            (Some(Block::List(inner)), Some(last)) => {
                last.blocks.push(Block::List(inner));
                last.blocks.extend(rest);
            }
            (Some(Block::List(inner)), None) => {
                items.extend(inner.items);
                items.last_mut().into_iter().for_each(|last| last.blocks.extend(rest.by_ref()));
            }
            (Some(first), _) => {
                items.push(ListItem { task, blocks: std::iter::once(first).chain(rest).collect() });
            }
        }
    }
    let marker = match list.marker {
        Marker::Number { start } => Marker::Number { start: start.min(MAX_START) },
        Marker::Bullet => Marker::Bullet,
    };
    (!items.is_empty()).then_some(List { marker, items })
}

fn table(table: Table, depth: usize) -> Option<Table> {
    let rows: Vec<Row> = table.rows.into_iter().filter(|row| !row.cells.is_empty()).collect();
    let below = |at: usize| u16::try_from(rows.len() - at).unwrap_or(u16::MAX).min(MAX_SPAN);
    let limits: Vec<u16> = (0..rows.len()).map(below).collect();
    let rows: Vec<Row> = rows
        .into_iter()
        .zip(limits)
        .map(|(row, below)| Row {
            cells: row.cells.into_iter().map(|cell| self::cell(cell, below, depth)).collect(),
        })
        .collect();
    (!rows.is_empty()).then_some(Table { rows })
}

fn cell(cell: Cell, rows_below: u16, depth: usize) -> Cell {
    Cell {
        header: cell.header,
        colspan: cell.colspan.clamp(1, MAX_SPAN),
        rowspan: cell.rowspan.clamp(1, rows_below.max(1)),
        blocks: blocks(cell.blocks, depth),
    }
}

fn code(code: Code) -> Option<Code> {
    let text = code.text.replace("\r\n", "\n").replace('\r', "\n");
    let text: String =
        text.chars().filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\t')).collect();
    let named = |name: String| name.chars().filter(|letter| in_name(*letter)).collect();
    let language: Option<String> = code.language.map(named);
    (!invisible(&text)).then_some(Code { language: language.filter(|name| !name.is_empty()), text })
}

/// Whether a letter may be in the name of a language.
fn in_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "+#._-".contains(letter)
}
