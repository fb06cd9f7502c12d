//! Writes a line of text: what is markup as markup, what is text so that it stays text.
//!
//! Whether a sign must be escaped depends on what is beside it in the *written* line. So the line is first laid out
//! as atoms whose neighbours are known, then each is spelled.

use std::borrow::Cow;

use super::bracket::is_address;
use super::spelling::{Beside, can_close, can_open, is_text, reference};
use crate::autolink::{SCHEMES, address_len};
use crate::emoticon;
use crate::marks::Shift;
use crate::nest::{Mark, Step, steps};
use crate::tree::{Handle, Inline, Mention, Text};

/// The line end that stays inside a heading, an item or a cell.
pub(super) const FORCED: &str = "\\\\ ";

/// A part of a line with nothing inside.
enum Atom<'a> {
    /// A letter of text; the flag: an address that begins here would become a link.
    Letter(char, bool),
    /// The sign of a phrase, and where its partner is.
    Sign {
        sign: char,
        opens: bool,
        partner: usize,
    },
    /// A link whose words are its address.
    Address(&'a str),
    /// Markup that is written as it is.
    Raw(String),
    /// Foreign markup, written as it is, which a letter beside it would spoil.
    Opaque(Cow<'a, str>),
    Break,
}

/// Writes a line of text, in which breaks are written as `end`.
pub(super) fn print(content: &[Inline], end: &str, out: &mut String) {
    if content.iter().all(is_free_of_signs) {
        return content.iter().for_each(|inline| match inline {
            Inline::Text(run) => out.push_str(&run.text),
            _ => out.push_str(end),
        });
    }
    spell(content, end, out);
}

/// Writes a line of text letter by letter.
fn spell(content: &[Inline], end: &str, out: &mut String) {
    let steps = steps(content, false);
    let mut layout = Layout { atoms: Vec::with_capacity(letters(content)), open: Vec::new() };
    let mut at = 0;
    while let Some(step) = steps.get(at) {
        match (step, steps.get(at + 1), steps.get(at + 2)) {
            (Step::Open(Mark::Link(href)), Some(Step::Text(run)), Some(Step::Close(Mark::Link(_))))
                if run.text == href.as_str() && is_plain_address(run) =>
            {
                layout.atoms.push(Atom::Address(&run.text));
                at += 3;
            }
            _ => {
                layout.step(step);
                at += 1;
            }
        }
    }
    let foreign = layout.atoms.iter().any(|atom| matches!(atom, Atom::Opaque(_)));
    Spelling { atoms: &layout.atoms, foreign, end }.all(out);
}

/// Whether nothing in it is markup, which most text is not. [`Spelling::letter`] has the whole truth.
fn is_free_of_signs(inline: &Inline) -> bool {
    match inline {
        Inline::Text(run) => {
            let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b' ';
            let is_text = |(at, byte): (usize, u8)| is_word(byte) || is_text(&run.text, at);
            run.marks.is_plain() && run.text.bytes().enumerate().all(is_text)
        }
        Inline::Break => true,
        _ => false,
    }
}

/// About how many atoms there will be.
fn letters(content: &[Inline]) -> usize {
    let letters = |inline: &Inline| if let Inline::Text(run) = inline { run.text.len() } else { 1 };
    content.iter().map(letters).sum::<usize>() + content.len()
}

/// Whether a link's words can be its address, written once.
fn is_plain_address(run: &Text) -> bool {
    !run.marks.code && is_address(&run.text) && !run.text.starts_with('#')
}

/// Lays out a line as atoms.
struct Layout<'a> {
    atoms: Vec<Atom<'a>>,
    /// Where the open phrases began, outermost first.
    open: Vec<usize>,
}

impl<'a> Layout<'a> {
    fn step(&mut self, step: &Step<'a>) {
        match step {
            Step::Open(mark) => self.begin(mark),
            Step::Close(mark) => self.close(mark),
            Step::Text(run) => self.text(run),
            Step::Solid(inline) => self.solid(inline),
        }
    }

    fn solid(&mut self, inline: &'a Inline) {
        self.atoms.push(match inline {
            Inline::Break => Atom::Break,
            Inline::Mention(who) => Atom::Raw(mention(who)),
            Inline::Image(image) => Atom::Opaque(super::bracket::spelled(image).into()),
            Inline::Opaque(opaque) => Atom::Opaque(opaque.raw.as_str().unwrap_or_default().into()),
            Inline::Emoji(emoji) => match emoticon::of(&emoji.name) {
                Some((sign, _)) => Atom::Opaque(sign.into()),
                None => return self.letters(emoji.visible()),
            },
            // The model keeps neither.
            Inline::Status(status) => return self.letters(&status.text),
            Inline::Date(day) => return self.letters(&day.to_string()),
            Inline::Text(run) => return self.text(run),
        });
    }

    fn begin(&mut self, mark: &Mark) {
        match (mark, sign(mark)) {
            (_, Some(sign)) => {
                self.open.push(self.atoms.len());
                self.atoms.push(Atom::Sign { sign, opens: true, partner: 0 });
            }
            (Mark::Color(color), _) => self.atoms.push(Atom::Raw(format!("{{color:{color}}}"))),
            (Mark::Link(_), _) => self.atoms.push(Atom::Raw("[".to_owned())),
            _ => {}
        }
    }

    fn close(&mut self, mark: &Mark) {
        match (mark, sign(mark)) {
            (_, Some(sign)) => {
                let (here, partner) = (self.atoms.len(), self.open.pop().unwrap_or_default());
                self.atoms.push(Atom::Sign { sign, opens: false, partner });
                if let Some(Atom::Sign { partner, .. }) = self.atoms.get_mut(partner) {
                    *partner = here;
                }
            }
            (Mark::Color(_), _) => self.atoms.push(Atom::Raw("{color}".to_owned())),
            (Mark::Link(href), _) => self.atoms.push(Atom::Raw(format!("|{}]", href.as_str()))),
            _ => {}
        }
    }

    fn letters(&mut self, text: &str) {
        self.atoms.extend(text.chars().map(|letter| Atom::Letter(letter, true)));
    }

    fn text(&mut self, run: &Text) {
        let free = run.marks.link.is_none() && !run.marks.code;
        let letters = run.text.chars().map(|letter| Atom::Letter(letter, free));
        if run.marks.code {
            self.atoms.push(Atom::Raw("{{".to_owned()));
            self.atoms.extend(letters);
            self.atoms.push(Atom::Raw("}}".to_owned()));
        } else {
            self.atoms.extend(letters);
        }
    }
}

fn sign(mark: &Mark) -> Option<char> {
    match mark {
        Mark::Strong => Some('*'),
        Mark::Em => Some('_'),
        Mark::Underline => Some('+'),
        Mark::Strike => Some('-'),
        Mark::Shift(Shift::Sub) => Some('~'),
        Mark::Shift(Shift::Sup) => Some('^'),
        Mark::Link(_) | Mark::Color(_) | Mark::Background(_) | Mark::Code => None,
    }
}

fn mention(mention: &Mention) -> String {
    match &mention.user {
        Handle::Account(id) => format!("[~accountid:{id}]"),
        Handle::Login(login) => format!("[~{login}]"),
    }
}

/// Spells the atoms of a line.
struct Spelling<'a> {
    atoms: &'a [Atom<'a>],
    /// Whether any of them is foreign markup.
    foreign: bool,
    end: &'a str,
}

impl Spelling<'_> {
    fn all(&self, out: &mut String) {
        out.reserve(self.atoms.len() + self.atoms.len() / 8);
        for (at, atom) in self.atoms.iter().enumerate() {
            match atom {
                Atom::Letter(letter, free) => self.letter(at, *letter, *free, out),
                Atom::Sign { sign, partner, .. } => {
                    if self.needs_braces(at) || self.needs_braces(*partner) {
                        out.extend(['{', *sign, '}']);
                    } else {
                        out.push(*sign);
                    }
                }
                Atom::Address(address) if self.is_bare(at, address) => out.push_str(address),
                Atom::Address(address) => out.extend(["[", address, "]"]),
                Atom::Raw(raw) => out.push_str(raw),
                Atom::Opaque(raw) => out.push_str(raw),
                Atom::Break => out.push_str(self.end),
            }
        }
    }

    fn atom(&self, at: Option<usize>) -> Option<&Atom<'_>> {
        at.and_then(|at| self.atoms.get(at))
    }

    /// What is written before an atom.
    fn before(&self, at: usize) -> Beside {
        self.beside(at.checked_sub(1), |written| written.chars().next_back())
    }

    /// What is written after an atom.
    fn after(&self, at: usize) -> Beside {
        self.beside(Some(at + 1), |written| written.chars().next())
    }

    /// What is written for an atom, or at the border; `nearest` is the letter of a longer spelling that counts.
    fn beside(&self, at: Option<usize>, nearest: fn(&str) -> Option<char>) -> Beside {
        match self.atom(at) {
            None => Beside::Space,
            Some(Atom::Letter(..)) if at.is_some_and(|at| self.spoils(at)) => Beside::Sign,
            Some(Atom::Letter(letter, _)) => Beside::of(Some(*letter)),
            Some(Atom::Break) => Beside::of(nearest(self.end)),
            Some(Atom::Opaque(raw)) => Beside::of(nearest(raw)),
            // An address stands bare only between spaces, else in brackets; other markup has signs at both ends.
            Some(Atom::Sign { .. } | Atom::Address(_) | Atom::Raw(_)) => Beside::Sign,
        }
    }

    fn needs_braces(&self, at: usize) -> bool {
        match self.atom(Some(at)) {
            Some(Atom::Sign { opens: true, .. }) => !can_open(self.before(at), self.after(at)),
            Some(Atom::Sign { opens: false, .. }) => !can_close(self.before(at), self.after(at)),
            _ => false,
        }
    }

    fn is_bare(&self, at: usize, address: &str) -> bool {
        let alone = self.before(at) == Beside::Space && self.after(at) == Beside::Space;
        alone && address_len(address) == address.len()
    }

    /// Whether an atom is the first on its line, where signs may begin blocks.
    fn begins_line(&self, at: usize) -> bool {
        at.checked_sub(1).is_none_or(|before| matches!(self.atom(Some(before)), Some(Atom::Break)))
    }

    /// Whether only phrase signs stand before an atom on its line: with a hash after them they would begin an item.
    fn begins_item(&self, at: usize) -> bool {
        let signs =
            self.atoms.iter().take(at).rev().take_while(|atom| matches!(atom, Atom::Sign { .. })).count();
        self.begins_line(at - signs)
    }

    /// The letters from a place on, at most so many.
    fn letters(&self, at: usize, most: usize) -> String {
        let letters = self.atoms.iter().skip(at).take(most).map_while(|atom| match atom {
            Atom::Letter(letter, _) => Some(*letter),
            _ => None,
        });
        letters.collect()
    }

    fn letter(&self, at: usize, letter: char, free: bool, out: &mut String) {
        if letter == ' ' || letter.is_ascii_alphanumeric() && !self.spoils(at) {
            return out.push(letter);
        }
        let (before, after) = (self.before(at), self.after(at));
        let acts = || can_open(before, after) || can_close(before, after);
        let escaped = match letter {
            '{' | '}' | '[' | ']' | '|' => true,
            '*' | '-' => acts() || self.begins_line(at),
            '_' | '+' | '^' | '~' => acts(),
            '#' => self.begins_item(at),
            '!' => can_open(before, after),
            '(' | ':' | ';' if self.is_emoticon(at) => true,
            '?' => at > 0 && self.letters(at - 1, 1) == "?",
            ':' => free && self.is_in_scheme(at),
            _ => false,
        };
        match letter {
            '\\' if after != Beside::Word => out.push_str("&#92;"),
            _ if self.spoils(at) => out.push_str(&format!("&#{};", u32::from(letter))),
            '.' if self.ends_block_sign(at) => out.push_str("&#46;"),
            '&' if reference(&self.letters(at, 16)).is_some() => out.push_str("&amp;"),
            _ if escaped => out.extend(['\\', letter]),
            _ => out.push(letter),
        }
    }

    /// Whether this is a letter of a word that touches foreign markup, which only counts apart from words.
    fn spoils(&self, at: usize) -> bool {
        if !self.foreign {
            return false;
        }
        let word = matches!(self.atom(Some(at)), Some(Atom::Letter(letter, _)) if letter.is_alphanumeric());
        let mut beside = [at.checked_sub(1), Some(at + 1)].into_iter();
        word && beside.any(|at| matches!(self.atom(at), Some(Atom::Opaque(_))))
    }

    /// Whether what is written from here on would be read as an emoticon.
    fn is_emoticon(&self, at: usize) -> bool {
        // The longest has nine letters, all of them ASCII.
        let Some((_, len)) = emoticon::at(&self.written(at, 9)) else { return false };
        // A letter after it keeps it from being one, if it is written as a letter.
        let after = at + len;
        let letter =
            matches!(self.atom(Some(after)), Some(Atom::Letter(letter, _)) if letter.is_alphanumeric());
        self.before(at) != Beside::Word && (!letter || self.spoils(after))
    }

    /// What is written from a place on without any escape, at most so many letters.
    fn written(&self, at: usize, most: usize) -> String {
        let mut out = String::new();
        for atom in self.atoms.iter().skip(at).take(most) {
            match atom {
                Atom::Letter(letter, _) => out.push(*letter),
                Atom::Sign { sign, .. } => out.push(*sign),
                Atom::Opaque(raw) => out.extend(raw.chars().take(most)),
                _ => break,
            }
        }
        out
    }

    /// Whether a colon is that of an address which would become a link.
    fn is_in_scheme(&self, colon: usize) -> bool {
        SCHEMES.iter().any(|scheme| {
            let start = colon.checked_sub(scheme.len() - "://".len());
            start.is_some_and(|start| {
                self.letters(start, scheme.len()) == *scheme && self.before(start) != Beside::Word
            })
        })
    }

    /// Whether a dot would make a heading or a quote: `h1. `, `bq. `.
    fn ends_block_sign(&self, dot: usize) -> bool {
        let Some(start) = dot.checked_sub(2).filter(|start| self.begins_line(*start)) else { return false };
        let signs = self.letters(start, 2);
        signs == "bq" || matches!(signs.as_bytes(), [b'h', b'1'..=b'6'])
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
            for end in ["\n", FORCED] {
                let (mut whole, mut spelled) = (String::new(), String::new());
                print(&content, end, &mut whole);
                spell(&content, end, &mut spelled);
                prop_assert_eq!(whole, spelled);
            }
        }
    }
}
