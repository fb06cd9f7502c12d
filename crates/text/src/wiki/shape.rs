//! Brings blocks into the shape that wiki markup can write.

use super::bracket::spelled;
use crate::tree::{Block, Cell, Code, Doc, Handle, Image, Inline, List, Marker, Row, Table};

/// Most cells in a row whose spans are filled up; beyond them spans count as 1.
///
/// Spans in foreign HTML may be huge; a grid people read is not.
const MAX_COLUMNS: usize = 64;

/// A block as wiki markup can write it, apart from what is in it.
pub(crate) fn shaped(block: Block) -> Block {
    match block {
        Block::List(List { marker: Marker::Number { .. }, items }) => {
            Block::List(List { marker: Marker::Number { start: 1 }, items })
        }
        Block::Table(table) => Block::Table(unspanned(table)),
        Block::Code(code) => Block::Code(printable(code)),
        other => other,
    }
}

/// Whether a picture can be written: only if what is written would be read as this one.
pub(crate) fn can_show(image: &Image) -> bool {
    super::parse_line(&spelled(image)) == [Inline::Image(image.clone())]
}

/// Whether a panel can have such a title.
pub(crate) fn can_title(title: &str) -> bool {
    !title.contains(['{', '|', '}'])
}

/// Whether a mention of such a person can be written.
pub(crate) fn can_mention(user: &Handle) -> bool {
    let marker = matches!(user, Handle::Login(login) if login.starts_with("accountid:"));
    !marker && !user.as_str().contains(['[', ']', '{', '}', '|', '\\'])
}

/// The document with items and cells in which no empty line is needed to part blocks: neighbouring paragraphs become
/// lines of one, lists of one kind one list, and what follows a list goes to its last item.
pub(crate) fn tight(doc: Doc) -> Doc {
    Doc { blocks: doc.blocks.into_iter().map(tight_block).collect() }
}

fn tight_block(block: Block) -> Block {
    let parted = matches!(block, Block::Quote(_) | Block::Panel(_));
    block.map_inner(&mut |blocks| {
        let blocks = blocks.into_iter().map(tight_block);
        if parted {
            return blocks.collect();
        }
        let mut out = Vec::with_capacity(blocks.len());
        blocks.for_each(|block| append(&mut out, block));
        out
    })
}

/// Whether the parts of an item or cell need no empty line between them.
pub(crate) fn is_tight(blocks: &[Block]) -> bool {
    blocks.windows(2).all(|pair| match pair {
        [Block::Paragraph(_), Block::Paragraph(_)] => false,
        [Block::List(before), Block::List(after)] => before.marker != after.marker,
        [Block::List(_), _] => false,
        _ => true,
    })
}

fn append(to: &mut Vec<Block>, block: Block) {
    match (to.last_mut(), block) {
        (Some(Block::Paragraph(before)), Block::Paragraph(more)) => {
            before.push(Inline::Break);
            before.extend(more);
        }
        (Some(Block::List(before)), Block::List(more)) if before.marker == more.marker => {
            before.items.extend(more.items);
        }
        (Some(Block::List(List { items, .. })), block) if !matches!(block, Block::List(_)) => {
            match items.last_mut() {
                Some(item) => append(&mut item.blocks, block),
                None => to.push(block),
            }
        }
        (_, block) => to.push(block),
    }
}

/// The table with an empty cell in each place that another cell covered.
fn unspanned(table: Table) -> Table {
    // For each column, how many more rows a cell above covers.
    let mut covered: Vec<u16> = Vec::new();
    let rows = table.rows.into_iter().map(|row| {
        let mut cells = Vec::with_capacity(row.cells.len());
        for cell in row.cells {
            fill(&mut cells, &mut covered);
            let room = MAX_COLUMNS.saturating_sub(cells.len()).max(1);
            let width = usize::from(cell.colspan).min(room);
            let (header, rows) = (cell.header, cell.rowspan - 1);
            cells.push(Cell { colspan: 1, rowspan: 1, ..cell });
            cells.resize_with(cells.len() + width - 1, || Cell { header, ..Cell::default() });
            cover(&mut covered, cells.len() - width..cells.len(), rows);
        }
        fill(&mut cells, &mut covered);
        Row { cells }
    });
    Table { rows: rows.collect() }
}

/// Adds empty cells as long as the next place is covered from above.
fn fill(cells: &mut Vec<Cell>, covered: &mut [u16]) {
    while let Some(rows) = covered.get_mut(cells.len()).filter(|rows| **rows > 0) {
        *rows -= 1;
        cells.push(Cell::default());
    }
}

fn cover(covered: &mut Vec<u16>, columns: std::ops::Range<usize>, rows: u16) {
    if rows > 0 && columns.end <= MAX_COLUMNS {
        covered.resize(covered.len().max(columns.end), 0);
        covered.get_mut(columns).into_iter().flatten().for_each(|left| *left = rows);
    }
}

/// Code that does not hold the tag that would end it.
fn printable(code: Code) -> Code {
    if !code.text.contains("{code}") {
        return code;
    }
    Code { language: None, text: code.text.replace("{noformat}", "{ noformat}") }
}
