//! Reads the lines of a text into blocks.
//!
//! A macro may span lines: a line, here, ends at the first line end outside macros. What a line is, its first signs
//! tell; lines that say nothing go on with the paragraph or item above them, until an empty line.

use std::ops::Range;

use super::list::Lists;
use super::macros::{Kind, Macros, Span, param, untagged};
use super::{inline, table};
use crate::Color;
use crate::tree::{Block, Code, Doc, Format, Heading, Inline, Opaque, Panel, PanelKind, Table};

/// The blocks of a text.
pub(super) fn parse(text: &str) -> Vec<Block> {
    Reader { text, macros: Macros::of(text), at: 0 }.blocks()
}

/// What a reader sees of the inside of a macro we do not know.
fn shown(body: &str) -> String {
    let body = untagged(body);
    let blocks = Reader { text: &body, macros: Macros::code_of(&body), at: 0 }.blocks();
    Doc { blocks }.normal().plain()
}

/// A text and how far it is read.
pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) macros: Macros<'a>,
    at: usize,
}

/// What a line is, by its first signs; where its words begin.
enum Line<'a> {
    Blank,
    Heading(u8, usize),
    Quote(usize),
    Rule,
    Row,
    Item(&'a str, usize),
    Words,
}

impl<'a> Reader<'a> {
    fn blocks(mut self) -> Vec<Block> {
        let mut out = Flow::default();
        let mut lists = Lists::default();
        while let Some(line) = self.next_line() {
            let kind = self.kind(&line);
            match kind {
                Line::Words => match lists.flow() {
                    Some(item) => item.read(&self, line),
                    None => out.read(&self, line),
                },
                Line::Item(signs, words) => {
                    out.end_paragraph();
                    lists.item(signs);
                    lists.flow().into_iter().for_each(|item| item.read(&self, words..line.end));
                }
                _ => {
                    out.end_paragraph();
                    out.blocks.extend(lists.take());
                    self.other(kind, line, &mut out);
                }
            }
        }
        out.end_paragraph();
        out.blocks.extend(lists.take());
        out.blocks
    }

    /// A line that ends the paragraph or list before it.
    fn other(&mut self, kind: Line<'_>, line: Range<usize>, out: &mut Flow) {
        match kind {
            Line::Heading(level, words) => {
                let end = self.spans_in(&line).first().map_or(line.end, |span| span.all.start);
                let content = self.inlines(words..end).unwrap_or_default();
                out.blocks.push(Block::Heading(Heading { level, content }));
                out.read(self, end..line.end);
            }
            Line::Quote(words) => {
                let mut inner = Flow::default();
                inner.read(self, words..line.end);
                inner.end_paragraph();
                out.blocks.push(Block::Quote(inner.blocks));
            }
            Line::Rule => out.blocks.push(Block::Rule),
            Line::Row => {
                let mut rows = Vec::new();
                let mut next = line.start;
                while let Some((row, end)) = self.row_at(next) {
                    rows.push(row);
                    next = end;
                }
                self.at = next;
                out.blocks.push(Block::Table(Table { rows }));
            }
            Line::Blank | Line::Item(..) | Line::Words => {}
        }
    }

    /// The text of some words, if there are any. White space around them is none of it.
    fn inlines(&self, words: Range<usize>) -> Option<Vec<Inline>> {
        let text = self.text.get(words.clone())?.trim_ascii_start();
        let (start, text) = (words.end - text.len(), text.trim_ascii_end());
        (!text.is_empty()).then(|| inline::parse(self.text, start..start + text.len(), &self.macros))
    }

    /// The next line without its end, and past it.
    fn next_line(&mut self) -> Option<Range<usize>> {
        let line = self.line_at(self.at)?;
        self.at = line.end + 1;
        Some(line)
    }

    /// The line that begins at a place which is in no macro.
    pub(super) fn line_at(&self, start: usize) -> Option<Range<usize>> {
        if start >= self.text.len() {
            return None;
        }
        let mut from = start;
        for span in self.macros.spans.iter().skip(self.spans_before(start)) {
            match self.newline(from..span.all.start) {
                Some(end) => return Some(start..end),
                None => from = span.all.end,
            }
        }
        Some(start..self.newline(from..self.text.len()).unwrap_or(self.text.len()))
    }

    fn newline(&self, range: Range<usize>) -> Option<usize> {
        self.text.get(range.clone())?.find('\n').map(|at| range.start + at)
    }

    /// How many macros begin before a place.
    fn spans_before(&self, place: usize) -> usize {
        self.macros.spans.partition_point(|span| span.all.start < place)
    }

    /// The macros that begin in a range.
    pub(super) fn spans_in(&self, range: &Range<usize>) -> &[Span<'a>] {
        let (from, to) = (self.spans_before(range.start), self.spans_before(range.end));
        self.macros.spans.get(from..to).unwrap_or_default()
    }

    fn row_at(&self, start: usize) -> Option<(crate::Row, usize)> {
        let line = self.line_at(start)?;
        matches!(self.kind(&line), Line::Row).then(|| table::row(self, start))
    }

    fn kind(&self, line: &Range<usize>) -> Line<'a> {
        let first = self.spans_in(line).first().map(|span| span.all.start);
        let head = self.text.get(line.start..first.unwrap_or(line.end)).unwrap_or_default();
        let words = head.trim_ascii_start();
        let after = |signs: &str| line.end.min(line.start + head.len() - words.len() + signs.len());
        if words.is_empty() && first.is_none() {
            return Line::Blank;
        }
        if words.starts_with('|')
            && (first.is_some() || words.trim_ascii_end().bytes().any(|sign| sign != b'|'))
        {
            return Line::Row;
        }
        let signs = words.split([' ', '\t']).next().unwrap_or_default();
        let spaced = signs.len() < words.len();
        match signs.as_bytes() {
            _ if first.is_none()
                && words.trim_ascii_end().len() >= 4
                && words.trim_ascii_end().bytes().all(|b| b == b'-') =>
            {
                Line::Rule
            }
            [b'h', level @ b'1'..=b'6', b'.'] if spaced => Line::Heading(level - b'0', after(signs)),
            b"bq." if spaced => Line::Quote(after(signs)),
            bytes if spaced && is_item(bytes) => Line::Item(signs, after(signs)),
            _ => Line::Words,
        }
    }
}

/// Whether these are the signs of an item: stars and hashes, or one dash after any of them.
fn is_item(signs: &[u8]) -> bool {
    let last = signs.last().is_some_and(|sign| b"*#-".contains(sign));
    last && signs.iter().rev().skip(1).all(|sign| b"*#".contains(sign))
}

/// Blocks, and the paragraph that is being read.
#[derive(Default)]
pub(super) struct Flow {
    pub(super) blocks: Vec<Block>,
    paragraph: Vec<Inline>,
}

impl Flow {
    /// Goes on with a line, or part of one.
    fn read(&mut self, reader: &Reader<'_>, line: Range<usize>) {
        let mut from = line.start;
        for span in reader.spans_in(&line) {
            self.words(reader, from..span.all.start);
            self.end_paragraph();
            self.blocks.extend(block(span));
            from = span.all.end;
        }
        self.words(reader, from..line.end);
    }

    fn words(&mut self, reader: &Reader<'_>, words: Range<usize>) {
        let Some(mut content) = reader.inlines(words) else { return };
        if self.paragraph.is_empty() {
            self.paragraph = content;
        } else {
            self.paragraph.push(Inline::Break);
            self.paragraph.append(&mut content);
        }
    }

    pub(super) fn end_paragraph(&mut self) {
        if !self.paragraph.is_empty() {
            self.blocks.push(Block::Paragraph(std::mem::take(&mut self.paragraph)));
        }
    }
}

/// The blocks that a macro stands for.
fn block(span: &Span<'_>) -> Vec<Block> {
    let title = param(span.params, "title").unwrap_or_default();
    match span.kind {
        Kind::Quote => vec![Block::Quote(parse(span.body))],
        Kind::Panel => {
            let kind = PanelKind::on(param(span.params, "bgColor").and_then(Color::parse));
            let title = Some(title.to_owned()).filter(|title| !title.is_empty());
            vec![Block::Panel(Panel { kind, title, blocks: parse(span.body) })]
        }
        Kind::Code => {
            let named = param(span.params, "language");
            let plain = span.params.split('|').map(str::trim).find(|param| !param.contains('='));
            let code =
                Code { language: named.or(plain).map(str::to_owned), text: code(span.body).to_owned() };
            // A title is words that are seen; the tree has no place for them but above.
            let title = (!title.is_empty()).then(|| Block::paragraph(title));
            title.into_iter().chain([Block::Code(code)]).collect()
        }
        Kind::Opaque => {
            let body = shown(span.body);
            let text = if title.is_empty() { body } else { format!("{title}\n{body}") };
            vec![Block::Opaque(Opaque { format: Format::Wiki, raw: span.source.into(), text })]
        }
    }
}

/// Code without the line ends that belong to its tags.
fn code(body: &str) -> &str {
    let blank = |text: &str| text.bytes().all(|byte| byte == b' ' || byte == b'\t');
    let body = match body.split_once('\n') {
        Some((first, rest)) if blank(first) => rest,
        _ => body,
    };
    match body.rsplit_once('\n') {
        Some((rest, last)) if blank(last) => rest,
        _ => body,
    }
}
