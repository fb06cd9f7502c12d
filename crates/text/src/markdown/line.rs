//! Writes a line of text: what is markup as markup, what is text so that it stays text.
//!
//! Whether a sign counts depends on what is beside it in the written line (CommonMark, section 6.2, "Emphasis and
//! strong emphasis"). So the line is first laid out as atoms whose neighbours are known, then each is spelled. Where a
//! sign would not count, HTML's tag is written for it.

use std::borrow::Cow;

use crate::Href;
use crate::html::{close, element_of, open};
use crate::nest::{Mark, Step, steps};
use crate::tree::{Image, Inline, Text};

/// Where a line stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Paragraph,
    Heading,
    Cell,
}

/// A part of a line with nothing inside.
enum Atom {
    Letter(char),
    /// The sign of a mark, and where its partner is.
    Sign {
        mark: Mark,
        opens: bool,
        partner: usize,
    },
    /// Inline code.
    Code(String),
    /// Markup that is written as it is.
    Raw(String),
    Break,
}

/// What stands next to a sign.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Beside {
    /// White space, or the border of the line.
    Space,
    /// ASCII punctuation, or markup.
    Sign,
    /// Anything else, letters first of all.
    Word,
}

/// Writes a line of text.
pub(super) fn print(content: &[Inline], place: Place, out: &mut String) {
    if content.iter().all(is_free_of_signs) {
        return content.iter().for_each(|inline| match inline {
            Inline::Text(run) => out.push_str(&run.text),
            _ => line_end(place, out),
        });
    }
    spell(content, place, out);
}

/// Writes a line of text letter by letter.
fn spell(content: &[Inline], place: Place, out: &mut String) {
    let steps = steps(content, false);
    let letters = |inline: &Inline| if let Inline::Text(run) = inline { run.text.len() } else { 1 };
    let length = content.iter().map(letters).sum::<usize>() + content.len();
    let mut layout = Layout { atoms: Vec::with_capacity(length), open: Vec::new() };
    let mut at = 0;
    while let Some(step) = steps.get(at) {
        match (step, steps.get(at + 1), steps.get(at + 2)) {
            (Step::Open(Mark::Link(href)), Some(Step::Text(run)), Some(Step::Close(Mark::Link(_))))
                if run.text == href.as_str() && is_address(run) =>
            {
                layout.atoms.push(Atom::Raw(format!("<{}>", run.text)));
                at += 3;
            }
            _ => {
                layout.step(step);
                at += 1;
            }
        }
    }
    Spelling { atoms: &layout.atoms, place }.all(out);
}

/// Whether nothing in it is markup, which most text is not. [`Spelling::letter`] has the whole truth.
fn is_free_of_signs(inline: &Inline) -> bool {
    match inline {
        Inline::Text(run) => {
            let mut before = None;
            let is_text = |byte| is_text(before.replace(byte), byte);
            run.marks.is_plain() && run.text.bytes().all(is_text)
        }
        Inline::Break => true,
        _ => false,
    }
}

/// Whether a byte is surely text behind another one, if nothing but breaks is beside the text it is in.
fn is_text(before: Option<u8>, byte: u8) -> bool {
    match byte {
        // The number of an item.
        b'.' | b')' => before.is_none_or(|before| !before.is_ascii_digit()),
        // The beginning of a line.
        b'>' | b'+' | b'-' | b'=' | b':' => before.is_some(),
        b' ' | b',' | b';' | b'/' | b'\'' | b'"' | b'%' | b'(' | b'?' | b'@' | b'$' | b'^' | b'{' | b'}' => {
            true
        }
        _ => byte.is_ascii_alphanumeric(),
    }
}

fn line_end(place: Place, out: &mut String) {
    out.push_str(if place == Place::Paragraph { "\\\n" } else { "<br>" });
}

/// How many backticks stand together in a text, at most.
pub(super) fn ticks(text: &str) -> usize {
    text.split(|letter| letter != '`').map(str::len).max().unwrap_or_default()
}

/// Whether a link's words can be its address, written once.
fn is_address(run: &Text) -> bool {
    !run.marks.code && ["http://", "https://"].iter().any(|scheme| run.text.starts_with(scheme))
}

/// Lays out a line as atoms.
struct Layout {
    atoms: Vec<Atom>,
    /// Where the open marks began, outermost first.
    open: Vec<usize>,
}

impl Layout {
    fn step(&mut self, step: &Step<'_>) {
        match step {
            Step::Open(mark) => {
                self.open.push(self.atoms.len());
                self.atoms.push(Atom::Sign { mark: mark.clone(), opens: true, partner: 0 });
            }
            Step::Close(mark) => {
                let (here, partner) = (self.atoms.len(), self.open.pop().unwrap_or_default());
                self.atoms.push(Atom::Sign { mark: mark.clone(), opens: false, partner });
                if let Some(Atom::Sign { partner, .. }) = self.atoms.get_mut(partner) {
                    *partner = here;
                }
            }
            Step::Text(run) if run.marks.code => self.atoms.push(Atom::Code(run.text.clone())),
            Step::Text(run) => self.letters(&run.text),
            Step::Solid(inline) => self.solid(inline),
        }
    }

    fn letters(&mut self, text: &str) {
        self.atoms.extend(text.chars().map(Atom::Letter));
    }

    fn solid(&mut self, inline: &Inline) {
        match inline {
            Inline::Break => self.atoms.push(Atom::Break),
            Inline::Text(run) => self.letters(&run.text),
            Inline::Image(image) => self.image(image),
            Inline::Mention(_) | Inline::Status(_) | Inline::Date(_) | Inline::Emoji(_) => {
                self.element(inline)
            }
            // The model keeps none.
            Inline::Opaque(opaque) => self.letters(&opaque.text),
        }
    }

    /// An element of HTML around words.
    fn element(&mut self, inline: &Inline) {
        let (open, words, close) = element_of(inline).unwrap_or_default();
        // A bar would end the cell of a table.
        self.atoms.push(Atom::Raw(open.replace('|', "&#124;")));
        self.letters(&words);
        self.atoms.push(Atom::Raw(close.to_owned()));
    }

    fn image(&mut self, image: &Image) {
        let raw = |raw: &str| Atom::Raw(raw.to_owned());
        self.atoms.push(raw(if image.link.is_some() { "[![" } else { "![" }));
        self.letters(&image.alt);
        self.atoms.push(Atom::Raw(format!("]({})", address(&image.src))));
        self.atoms.extend(image.link.iter().map(|href| Atom::Raw(format!("]({})", address(href)))));
    }
}

/// An address as a link's destination. What has brackets stands in pointed ones, and a reference is none.
fn address(href: &Href) -> Cow<'_, str> {
    let text = href.as_str();
    let escaped = if text.contains(';') { text.replace('&', "&amp;").into() } else { Cow::Borrowed(text) };
    if text.contains(['(', ')']) { format!("<{escaped}>").into() } else { escaped }
}

/// Spells the atoms of a line.
struct Spelling<'a> {
    atoms: &'a [Atom],
    place: Place,
}

impl Spelling<'_> {
    fn all(&self, out: &mut String) {
        out.reserve(self.atoms.len() + self.atoms.len() / 8);
        for (at, atom) in self.atoms.iter().enumerate() {
            match atom {
                Atom::Letter(letter) => self.letter(at, *letter, out),
                Atom::Sign { mark, opens, partner } => {
                    self.sign(mark, *opens, self.counts(at) && self.counts(*partner), out);
                }
                Atom::Code(text) => self.code(at, text, out),
                Atom::Raw(raw) => out.push_str(raw),
                Atom::Break => line_end(self.place, out),
            }
        }
    }

    fn atom(&self, at: Option<usize>) -> Option<&Atom> {
        at.and_then(|at| self.atoms.get(at))
    }

    fn before(&self, at: usize) -> Beside {
        beside(self.atom(at.checked_sub(1)))
    }

    fn after(&self, at: usize) -> Beside {
        beside(self.atom(Some(at + 1)))
    }

    /// Whether a sign stands where it is read as one.
    fn counts(&self, at: usize) -> bool {
        let (before, after) = (self.before(at), self.after(at));
        match self.atom(Some(at)) {
            Some(Atom::Sign { opens: true, .. }) => before != Beside::Word && after != Beside::Space,
            Some(Atom::Sign { opens: false, .. }) => before != Beside::Space && after != Beside::Word,
            _ => false,
        }
    }

    /// Writes a sign, if it counts as one, else a tag.
    fn sign(&self, mark: &Mark, opens: bool, counts: bool, out: &mut String) {
        match mark {
            Mark::Link(_) if opens => out.push('['),
            Mark::Link(href) => out.extend(["](", &address(href), ")"]),
            Mark::Strong if counts => out.push_str("**"),
            Mark::Em if counts => out.push('_'),
            Mark::Strike if counts => out.push_str("~~"),
            // GitHub takes `u` away, and keeps this.
            Mark::Underline => out.push_str(if opens { "<ins>" } else { "</ins>" }),
            mark if opens => out.push_str(&open(mark)),
            mark => out.push_str(close(mark)),
        }
    }

    /// Code between backticks; where these would not count, between tags.
    fn code(&self, at: usize, text: &str, out: &mut String) {
        let is_tick = |at: Option<usize>| matches!(self.atom(at), Some(Atom::Code(_) | Atom::Letter('`')));
        let spaced = text.starts_with(' ') || text.ends_with(' ');
        let in_cell = self.place == Place::Cell && text.contains('|');
        if spaced || in_cell || is_tick(at.checked_sub(1)) || is_tick(Some(at + 1)) {
            let atoms: Vec<Atom> = text.chars().map(Atom::Letter).collect();
            out.push_str("<code>");
            let inner = Spelling { atoms: &atoms, ..*self };
            atoms.iter().enumerate().for_each(|(at, atom)| {
                if let Atom::Letter(letter) = atom {
                    inner.letter(at, *letter, out);
                }
            });
            out.push_str("</code>");
            return;
        }
        let fence = "`".repeat(ticks(text) + 1);
        let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
        out.extend([&fence, pad, text, pad, &fence]);
    }

    /// Whether an atom is the first on its line, where signs may begin blocks.
    fn begins_line(&self, at: usize) -> bool {
        at.checked_sub(1).is_none_or(|before| matches!(self.atom(Some(before)), Some(Atom::Break)))
    }

    fn neighbour(&self, at: Option<usize>) -> Option<char> {
        match self.atom(at) {
            Some(Atom::Letter(letter)) => Some(*letter),
            _ => None,
        }
    }

    fn letter(&self, at: usize, letter: char, out: &mut String) {
        if letter == ' ' || letter.is_ascii_alphanumeric() {
            return out.push(letter);
        }
        let before = self.neighbour(at.checked_sub(1));
        let after = self.neighbour(Some(at + 1));
        let between = |kind: fn(char) -> bool| before.is_some_and(kind) && after.is_some_and(kind);
        let is_space = |letter: char| letter == ' ';
        let escaped = match letter {
            '[' | ']' | '`' => true,
            '*' | '~' => !between(is_space),
            '_' => !between(char::is_alphanumeric),
            '\\' => after.is_none_or(|after| after.is_ascii_punctuation() || is_referred(after)),
            '!' => self.begins_link(at + 1),
            '<' => after.is_none_or(|after| after.is_ascii_alphabetic() || "/!?".contains(after)),
            '&' => self.is_reference(at),
            '|' => self.place == Place::Cell || self.begins_line(at),
            '#' => self.begins_line(at) || self.place == Place::Heading && self.after(at) != Beside::Word,
            '>' | '+' | '-' | '=' | ':' => self.begins_line(at),
            '.' | ')' => self.ends_number(at),
            _ => false,
        };
        match letter {
            '\u{a0}' => out.push_str("&nbsp;"),
            _ if is_referred(letter) => out.push_str(&format!("&#x{:X};", u32::from(letter))),
            _ if escaped => out.extend(['\\', letter]),
            _ => out.push(letter),
        }
    }

    /// Whether an atom is written with an opening bracket.
    fn begins_link(&self, at: usize) -> bool {
        match self.atom(Some(at)) {
            Some(Atom::Sign { mark: Mark::Link(_), opens, .. }) => *opens,
            Some(Atom::Raw(raw)) => raw.starts_with('['),
            _ => false,
        }
    }

    /// Whether an ampersand begins what could be a character reference.
    fn is_reference(&self, at: usize) -> bool {
        // The longest name of HTML's has 31 letters.
        let mut letters = (1..=33).map_while(|after| self.neighbour(Some(at + after)));
        letters.find(|letter| !letter.is_ascii_alphanumeric() && *letter != '#') == Some(';')
    }

    /// Whether a dot or bracket would make an item of a list: `1. `, `1) `.
    fn ends_number(&self, at: usize) -> bool {
        let digits = (1..=9).take_while(|digits| {
            let letter = at.checked_sub(*digits).and_then(|at| self.neighbour(Some(at)));
            letter.is_some_and(|letter| letter.is_ascii_digit())
        });
        let digits = digits.count();
        digits > 0 && self.begins_line(at - digits) && self.after(at) == Beside::Space
    }
}

/// Whether a letter is written as a reference: white space that could be taken away, and what could be taken for the
/// mark at the beginning of a file.
fn is_referred(letter: char) -> bool {
    letter == '\u{feff}' || letter.is_whitespace() && letter != ' '
}

fn beside(atom: Option<&Atom>) -> Beside {
    match atom {
        None | Some(Atom::Break | Atom::Letter(' ')) => Beside::Space,
        // White space beyond ASCII is written as a reference.
        Some(Atom::Letter(letter)) if letter.is_ascii_punctuation() || is_referred(*letter) => Beside::Sign,
        Some(Atom::Letter(_)) => Beside::Word,
        Some(Atom::Sign { .. } | Atom::Code(_) | Atom::Raw(_)) => Beside::Sign,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::laws::plain_lines;

    proptest! {
        #[test]
        fn text_that_is_free_of_signs_is_spelled_as_itself(content in plain_lines()) {
            for place in [Place::Paragraph, Place::Heading, Place::Cell] {
                let (mut whole, mut spelled) = (String::new(), String::new());
                print(&content, place, &mut whole);
                spell(&content, place, &mut spelled);
                prop_assert_eq!(whole, spelled);
            }
        }
    }
}
