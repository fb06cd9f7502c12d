//! Flat marks as properly nested ones, for the formats that write an opening and a closing sign.
//!
//! A mark that goes on stays open; of several that open together, the one that goes on longest is outermost. Where
//! marks overlap, the later one is closed and opened again.

use crate::marks::{Marks, Shift};
use crate::tree::{Inline, Text};
use crate::{Color, Href};

/// One mark, as it is opened and closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    Link(Href),
    Color(Color),
    Background(Color),
    Strong,
    Em,
    Underline,
    Strike,
    Shift(Shift),
    Code,
}

/// A step of writing a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step<'a> {
    Open(Mark),
    Close(Mark),
    Text(&'a Text),
    /// Anything that is not text. Nothing is open there.
    Solid(&'a Inline),
}

/// How many kinds of mark there are.
const KINDS: usize = 9;

/// The mark of a kind that a run has.
fn mark(marks: &Marks, kind: usize) -> Option<Mark> {
    match kind {
        0 => marks.link.clone().map(Mark::Link),
        1 => marks.color.map(Mark::Color),
        2 => marks.background.map(Mark::Background),
        3 => marks.strong.then_some(Mark::Strong),
        4 => marks.em.then_some(Mark::Em),
        5 => marks.underline.then_some(Mark::Underline),
        6 => marks.strike.then_some(Mark::Strike),
        7 => marks.shift.map(Mark::Shift),
        _ => marks.code.then_some(Mark::Code),
    }
}

/// Whether a run has this mark.
fn has(marks: &Marks, mark: &Mark) -> bool {
    match mark {
        Mark::Link(href) => marks.link.as_ref() == Some(href),
        Mark::Color(color) => marks.color == Some(*color),
        Mark::Background(color) => marks.background == Some(*color),
        Mark::Strong => marks.strong,
        Mark::Em => marks.em,
        Mark::Underline => marks.underline,
        Mark::Strike => marks.strike,
        Mark::Shift(shift) => marks.shift == Some(*shift),
        Mark::Code => marks.code,
    }
}

/// The marks of a piece, and how many pieces further each of them goes on; in the order of kinds.
type Extents = Vec<(Mark, usize)>;

fn extents(content: &[Inline], code: bool) -> Vec<Extents> {
    let kinds = if code { KINDS } else { KINDS - 1 };
    let mut all: Vec<Extents> = Vec::with_capacity(content.len());
    for inline in content.iter().rev() {
        let marks = match inline {
            Inline::Text(run) if !run.marks.is_plain() => &run.marks,
            _ => {
                all.push(Vec::new());
                continue;
            }
        };
        let next = all.last().map(Vec::as_slice).unwrap_or_default();
        let more = |mark: &Mark| next.iter().find(|(same, _)| same == mark).map_or(0, |(_, more)| more + 1);
        let here = (0..kinds).filter_map(|kind| mark(marks, kind)).map(|mark| {
            let more = more(&mark);
            (mark, more)
        });
        let here = here.collect();
        all.push(here);
    }
    all.reverse();
    all
}

/// The steps that write a normal line of text. Code is among the marks only if asked for: where it must be the
/// innermost, each run sees to it.
pub(crate) fn steps(content: &[Inline], code: bool) -> Vec<Step<'_>> {
    let mut out = Vec::with_capacity(content.len());
    let is_plain = |inline: &Inline| !matches!(inline, Inline::Text(run) if !run.marks.is_plain());
    if content.iter().all(is_plain) {
        out.extend(content.iter().map(bare));
        return out;
    }
    let mut open: Vec<Mark> = Vec::new();
    for (inline, marks) in content.iter().zip(extents(content, code)) {
        let stays = |mark: &Mark| matches!(inline, Inline::Text(run) if has(&run.marks, mark));
        let keep = open.iter().position(|mark| !stays(mark)).unwrap_or(open.len());
        out.extend(open.drain(keep..).rev().map(Step::Close));
        let mut fresh: Extents = marks.into_iter().filter(|(mark, _)| !open.contains(mark)).collect();
        fresh.sort_by_key(|(_, more)| std::cmp::Reverse(*more));
        for (mark, _) in fresh {
            open.push(mark.clone());
            out.push(Step::Open(mark));
        }
        out.push(bare(inline));
    }
    out.extend(open.into_iter().rev().map(Step::Close));
    out
}

/// The step that writes a piece without its marks.
fn bare(inline: &Inline) -> Step<'_> {
    match inline {
        Inline::Text(run) => Step::Text(run),
        solid => Step::Solid(solid),
    }
}

/// The line with marks that a writer can always nest without one that begins or ends at a space.
///
/// Where a mark would be closed for another's sake and opened again before a space, the space loses it; so do the
/// spaces at the ends of inline code. A fixed point after one pass, but for neighbours that now look the same.
pub(crate) fn uncrossed(content: Vec<Inline>) -> Vec<Inline> {
    if is_apart(&content) {
        return content;
    }
    let mut out = Vec::with_capacity(content.len());
    let mut opened = Marks::default();
    for step in steps(&content, false) {
        match step {
            Step::Open(mark) => set(&mut opened, mark),
            Step::Close(_) => {}
            Step::Text(run) => split(run, &std::mem::take(&mut opened), &mut out),
            Step::Solid(solid) => out.push(solid.clone()),
        }
    }
    out
}

/// Whether no run that has marks touches another or a space, so that no mark is closed for another's sake.
pub(crate) fn is_apart(content: &[Inline]) -> bool {
    let mut beside = false;
    content.iter().all(|inline| {
        let before = beside;
        beside = false;
        let Inline::Text(run) = inline else { return true };
        if run.marks.is_plain() {
            return true;
        }
        beside = true;
        !before && !run.text.starts_with(' ') && !run.text.ends_with(' ')
    })
}

/// A run, with the marks `opened` at its beginning taken from its first space.
fn split(run: &Text, opened: &Marks, out: &mut Vec<Inline>) {
    let text = run.text.as_str();
    let (first, rest) = text.split_at(text.len() - text.trim_start_matches(' ').len());
    let (rest, last) =
        rest.split_at(if run.marks.code { rest.trim_end_matches(' ').len() } else { rest.len() });
    let spaced = Marks { code: false, ..run.marks.clone() };
    out.push(Inline::marked(first, spaced.clone().without(opened)));
    out.push(Inline::marked(rest, run.marks.clone()));
    out.push(Inline::marked(last, spaced));
}

fn set(marks: &mut Marks, mark: Mark) {
    match mark {
        Mark::Link(href) => marks.link = Some(href),
        Mark::Color(color) => marks.color = Some(color),
        Mark::Background(color) => marks.background = Some(color),
        Mark::Strong => marks.strong = true,
        Mark::Em => marks.em = true,
        Mark::Underline => marks.underline = true,
        Mark::Strike => marks.strike = true,
        Mark::Shift(shift) => marks.shift = Some(shift),
        Mark::Code => marks.code = true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(text: &str, strong: bool, em: bool, link: bool) -> Inline {
        let link = link.then(|| Href::parse("u").unwrap());
        Inline::marked(text, Marks { strong, em, link, ..Marks::default() })
    }

    fn written(content: &[Inline]) -> String {
        steps(content, true)
            .into_iter()
            .map(|step| match step {
                Step::Open(mark) => format!("<{}>", name(&mark)),
                Step::Close(mark) => format!("</{}>", name(&mark)),
                Step::Text(run) => run.text.clone(),
                _ => "·".to_owned(),
            })
            .collect()
    }

    fn name(mark: &Mark) -> &'static str {
        match mark {
            Mark::Link(_) => "a",
            Mark::Strong => "b",
            Mark::Em => "i",
            _ => "?",
        }
    }

    #[test]
    fn the_mark_that_goes_on_longest_is_outermost() {
        let content =
            [run("x", true, true, false), run("y", true, false, false), run("z", false, false, false)];
        assert_eq!(written(&content), "<b><i>x</i>y</b>z");
        let content = [run("x", false, true, true), run("y", true, true, true), run("z", false, false, true)];
        assert_eq!(written(&content), "<a><i>x<b>y</b></i>z</a>");
    }

    #[test]
    fn overlapping_marks_are_opened_again() {
        let content =
            [run("x", true, false, false), run("y", true, true, false), run("z", false, true, false)];
        assert_eq!(written(&content), "<b>x<i>y</i></b><i>z</i>");
    }

    #[test]
    fn nothing_is_open_at_a_break() {
        assert_eq!(
            written(&[run("x", true, false, false), Inline::Break, run("y", true, false, false)]),
            "<b>x</b>·<b>y</b>"
        );
    }
}
