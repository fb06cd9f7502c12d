//! Builds the tree from a stream of tags and text.
//!
//! Only what the tree has a word for is on the stack: quotes, lists, items, tables, rows, cells, headings, code.
//! Everything else parts paragraphs (`div`) or changes how text looks (`b`). The stack is bounded: containers that
//! nest deeper are not opened, and their text goes to the innermost open one.

use std::collections::BTreeMap;

use html5ever::LocalName;
use html5ever::tokenizer::Tag;

use super::element::{Element, element, language};
use super::format::Format;
use super::frame::{Flow, Frame, flow, is_cell, is_line, is_quote, is_table};
use super::piece::Piece;
use crate::marks::Marks;
use crate::plain;
use crate::tree::{Block, Cell, Code, Doc, Heading, Image, Inline, List, Marker, Row, Table};

/// Most frames on the stack: about twice what the deepest normal tree needs.
const MAX_FRAMES: usize = 60;

/// What is to be closed by an end tag.
type IsFrame = fn(&Frame) -> bool;

pub(crate) struct Builder {
    pub(super) stack: Vec<Frame>,
    pub(super) format: Format,
    /// Containers that were not opened, so that their end tags close nothing.
    unopened: BTreeMap<LocalName, usize>,
    /// The last token began preformatted text.
    after_pre: bool,
    /// The element whose content is dropped.
    hidden: Option<LocalName>,
    /// What stands for a piece, and its words so far.
    piece: Option<(Piece, String)>,
    /// For each open `div`, whether it is a panel.
    divs: Vec<bool>,
}

impl Default for Builder {
    fn default() -> Self {
        let root = Frame::Flow { of: Flow::Root, blocks: Vec::new(), line: Vec::new() };
        Self {
            stack: vec![root],
            format: Format::default(),
            unopened: BTreeMap::new(),
            after_pre: false,
            hidden: None,
            piece: None,
            divs: Vec::new(),
        }
    }
}

impl Builder {
    /// The document, once all is read.
    pub(crate) fn done(mut self) -> Doc {
        self.end_piece();
        self.close_to(1);
        match self.stack.pop() {
            Some(Frame::Flow { mut blocks, line, .. }) => {
                if !line.is_empty() {
                    blocks.push(Block::Paragraph(line));
                }
                Doc { blocks }
            }
            _ => Doc::default(),
        }
    }

    pub(crate) fn text(&mut self, text: &str) {
        if self.hidden.is_some() {
            return;
        }
        if let Some((_, words)) = &mut self.piece {
            words.push_str(text);
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
            let marks = self.format.marks();
            if let Some(Frame::Flow { line, .. }) = self.stack.last_mut()
                && let Some(Inline::Text(run)) = line.last_mut()
                && run.marks == marks
            {
                return run.text.push_str(text);
            }
            self.inline(Inline::marked(text, marks));
        }
    }

    pub(crate) fn start(&mut self, tag: &Tag) {
        self.end_piece();
        self.after_pre = false;
        if self.hidden.is_some() {
            return;
        }
        let mut element = element(tag);
        if &*tag.name == "div" {
            // Where no frame can be opened, it only parts paragraphs.
            let opens = self.stack.len() < MAX_FRAMES && !matches!(self.stack.last(), Some(Frame::Pre(_)));
            if !opens && matches!(element, Element::Panel(_)) {
                element = Element::Block;
            }
            self.divs.push(matches!(element, Element::Panel(_)));
        }
        if matches!(self.stack.last(), Some(Frame::Pre(_))) {
            return self.start_in_pre(tag, &element);
        }
        match element {
            Element::Block => self.part(),
            Element::Break => self.inline(Inline::Break),
            Element::Hidden => self.hidden = Some(tag.name.clone()),
            Element::Image(image) => self.image(image),
            Element::Piece(piece) => {
                self.format.open(&tag.name, Marks::default());
                self.piece = Some((piece, String::new()));
            }
            Element::Checkbox(done) => self.check(done),
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
            Element::Panel(kind) => self.start_block(tag, flow(Flow::Panel(kind))),
            Element::Expand => self.start_block(tag, flow(Flow::Expand(String::new()))),
            Element::Summary => self.start_block(tag, Frame::Summary(Vec::new())),
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
            Element::Format(_) | Element::Piece(_) => {
                if code.text.is_empty() && code.language.is_none() {
                    code.language = language(tag);
                }
                // For its end tag.
                self.format.open(&tag.name, Marks::default());
            }
            Element::Image(Inline::Image(image)) => code.text.push_str(image.visible()),
            Element::Image(Inline::Text(run)) => code.text.push_str(&run.text),
            Element::Image(Inline::Emoji(emoji)) => code.text.push_str(emoji.visible()),
            Element::Checkbox(_) => {}
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
        self.end_piece();
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
        if &*tag.name == "div" && self.divs.pop() == Some(true) {
            return self.close(|frame| matches!(frame, Frame::Flow { of: Flow::Panel(_), .. }), is_cell);
        }
        match element(tag) {
            Element::Block => self.part(),
            Element::Format(_) | Element::Piece(_) => self.format.close(&tag.name),
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
                |frame| matches!(frame, Frame::Flow { of: Flow::Item(_), .. }),
                |frame| is_cell(frame) || matches!(frame, Frame::List(_)),
            ),
            Element::Quote | Element::Panel(_) => self.close(is_quote, is_cell),
            Element::Expand => {
                self.close(|frame| matches!(frame, Frame::Flow { of: Flow::Expand(_), .. }), is_cell);
            }
            Element::Summary => self.close(|frame| matches!(frame, Frame::Summary(_)), is_cell),
            Element::Table => self.close(is_table, |_| false),
            Element::Row => self.close(|frame| matches!(frame, Frame::Row(_)), is_table),
            Element::Cell(_) => self.close(is_cell, is_table),
            Element::Heading(_) => self.close(|frame| matches!(frame, Frame::Heading(_)), is_cell),
            Element::Pre(_) => self.close(|frame| matches!(frame, Frame::Pre(_)), is_cell),
            // Browsers read `</br>` as `<br>`; the others have no end tag that means something.
            Element::Break => self.inline(Inline::Break),
            Element::Rule | Element::Hidden | Element::Section | Element::Image(_) | Element::Checkbox(_) => {
            }
        }
    }

    /// Ends the innermost frame of a kind with all that is open in it, unless something else stands in between.
    fn close(&mut self, wanted: IsFrame, border: IsFrame) {
        let found = self.stack.iter().rposition(|frame| wanted(frame) || border(frame));
        if let Some(at) = found.filter(|at| self.stack.get(*at).is_some_and(wanted)) {
            self.close_to(at);
        }
    }

    fn end_piece(&mut self) {
        if let Some((piece, words)) = self.piece.take() {
            self.inline(piece.with(words));
        }
    }

    /// An item that begins is a task.
    fn check(&mut self, done: bool) {
        if let Some(Frame::Flow { of: Flow::Item(task), blocks, line }) = self.stack.last_mut()
            && blocks.is_empty()
            && plain::inlines(line).trim().is_empty()
        {
            *task = Some(done);
        }
    }

    /// Ends the paragraph that is being read.
    pub(super) fn part(&mut self) {
        match self.stack.last_mut() {
            Some(Frame::Flow { blocks, line, .. }) if !line.is_empty() => {
                blocks.push(Block::Paragraph(std::mem::take(line)));
            }
            Some(Frame::Heading(heading)) => heading.content.push(Inline::Break),
            Some(Frame::Summary(words)) => words.push(Inline::text(" ")),
            Some(Frame::Pre(code)) => code.end_line(),
            _ => {}
        }
    }

    fn inline(&mut self, inline: Inline) {
        if let Some(Frame::Heading(heading)) = self.stack.last_mut() {
            heading.content.push(inline);
            return;
        }
        if let Some(Frame::Summary(words)) = self.stack.last_mut() {
            words.push(inline);
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
        while self.stack.last().is_some_and(is_line) {
            self.close_to(self.stack.len() - 1);
        }
        match self.stack.last() {
            Some(Frame::List(_)) => self.stack.push(flow(Flow::Item(None))),
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
        self.stack.push(flow(Flow::Cell(cell, Box::new(outside))));
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
        let list = self
            .stack
            .iter()
            .rposition(|frame| is_cell(frame) || is_quote(frame) || matches!(frame, Frame::List(_)));
        match list.filter(|at| matches!(self.stack.get(*at), Some(Frame::List(_)))) {
            Some(at) => self.close_to(at + 1),
            None if self.stack.len() < MAX_FRAMES => {
                self.flow();
                self.part();
                self.stack.push(Frame::List(List { marker: Marker::Bullet, items: Vec::new() }));
            }
            None => return self.part(),
        }
        self.stack.push(flow(Flow::Item(None)));
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
}
