//! What is in canonical form already, as most is that comes here: such a document is not put together anew.
//!
//! What is rare in text (marks on spaces, marks we do not understand) is not looked at, and so not known.

use super::{MAX_SPAN, MAX_START, in_name, invisible};
use crate::marks::Marks;
use crate::tree::{
    Block, Code, Emoji, Expand, Inline, List, ListItem, MAX_DEPTH, Marker, PanelKind, Row, Table,
};

/// Whether these blocks, `depth` containers below the root, are surely in canonical form.
pub(crate) fn is_normal(blocks: &[Block], depth: usize) -> bool {
    let deep = depth >= MAX_DEPTH;
    blocks.iter().all(|block| match block {
        Block::Paragraph(content) => is_clean(content),
        Block::Heading(heading) => (1..=6).contains(&heading.level) && is_clean(&heading.content),
        Block::Code(code) => is_code(code),
        Block::Rule | Block::Opaque(_) => true,
        Block::Quote(inner) => !deep && !inner.is_empty() && is_normal(inner, depth + 1),
        Block::List(list) => !deep && is_list(list, depth + 1),
        Block::Table(table) => !deep && is_table(table, depth + 1),
        Block::Panel(panel) => {
            let ground = match panel.kind {
                PanelKind::Custom(color) => PanelKind::on(color) == panel.kind,
                _ => true,
            };
            let title = panel.title.as_deref();
            let seen = title.is_some() || !panel.blocks.is_empty();
            !deep && ground && seen && title.is_none_or(is_phrase) && is_normal(&panel.blocks, depth + 1)
        }
        Block::Expand(Expand { title, blocks }) => {
            let title = if title.is_empty() { !blocks.is_empty() } else { is_phrase(title) };
            !deep && title && is_normal(blocks, depth + 1)
        }
    })
}

fn is_code(code: &Code) -> bool {
    let plain = |text: &str| text.bytes().all(|byte| matches!(byte, b'\n' | b'\t' | b' '..=b'~'));
    let language = code.language.as_deref().is_none_or(|name| !name.is_empty() && name.chars().all(in_name));
    language && plain(&code.text) && !invisible(&code.text)
}

fn is_list(list: &List, depth: usize) -> bool {
    let counts = match list.marker {
        Marker::Number { start } => start <= MAX_START,
        Marker::Bullet => true,
    };
    let item = |item: &ListItem| {
        let begins = match item.blocks.first() {
            Some(Block::Paragraph(_)) => true,
            None | Some(Block::List(_)) => false,
            Some(_) => item.task.is_none(),
        };
        begins && is_normal(&item.blocks, depth)
    };
    counts && !list.items.is_empty() && list.items.iter().all(item)
}

fn is_table(table: &Table, depth: usize) -> bool {
    let row = |(at, row): (usize, &Row)| {
        let below = table.rows.len() - at;
        !row.cells.is_empty()
            && row.cells.iter().all(|cell| {
                (1..=MAX_SPAN).contains(&cell.colspan)
                    && (1..=MAX_SPAN).contains(&cell.rowspan)
                    && usize::from(cell.rowspan) <= below
                    && is_normal(&cell.blocks, depth)
            })
    };
    !table.rows.is_empty() && table.rows.iter().enumerate().all(row)
}

/// Whether the text of a block is surely in canonical form.
pub(super) fn is_clean(content: &[Inline]) -> bool {
    // At the beginning of a line nothing may be white.
    let mut spaced = true;
    let plain = Marks::default();
    // Nothing is before a break; what is before something that is no text has no marks.
    let mut before: Option<&Marks> = None;
    for inline in content {
        match inline {
            Inline::Text(run) => {
                let begins = run.text.starts_with(' ');
                let apart = before != Some(&run.marks) && !(spaced && begins);
                // The marks of a space are those of the words on both sides of it.
                let ahead = !begins || run.marks.is_within(before.unwrap_or(&plain));
                let behind = !spaced || before.is_none_or(|before| before.is_within(&run.marks));
                let words = run.text == " " || are_words(&run.text);
                if !(apart && ahead && behind && words && run.marks.other.is_empty()) {
                    return false;
                }
                spaced = run.text.ends_with(' ');
                before = Some(&run.marks);
            }
            Inline::Break if spaced => return false,
            Inline::Break => (spaced, before) = (true, None),
            solid => {
                let behind = !spaced || before.is_none_or(Marks::is_plain);
                if !behind || !is_solid(solid) {
                    return false;
                }
                (spaced, before) = (false, None);
            }
        }
    }
    // An empty text, and a break at the end, leave it as it begins.
    !spaced
}

/// Whether something that is no text is surely in canonical form.
fn is_solid(inline: &Inline) -> bool {
    match inline {
        Inline::Text(_) | Inline::Break => false,
        Inline::Date(_) | Inline::Opaque(_) => true,
        Inline::Status(status) => is_phrase(&status.text),
        Inline::Image(image) => image.alt.is_empty() || is_phrase(&image.alt),
        Inline::Mention(mention) => {
            let id = mention.user.as_str();
            let named = |name: &str| name != id && !name.starts_with('@') && is_phrase(name);
            is_phrase(id) && id.trim().len() == id.len() && mention.name.as_deref().is_none_or(named)
        }
        Inline::Emoji(Emoji { name, text, id }) => {
            let shown = text.is_empty() || text != name && is_phrase(text);
            shown && is_phrase(name) && id.as_deref().is_none_or(is_phrase)
        }
    }
}

/// Whether a text is [words](are_words) without a space around them.
fn is_phrase(text: &str) -> bool {
    !text.starts_with(' ') && !text.ends_with(' ') && are_words(text)
}

/// Whether a text is visible, and has single spaces and no other white space or control characters.
pub(super) fn are_words(text: &str) -> bool {
    let mut visible = false;
    let mut spaced = false;
    let ascii = text.bytes().all(|byte| {
        let space = byte == b' ';
        let good = (space && !spaced) || byte.is_ascii_graphic();
        visible |= !space;
        spaced = space;
        good
    });
    ascii && visible || !text.is_ascii() && are_foreign_words(text)
}

fn are_foreign_words(text: &str) -> bool {
    let mut spaced = false;
    let clean = text.chars().all(|letter| {
        let space = letter == ' ';
        let good = !(letter.is_control() || space && spaced);
        spaced = space;
        good
    });
    clean && !text.chars().all(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::inline::together;
    use super::*;
    use crate::tree::{Cell, Day, Doc, Heading};

    /// Words and what lies about them, often enough clean.
    fn line() -> impl Strategy<Value = Vec<Inline>> {
        let texts = ["a", "b c", " d", "e ", "\u{a0}", "\u{a0}f", "g\u{b}h", "", "ä", "i  j", "k\u{7f}", " "];
        let marks = |bits: u8| Marks { strong: bits & 1 > 0, em: bits & 2 > 0, ..Marks::default() };
        let run = (prop::sample::select(texts.to_vec()), 0..4_u8);
        let run = run.prop_map(move |(text, bits)| Inline::marked(text, marks(bits)));
        let day = Day::since_epoch(1).map(Inline::Date);
        vec(
            prop_oneof![6 => run, 1 => Just(Inline::Break), 1 => prop::sample::select(vec![day.unwrap()])],
            0..6,
        )
    }

    fn block() -> impl Strategy<Value = Block> {
        let word = || vec![Inline::text("a")];
        let code = prop::sample::select(vec!["a\n b", "\r", " ", "a\tb", "ä"]);
        let leaf = prop_oneof![
            4 => line().prop_map(Block::Paragraph),
            2 => Just(Block::Paragraph(word())),
            1 => (0..8_u8).prop_map(move |level| Block::Heading(Heading { level, content: word() })),
            1 => code.prop_map(|text| Block::Code(Code { language: None, text: text.to_owned() })),
        ];
        leaf.prop_recursive(14, 40, 3, |inner| {
            let blocks = vec(inner, 0..3);
            let start = prop_oneof![Just(1), Just(MAX_START), Just(MAX_START + 1)];
            let marker = prop_oneof![Just(Marker::Bullet), start.prop_map(|start| Marker::Number { start })];
            let item = (prop::option::weighted(0.3, any::<bool>()), blocks.clone());
            let item = item.prop_map(|(task, blocks)| ListItem { task, blocks });
            let span = || prop_oneof![6 => Just(1_u16), 1 => Just(0), 1 => Just(2), 1 => Just(1_001)];
            let cell = (span(), span(), blocks.clone()).prop_map(|(colspan, rowspan, blocks)| Cell {
                header: false,
                colspan,
                rowspan,
                blocks,
            });
            let row = vec(cell, 0..3).prop_map(|cells| Row { cells });
            prop_oneof![
                blocks.prop_map(Block::Quote),
                (marker, vec(item, 0..3)).prop_map(|(marker, items)| Block::List(List { marker, items })),
                vec(row, 0..3).prop_map(|rows| Block::Table(Table { rows })),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 8 * ProptestConfig::default().cases, ..ProptestConfig::default() })]

        #[test]
        fn a_line_that_is_known_to_be_clean_is(content in line()) {
            if is_clean(&content) {
                prop_assert_eq!(together(content.clone()), content);
            }
        }

        #[test]
        fn blocks_that_are_known_to_be_normal_are(block in block()) {
            let blocks = vec![block];
            if is_normal(&blocks, 0) {
                prop_assert_eq!(Doc { blocks: blocks.clone() }.rebuilt().blocks, blocks);
            }
        }
    }

    #[test]
    fn ordinary_text_is_known() {
        let strong = Marks { strong: true, ..Marks::default() };
        let content =
            vec![Inline::text("some "), Inline::marked("bold words", strong), Inline::text(", ätsch")];
        assert!(is_clean(&content));
        let item = ListItem { task: Some(true), blocks: vec![Block::Paragraph(content)] };
        assert!(is_normal(&[Block::List(List { marker: Marker::Bullet, items: vec![item] })], 0));
    }
}
