//! Cuts a row of a table into cells.
//!
//! A row begins with `|` and ends with one, at the end of a line. A cell may go over lines, as long as none is empty;
//! a `|` in a link, an image or a macro is no border.

use super::blocks::{self, Reader};
use super::bracket::{bracket, image};
use crate::tree::{Cell, Row};

/// The row that begins at a place in the text, and where the line after it begins.
pub(super) fn row(reader: &Reader<'_>, start: usize) -> (Row, usize) {
    let text = reader.text;
    let spans = reader.spans_in(&(start..text.len()));
    let mut spans = spans.iter().peekable();
    let mut cells = Vec::new();
    // Where the open cell begins, and whether it is a header.
    let mut cell: Option<(usize, bool)> = None;
    let mut at = start;
    while let Some(letter) = text.get(at..).and_then(|rest| rest.chars().next()) {
        if let Some(span) = spans.next_if(|span| span.all.start <= at) {
            at = at.max(span.all.end);
            continue;
        }
        let rest = text.get(at..).unwrap_or_default();
        match letter {
            '|' => {
                cells.extend(cell.map(|cell| self::cell(text, cell, at)));
                let header = rest.starts_with("||");
                at += 1 + usize::from(header);
                cell = Some((at, header));
                continue;
            }
            '\n' => {
                let open = cell
                    .and_then(|(from, _)| text.get(from..at))
                    .is_some_and(|words| !words.trim_ascii().is_empty());
                let next = rest.get(1..).unwrap_or_default().trim_start_matches([' ', '\t']);
                if !open || next.is_empty() || next.starts_with(['\n', '|']) {
                    break;
                }
            }
            _ => {}
        }
        at += match letter {
            '\\' => 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
            '[' => bracket(rest).map_or(1, |(_, len)| len),
            '!' => image(text, at).map_or(1, |(_, len)| len),
            _ => letter.len_utf8(),
        };
    }
    let last =
        cell.filter(|(from, _)| text.get(*from..at).is_some_and(|words| !words.trim_ascii().is_empty()));
    cells.extend(last.map(|cell| self::cell(text, cell, at)));
    (Row { cells }, at + 1)
}

fn cell(text: &str, (from, header): (usize, bool), to: usize) -> Cell {
    let words = text.get(from..to).unwrap_or_default().trim_ascii();
    Cell { header, blocks: blocks::parse(words), ..Cell::default() }
}
