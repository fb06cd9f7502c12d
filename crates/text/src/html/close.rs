//! Ends what is open while HTML is read, and puts it where it belongs.

use super::builder::Builder;
use super::frame::{Flow, Frame};
use crate::plain;
use crate::tree::{Block, Cell, Expand, Inline, ListItem, Panel};

impl Builder {
    /// Ends all frames from the given place of the stack on, innermost first.
    pub(super) fn close_to(&mut self, len: usize) {
        while self.stack.len() > len.max(1) {
            match self.stack.pop() {
                Some(Frame::Flow { of, mut blocks, line }) => {
                    if !line.is_empty() {
                        blocks.push(Block::Paragraph(line));
                    }
                    self.close_flow(of, blocks);
                }
                Some(Frame::List(list)) => self.push(Block::List(list)),
                Some(Frame::Table(table)) => self.push(Block::Table(table)),
                Some(Frame::Heading(heading)) => self.push(Block::Heading(heading)),
                Some(Frame::Summary(words)) => self.close_summary(words),
                Some(Frame::Pre(code)) => self.push(Block::Code(code)),
                Some(Frame::Row(row)) => {
                    if let Some(Frame::Table(table)) = self.stack.last_mut() {
                        table.rows.push(row);
                    }
                }
                None => {}
            }
        }
    }

    fn close_flow(&mut self, of: Flow, blocks: Vec<Block>) {
        match (of, self.stack.last_mut()) {
            (Flow::Item(task), Some(Frame::List(list))) => list.items.push(ListItem { task, blocks }),
            (Flow::Cell(cell, outside), Some(Frame::Row(row))) => {
                row.cells.push(Cell { blocks, ..cell });
                self.format = *outside;
            }
            (Flow::Quote, _) => self.push(Block::Quote(blocks)),
            (Flow::Panel(kind), _) => self.push(Block::Panel(Panel { kind, title: None, blocks })),
            (Flow::Expand(title), _) => self.push(Block::Expand(Expand { title, blocks })),
            _ => {}
        }
    }

    /// The first words to click on are the title of the expand they are in; others are a paragraph.
    fn close_summary(&mut self, words: Vec<Inline>) {
        match self.stack.last_mut() {
            Some(Frame::Flow { of: Flow::Expand(title), .. }) if title.is_empty() => {
                *title = plain::inlines(&words);
            }
            _ => self.push(Block::Paragraph(words)),
        }
    }

    /// Adds a block where one can stand, after the text that was before it.
    pub(super) fn push(&mut self, block: Block) {
        self.part();
        if let Some(Frame::Flow { blocks, .. }) = self.stack.last_mut() {
            blocks.push(block);
        }
    }
}
