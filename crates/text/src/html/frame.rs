//! What can be open while HTML is read.

use super::format::Format;
use crate::tree::{Block, Cell, Code, Heading, Inline, List, PanelKind, Row, Table};

/// Something open that the tree has a word for.
pub(super) enum Frame {
    /// Holds blocks, and the line of text that is being read.
    Flow {
        of: Flow,
        blocks: Vec<Block>,
        line: Vec<Inline>,
    },
    List(List),
    Table(Table),
    Row(Row),
    Heading(Heading),
    /// The words to click on for an expand.
    Summary(Vec<Inline>),
    Pre(Code),
}

pub(super) enum Flow {
    Root,
    Quote,
    Panel(PanelKind),
    /// With its title.
    Expand(String),
    /// Whether it is a task, and done.
    Item(Option<bool>),
    /// A cell, and the formatting outside it, which ends at its border.
    Cell(Cell, Box<Format>),
}

impl Code {
    pub(super) fn end_line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }
}

pub(super) fn flow(of: Flow) -> Frame {
    Frame::Flow { of, blocks: Vec::new(), line: Vec::new() }
}

pub(super) fn is_cell(frame: &Frame) -> bool {
    matches!(frame, Frame::Flow { of: Flow::Cell(..), .. })
}

pub(super) fn is_table(frame: &Frame) -> bool {
    matches!(frame, Frame::Table(_))
}

/// A quote, or a panel, which we write as one.
pub(super) fn is_quote(frame: &Frame) -> bool {
    matches!(frame, Frame::Flow { of: Flow::Quote | Flow::Panel(_), .. })
}

/// What holds a line, and no blocks.
pub(super) fn is_line(frame: &Frame) -> bool {
    matches!(frame, Frame::Heading(_) | Frame::Summary(_) | Frame::Pre(_))
}
