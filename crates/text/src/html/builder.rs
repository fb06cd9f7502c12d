//! Builds the tree from a stream of tags and text.
//!
//! Only what the tree has a word for is on the stack: quotes, lists, items, tables, rows, cells, headings, code.
//! Everything else parts paragraphs (`div`) or changes how text looks (`b`). The stack is bounded: containers that
//! nest deeper are not opened, and their text goes to the innermost open one.

use std::collections::HashMap;

use html5ever::LocalName;
use html5ever::tokenizer::Tag;

use super::element::{Element, element, language};
use super::format::Format;
use super::frame::{Flow, Frame, flow, is_cell, is_table};
use crate::marks::Marks;
use crate::tree::{
    Block, Cell, Code, Doc, Handle, Heading, Image, Inline, List, ListItem, Marker, Mention, Row, Table,
};

/// Most frames on the stack: about twice what the deepest normal tree needs.
const MAX_FRAMES: usize = 60;

/// What is to be closed by an end tag.
type IsFrame = fn(&Frame) -> bool;

pub(crate) struct Builder {
    stack: Vec<Frame>,
    format: Format,
    /// Containers that were not opened, so that their end tags close nothing.
    unopened: HashMap<LocalName, usize>,
    /// The last token began preformatted text.
    after_pre: bool,
    /// The element whose content is dropped.
    hidden: Option<LocalName>,
    /// The mention whose name is being read.
    mention: Option<(Handle, String)>,
}

impl Default for Builder {
    fn default() -> Self {
        let root = Frame::Flow { of: Flow::Root, blocks: Vec::new(), line: Vec::new() };
        Self {
            stack: vec![root],
            format: Format::default(),
            unopened: HashMap::new(),
            after_pre: false,
            hidden: None,
            mention: None,
        }
    }
}

impl Builder {
    /// The document, once all is read.
    pub(crate) fn done(mut self) -> Doc {
        self.end_mention();
        self.close_to(1);
        match self.stack.pop() {
            Some(Frame::Flow { mut blocks, line, .. }) => {
                blocks.push(Block::Paragraph(line));
                Doc { blocks }
            }
            _ => Doc::default(),
        }
    }

    pub(crate) fn text(&mut self, text: &str) {
        if self.hidden.is_some() {
            return;
        }
        if let Some((_, name)) = &mut self.mention {
            name.push_str(text);
            return;
        }
        if let Some(Frame::Pre(code)) = self.stack.last_mut() {
            // The standard drops a line end right after the tag.
            let first = std::mem::take(&mut self.after_pre);
            code.text.push_str(text.strip_prefix('\n').filter(|_| first).unwrap_or(text));
            return;
        }
        let between = matches!(self.stack.last(), Some(Frame::List(_) | Frame::Table(_) | Frame::Row(_)));
        if !between || !text.trim().is_empty() {
            let run = Inline::marked(text, self.format.marks());
            self.inline(run);
        }
    }

    pub(crate) fn start(&mut self, tag: &Tag) {
        self.end_mention();
        self.after_pre = false;
        if self.hidden.is_some() {
            return;
        }
        let element = element(tag);
        if matches!(self.stack.last(), Some(Frame::Pre(_))) {
            return self.start_in_pre(tag, &element);
        }
        match element {
            Element::Block => self.part(),
            Element::Break => self.inline(Inline::Break),
            Element::Hidden => self.hidden = Some(tag.name.clone()),
            Element::Image(image) => self.image(image),
            Element::Mention(user) => {
                self.format.open(&tag.name, Marks::default());
                self.mention = Some((user, String::new()));
            }
            Element::Format(marks) => self.format.open(&tag.name, marks),
            Element::Item => self.start_item(),
            Element::Section => self.start_row_at(None),
            Element::Row => self.start_row_at(Some(None)),
            Element::Cell(cell) => self.start_row_at(Some(Some(cell))),
            Element::Rule => {
                self.flow();
                self.push(Block::Rule);
            }
            Element::List(marker) => self.start_block(tag, Frame::List(List { marker, items: Vec::new() })),
            Element::Quote => self.start_block(tag, flow(Flow::Quote)),
            Element::Table => self.start_block(tag, Frame::Table(Table::default())),
            Element::Heading(level) => {
                self.start_block(tag, Frame::Heading(Heading { level, content: Vec::new() }));
            }
            Element::Pre(language) => {
                self.start_block(tag, Frame::Pre(Code { language, text: String::new() }));
                self.after_pre = true;
            }
        }
    }

    /// In preformatted text, blocks are lines and nothing else counts.
    fn start_in_pre(&mut self, tag: &Tag, element: &Element) {
        let Some(Frame::Pre(code)) = self.stack.last_mut() else { return };
        match element {
            Element::Format(_) | Element::Mention(_) => {
                if code.text.is_empty() && code.language.is_none() {
                    code.language = language(tag);
                }
                // For its end tag.
                self.format.open(&tag.name, Marks::default());
            }
            Element::Image(Inline::Image(image)) => code.text.push_str(image.visible()),
            Element::Image(Inline::Text(run)) => code.text.push_str(&run.text),
            Element::Hidden => self.hidden = Some(tag.name.clone()),
            Element::Break => code.text.push('\n'),
            Element::Block => code.end_line(),
            _ => {
                code.end_line();
                *self.unopened.entry(tag.name.clone()).or_default() += 1;
            }
        }
    }

    pub(crate) fn end(&mut self, tag: &Tag) {
        self.end_mention();
        if let Some(hidden) = &self.hidden {
            if *hidden == tag.name {
                self.hidden = None;
            }
            return;
        }
        if let Some(count) = self.unopened.get_mut(&tag.name).filter(|count| **count > 0) {
            *count -= 1;
            if let Some(Frame::Pre(code)) = self.stack.last_mut() {
                code.end_line();
            }
            return;
        }
        match element(tag) {
            Element::Block => self.part(),
            Element::Format(_) | Element::Mention(_) => self.format.close(&tag.name),
            Element::List(Marker::Bullet) => {
                self.close(
                    |frame| matches!(frame, Frame::List(List { marker: Marker::Bullet, .. })),
                    is_cell,
                );
            }
            Element::List(Marker::Number { .. }) => {
                self.close(
                    |frame| matches!(frame, Frame::List(List { marker: Marker::Number { .. }, .. })),
                    is_cell,
                );
            }
            Element::Item => self.close(
                |frame| matches!(frame, Frame::Flow { of: Flow::Item, .. }),
                |frame| is_cell(frame) || matches!(frame, Frame::List(_)),
            ),
            Element::Quote => {
                self.close(|frame| matches!(frame, Frame::Flow { of: Flow::Quote, .. }), is_cell)
            }
            Element::Table => self.close(is_table, |_| false),
            Element::Row => self.close(|frame| matches!(frame, Frame::Row(_)), is_table),
            Element::Cell(_) => self.close(is_cell, is_table),
            Element::Heading(_) => self.close(|frame| matches!(frame, Frame::Heading(_)), is_cell),
            Element::Pre(_) => self.close(|frame| matches!(frame, Frame::Pre(_)), is_cell),
            // Browsers read `</br>` as `<br>`; the others have no end tag that means something.
            Element::Break => self.inline(Inline::Break),
            Element::Rule | Element::Hidden | Element::Section | Element::Image(_) => {}
        }
    }

    /// Ends the innermost frame of a kind with all that is open in it, unless something else stands in between.
    fn close(&mut self, wanted: IsFrame, border: IsFrame) {
        let found = self.stack.iter().rposition(|frame| wanted(frame) || border(frame));
        if let Some(at) = found.filter(|at| self.stack.get(*at).is_some_and(wanted)) {
            self.close_to(at);
        }
    }

    fn end_mention(&mut self) {
        if let Some((user, name)) = self.mention.take() {
            self.inline(Inline::Mention(Mention { user, name: Some(name) }));
        }
    }

    /// Ends the paragraph that is being read.
    fn part(&mut self) {
        match self.stack.last_mut() {
            Some(Frame::Flow { blocks, line, .. }) if !line.is_empty() => {
                blocks.push(Block::Paragraph(std::mem::take(line)));
            }
            Some(Frame::Heading(heading)) => heading.content.push(Inline::Break),
            Some(Frame::Pre(code)) => code.end_line(),
            _ => {}
        }
    }

    fn inline(&mut self, inline: Inline) {
        if let Some(Frame::Heading(heading)) = self.stack.last_mut() {
            heading.content.push(inline);
            return;
        }
        if inline == Inline::Break && !matches!(self.stack.last(), Some(Frame::Flow { .. })) {
            return;
        }
        self.flow();
        if let Some(Frame::Flow { line, .. }) = self.stack.last_mut() {
            line.push(inline);
        }
    }

    /// An image leads where the text around it would, and words instead of one look as that does.
    fn image(&mut self, image: Inline) {
        let marks = self.format.marks();
        self.inline(match image {
            Inline::Image(image) => Inline::Image(Image { link: marks.link, ..image }),
            Inline::Text(run) => Inline::marked(run.text, marks),
            other => other,
        });
    }

    /// Makes sure that the innermost frame holds blocks: ends a heading or code, opens an item or a cell.
    fn flow(&mut self) {
        while matches!(self.stack.last(), Some(Frame::Heading(_) | Frame::Pre(_))) {
            self.close_to(self.stack.len() - 1);
        }
        match self.stack.last() {
            Some(Frame::List(_)) => self.stack.push(flow(Flow::Item)),
            Some(Frame::Table(_)) => {
                self.stack.push(Frame::Row(Row::default()));
                self.start_cell(Cell::default());
            }
            Some(Frame::Row(_)) => self.start_cell(Cell::default()),
            _ => {}
        }
    }

    fn start_cell(&mut self, cell: Cell) {
        let outside = std::mem::take(&mut self.format);
        self.stack.push(flow(Flow::Cell(cell, outside)));
    }

    fn start_block(&mut self, tag: &Tag, frame: Frame) {
        self.flow();
        self.part();
        if self.stack.len() < MAX_FRAMES {
            self.stack.push(frame);
        } else {
            *self.unopened.entry(tag.name.clone()).or_default() += 1;
        }
    }

    fn start_item(&mut self) {
        let list = self.stack.iter().rposition(|frame| {
            is_cell(frame) || matches!(frame, Frame::List(_) | Frame::Flow { of: Flow::Quote, .. })
        });
        match list.filter(|at| matches!(self.stack.get(*at), Some(Frame::List(_)))) {
            Some(at) => self.close_to(at + 1),
            None if self.stack.len() < MAX_FRAMES => {
                self.flow();
                self.part();
                self.stack.push(Frame::List(List { marker: Marker::Bullet, items: Vec::new() }));
            }
            None => return self.part(),
        }
        self.stack.push(flow(Flow::Item));
    }

    /// Goes to the innermost table and there begins a row, if asked for, and a cell in it, if asked for. A cell takes
    /// the row that is open. Outside tables such an element only parts paragraphs.
    fn start_row_at(&mut self, row: Option<Option<Cell>>) {
        let Some(table) = self.stack.iter().rposition(is_table) else { return self.part() };
        let in_row = matches!(self.stack.get(table + 1), Some(Frame::Row(_)));
        let stay = in_row && matches!(row, Some(Some(_)));
        self.close_to(table + 1 + usize::from(stay));
        if row.is_some() && !stay {
            self.stack.push(Frame::Row(Row::default()));
        }
        if let Some(Some(cell)) = row {
            self.start_cell(cell);
        }
    }

    /// Ends all frames from the given place of the stack on, innermost first.
    fn close_to(&mut self, len: usize) {
        while self.stack.len() > len.max(1) {
            match self.stack.pop() {
                Some(Frame::Flow { of, mut blocks, line }) => {
                    blocks.push(Block::Paragraph(line));
                    self.close_flow(of, blocks);
                }
                Some(Frame::List(list)) => self.push(Block::List(list)),
                Some(Frame::Table(table)) => self.push(Block::Table(table)),
                Some(Frame::Heading(heading)) => self.push(Block::Heading(heading)),
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
            (Flow::Item, Some(Frame::List(list))) => list.items.push(ListItem { blocks }),
            (Flow::Cell(cell, outside), Some(Frame::Row(row))) => {
                row.cells.push(Cell { blocks, ..cell });
                self.format = outside;
            }
            (Flow::Quote, _) => self.push(Block::Quote(blocks)),
            _ => {}
        }
    }

    /// Adds a block where one can stand, after the text that was before it.
    fn push(&mut self, block: Block) {
        self.part();
        if let Some(Frame::Flow { blocks, .. }) = self.stack.last_mut() {
            blocks.push(block);
        }
    }
}
