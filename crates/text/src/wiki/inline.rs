//! Reads one line of text: phrases, links, mentions, code, colours, line breaks.
//!
//! The line is first cut into pieces; then opening and closing signs are paired. At most one phrase of a kind is
//! open, so pairing looks at no more than a handful of open ones, whatever the line holds.

use std::ops::Range;

use super::bracket::{Bracket, bracket, image};
use super::macros::Macros;
use super::spelling::{Beside, can_close, can_open, letter_at, unescaped};
use crate::autolink::{SCHEMES, address_len};
use crate::emoticon;
use crate::marks::{Marks, Shift};
use crate::plain::inlines;
use crate::tree::{Format, Image, Inline, Opaque};
use crate::{Color, Href};

/// The kinds of phrase, by their sign.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phrase {
    Strong,
    Em,
    Cite,
    Strike,
    Underline,
    Sup,
    Sub,
}

const PHRASES: [(&str, Phrase); 7] = [
    ("*", Phrase::Strong),
    ("_", Phrase::Em),
    ("??", Phrase::Cite),
    ("-", Phrase::Strike),
    ("+", Phrase::Underline),
    ("^", Phrase::Sup),
    ("~", Phrase::Sub),
];

enum Piece<'a> {
    Text(String),
    Code(String),
    Sign {
        phrase: Phrase,
        spelling: &'a str,
        opens: bool,
        closes: bool,
    },
    Open(Phrase),
    /// Of the innermost open phrase.
    Close,
    Tint(Option<Color>),
    Link(Href),
    EndLink,
    Done(Inline),
}

/// The text of one line of the source.
pub(super) fn parse(text: &str, line: Range<usize>, macros: &Macros<'_>) -> Vec<Inline> {
    let mut cutter = Cutter::new(text, line.clone(), macros, false);
    cutter.cut();
    let mut pieces = cutter.pieces;
    pair(&mut pieces);
    joined(pieces, macros.tint_at(line.start))
}

/// Cuts a line into pieces.
struct Cutter<'a> {
    text: &'a str,
    line: Range<usize>,
    macros: &'a Macros<'a>,
    at: usize,
    pieces: Vec<Piece<'a>>,
    /// Inside the words of a link: no other link begins here.
    in_link: bool,
    /// The rest of the line has no end of inline code.
    no_code: bool,
}

impl<'a> Cutter<'a> {
    fn new(text: &'a str, line: Range<usize>, macros: &'a Macros<'a>, in_link: bool) -> Self {
        Self { text, at: line.start, line, macros, pieces: Vec::new(), in_link, no_code: false }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..self.line.end).unwrap_or_default()
    }

    /// What stands before the current place.
    fn before(&self) -> Beside {
        Beside::of(self.text.get(self.line.start..self.at).and_then(|before| before.chars().next_back()))
    }

    fn cut(&mut self) {
        while let Some(letter) = self.next() {
            let special = match letter {
                '\\' => self.line_break(),
                '{' => self.code() || self.tint() || self.anchor() || self.braced(),
                '[' => !self.in_link && self.bracket(),
                '!' => self.image(),
                'h' => !self.in_link && self.address(),
                '(' | ':' | ';' => self.emoticon(),
                '*' | '_' | '?' | '-' | '+' | '^' | '~' => self.sign(),
                _ => false,
            };
            if !special {
                let (letter, len) = letter_at(self.rest(), letter);
                self.letter(letter);
                self.at += len;
            }
        }
    }

    /// The next letter that may be markup, past all words before it.
    fn next(&mut self) -> Option<char> {
        let rest = self.rest();
        let mut from = 0;
        let len = loop {
            let Some(at) = rest.bytes().skip(from).position(is_sign) else { break rest.len() };
            from += at + 1;
            // The letter begins an address; words are full of it.
            let at = from - 1;
            if rest.as_bytes().get(at) != Some(&b'h')
                || rest.get(at..).is_some_and(|it| it.starts_with("http"))
            {
                break at;
            }
        };
        let (words, rest) = rest.split_at_checked(len)?;
        self.plain(words);
        self.at += len;
        rest.chars().next()
    }

    fn letter(&mut self, letter: char) {
        self.plain(letter.encode_utf8(&mut [0; 4]));
    }

    fn plain(&mut self, words: &str) {
        match self.pieces.last_mut() {
            _ if words.is_empty() => {}
            Some(Piece::Text(text)) => text.push_str(words),
            _ => self.pieces.push(Piece::Text(words.to_owned())),
        }
    }

    fn push(&mut self, piece: Piece<'a>, len: usize) -> bool {
        self.pieces.push(piece);
        self.at += len;
        true
    }

    fn line_break(&mut self) -> bool {
        self.rest().starts_with("\\\\") && self.push(Piece::Done(Inline::Break), 2)
    }

    fn code(&mut self) -> bool {
        let Some(inner) = self.rest().strip_prefix("{{").filter(|_| !self.no_code) else { return false };
        let Some(end) = code_end(inner) else {
            self.no_code = true;
            return false;
        };
        let inner = inner.get(..end).unwrap_or_default();
        !inner.trim_ascii().is_empty() && self.push(Piece::Code(unescaped(inner)), end + 4)
    }

    fn tint(&mut self) -> bool {
        match self.macros.tints.get(&self.at) {
            Some((end, color)) => self.push(Piece::Tint(*color), end - self.at),
            None => false,
        }
    }

    /// An anchor shows nothing, but links lead to it.
    fn anchor(&mut self) -> bool {
        let Some(name) = self.rest().strip_prefix("{anchor:") else { return false };
        let Some(end) =
            name.find(['}', '{']).filter(|end| name.get(*end..).is_some_and(|it| it.starts_with('}')))
        else {
            return false;
        };
        let len = end + "{anchor:}".len();
        let raw = self.rest().get(..len).unwrap_or_default().into();
        self.push(Piece::Done(Inline::Opaque(Opaque { format: Format::Wiki, raw, text: String::new() })), len)
    }

    /// A sign in curly brackets is one even inside a word.
    fn braced(&mut self) -> bool {
        let rest = self.rest();
        for (sign, phrase) in PHRASES {
            let braced = rest.strip_prefix('{').and_then(|rest| rest.strip_prefix(sign));
            if braced.is_some_and(|rest| rest.starts_with('}')) {
                let len = sign.len() + 2;
                let spelling = rest.get(..len).unwrap_or_default();
                return self.push(Piece::Sign { phrase, spelling, opens: true, closes: true }, len);
            }
        }
        false
    }

    fn sign(&mut self) -> bool {
        let rest = self.rest();
        let Some((sign, phrase)) = PHRASES.into_iter().find(|(sign, _)| rest.starts_with(sign)) else {
            return false;
        };
        let before = self.before();
        let after = Beside::of(rest.get(sign.len()..).and_then(|after| after.chars().next()));
        let (opens, closes) = (can_open(before, after), can_close(before, after));
        (opens || closes) && self.push(Piece::Sign { phrase, spelling: sign, opens, closes }, sign.len())
    }

    fn emoticon(&mut self) -> bool {
        let Some((emoji, len)) = emoticon::at(self.rest()) else { return false };
        let after = Beside::of(self.rest().get(len..).and_then(|after| after.chars().next()));
        let stands_apart = self.before() != Beside::Word && after != Beside::Word;
        stands_apart && self.push(Piece::Done(Inline::Emoji(emoji)), len)
    }

    fn image(&mut self) -> bool {
        let line = self.text.get(..self.line.end).unwrap_or_default();
        match image(line, self.at) {
            Some((image, len)) => self.push(Piece::Done(image), len),
            None => false,
        }
    }

    fn address(&mut self) -> bool {
        if !SCHEMES.iter().any(|scheme| self.rest().starts_with(scheme)) || self.before() == Beside::Word {
            return false;
        }
        let len = address_len(self.rest());
        let address = self.rest().get(..len).unwrap_or_default();
        let Some(href) = Href::parse(address) else {
            // Too long for a link: all of it is text, and not looked at again.
            self.plain(address);
            self.at += len;
            return len > 0;
        };
        self.pieces.push(Piece::Link(href));
        self.pieces.push(Piece::Text(address.to_owned()));
        self.push(Piece::EndLink, len)
    }

    fn bracket(&mut self) -> bool {
        match bracket(self.rest()) {
            None => false,
            Some((Bracket::Piece(inline), len)) => self.push(Piece::Done(inline), len),
            Some((Bracket::Link(words, href), len)) => {
                let mut inner = self.words(words, &href);
                if let [Piece::Done(Inline::Image(image))] = inner.as_slice() {
                    let image = Image { link: Some(href), ..image.clone() };
                    return self.push(Piece::Done(Inline::Image(image)), len);
                }
                if inner
                    .iter()
                    .any(|piece| matches!(piece, Piece::Done(Inline::Opaque(_) | Inline::Image(_))))
                {
                    // A link cannot lead from an image in the tree; markup that does stays whole.
                    let raw = self.rest().get(..len).unwrap_or_default().into();
                    let text = inlines(&joined(inner, None));
                    return self
                        .push(Piece::Done(Inline::Opaque(Opaque { format: Format::Wiki, raw, text })), len);
                }
                self.pieces.push(Piece::Link(href));
                self.pieces.append(&mut inner);
                self.push(Piece::EndLink, len)
            }
        }
    }

    /// The words of a link that begins here; without any, its address.
    fn words(&self, words: Option<&str>, href: &Href) -> Vec<Piece<'a>> {
        let Some(words) = words else { return vec![Piece::Text(href.as_str().to_owned())] };
        let start = self.at + 1;
        let mut inner = Cutter::new(self.text, start..start + words.len(), self.macros, true);
        inner.cut();
        pair(&mut inner.pieces);
        inner.pieces
    }
}

/// Whether markup, an escape or an address may begin here.
fn is_sign(byte: u8) -> bool {
    matches!(
        byte,
        b'\\'
            | b'{'
            | b'['
            | b'!'
            | b'h'
            | b'('
            | b':'
            | b';'
            | b'*'
            | b'_'
            | b'?'
            | b'-'
            | b'+'
            | b'^'
            | b'~'
            | b'&'
    )
}

/// Where the inline code ends that this text is in.
fn code_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'}' if bytes.get(at + 1) == Some(&b'}') => return Some(at),
            _ => at += 1,
        }
    }
    None
}

/// Turns the signs that have a partner into the begin and end of phrases, and all others into text.
fn pair(pieces: &mut [Piece<'_>]) {
    let mut open: Vec<(Phrase, usize)> = Vec::new();
    for at in 0..pieces.len() {
        let Some(Piece::Sign { phrase, opens, closes, .. }) = pieces.get(at) else { continue };
        let (phrase, opens, closes) = (*phrase, *opens, *closes);
        match open.iter().position(|(known, _)| *known == phrase) {
            // A phrase holds something.
            Some(found) if closes && open.get(found).is_some_and(|(_, start)| start + 1 < at) => {
                let start = open.get(found).map_or(at, |(_, start)| *start);
                open.truncate(found);
                set(pieces, start, Piece::Open(phrase));
                set(pieces, at, Piece::Close);
            }
            None if opens => open.push((phrase, at)),
            _ => {}
        }
    }
    for piece in pieces {
        if let Piece::Sign { spelling, .. } = piece {
            *piece = Piece::Text((*spelling).to_owned());
        }
    }
}

fn set<'a>(pieces: &mut [Piece<'a>], at: usize, piece: Piece<'a>) {
    if let Some(place) = pieces.get_mut(at) {
        *place = piece;
    }
}

/// The pieces as runs of text.
fn joined(pieces: Vec<Piece<'_>>, tint: Option<Color>) -> Vec<Inline> {
    let mut out = Vec::with_capacity(pieces.len());
    let mut marks = Marks { color: tint, ..Marks::default() };
    let mut open: Vec<Phrase> = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => run(text, &marks, &mut out),
            Piece::Code(text) => out.push(Inline::marked(text, Marks { code: true, ..marks.clone() })),
            Piece::Sign { spelling, .. } => run(spelling.to_owned(), &marks, &mut out),
            Piece::Open(phrase) => {
                open.push(phrase);
                marks = marked(&open, marks);
            }
            Piece::Close => {
                open.pop();
                marks = marked(&open, marks);
            }
            Piece::Tint(color) => marks.color = color,
            Piece::Link(href) => marks.link = Some(href),
            Piece::EndLink => marks.link = None,
            Piece::Done(inline) => out.push(inline),
        }
    }
    out
}

/// Goes on with the run before, if that looks the same.
fn run(text: String, marks: &Marks, out: &mut Vec<Inline>) {
    match out.last_mut() {
        Some(Inline::Text(run)) if run.marks == *marks => run.text.push_str(&text),
        _ => out.push(Inline::marked(text, marks.clone())),
    }
}

/// The marks of text inside these phrases, outermost first; colour and link as given.
fn marked(open: &[Phrase], around: Marks) -> Marks {
    Marks {
        strong: open.contains(&Phrase::Strong),
        em: open.contains(&Phrase::Em) || open.contains(&Phrase::Cite),
        strike: open.contains(&Phrase::Strike),
        underline: open.contains(&Phrase::Underline),
        shift: open.iter().rev().find_map(|phrase| match phrase {
            Phrase::Sub => Some(Shift::Sub),
            Phrase::Sup => Some(Shift::Sup),
            _ => None,
        }),
        ..around
    }
}
