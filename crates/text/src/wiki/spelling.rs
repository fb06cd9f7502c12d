//! When a sign is markup and when it is just a sign, told once for reading and for writing.
//!
//! A phrase sign opens only where no letter or digit stands before it and no space after it, and closes the other
//! way round (Jira's renderer: "the sign must touch the phrase and not the word beside it"). A backslash takes the
//! meaning of the sign after it. Character references (`&#92;`) are read as in HTML.

use crate::emoticon;

/// What stands next to a sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beside {
    /// White space, or the border of the line.
    Space,
    /// A letter or digit.
    Word,
    /// Anything else.
    Sign,
}

impl Beside {
    pub(super) fn of(letter: Option<char>) -> Self {
        match letter {
            None => Self::Space,
            Some(letter) if letter.is_ascii_whitespace() => Self::Space,
            Some(letter) if letter.is_alphanumeric() => Self::Word,
            Some(_) => Self::Sign,
        }
    }
}

/// Whether a phrase sign between these two can begin a phrase.
pub(super) fn can_open(before: Beside, after: Beside) -> bool {
    before != Beside::Word && after != Beside::Space
}

/// Whether a phrase sign between these two can end a phrase.
pub(super) fn can_close(before: Beside, after: Beside) -> bool {
    before != Beside::Space && after != Beside::Word
}

/// The signs that a backslash before them makes text.
const ESCAPED: &str = "*_-+^~?{}[]()!|#&:;";

pub(super) fn is_escaped(letter: char) -> bool {
    ESCAPED.contains(letter)
}

/// Names of characters that people write in markup; all others are written as themselves.
const NAMED: [(&str, char); 12] = [
    ("amp", '&'),
    ("apos", '\''),
    ("copy", '©'),
    ("euro", '€'),
    ("gt", '>'),
    ("hellip", '…'),
    ("lt", '<'),
    ("mdash", '—'),
    ("nbsp", '\u{a0}'),
    ("ndash", '–'),
    ("quot", '"'),
    ("reg", '®'),
];

/// Longest reference looked for, in bytes.
const REFERENCE: usize = 12;

/// The character that a reference at the start of the text stands for, and the reference's length.
pub(super) fn reference(text: &str) -> Option<(char, usize)> {
    let name = text.strip_prefix('&')?;
    let end = name.bytes().take(REFERENCE).position(|byte| byte == b';')?;
    let name = name.get(..end)?;
    let letter = match name.strip_prefix('#') {
        None => NAMED.iter().find(|(known, _)| *known == name).map(|(_, letter)| *letter)?,
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|letter| !letter.is_control())?
        }
    };
    Some((letter, end + 2))
}

/// The text with escapes and references resolved, and no other markup.
pub(super) fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let (kept, len) = letter_at(rest, letter);
        out.push(kept);
        rest = rest.get(len..).unwrap_or_default();
    }
    out
}

/// The character that `text`, which begins with `letter`, begins with after resolving, and the length of its spelling.
pub(super) fn letter_at(text: &str, letter: char) -> (char, usize) {
    let len = letter.len_utf8();
    let next = text.get(len..).and_then(|rest| rest.chars().next());
    match (letter, next) {
        ('\\', Some(next)) if is_escaped(next) => (next, len + next.len_utf8()),
        ('&', _) => reference(text).unwrap_or((letter, len)),
        _ => (letter, len),
    }
}

/// Whether the byte at a place is surely text, if nothing but breaks is beside the text it is in.
pub(super) fn is_text(text: &str, at: usize) -> bool {
    let byte = |at: Option<usize>| at.and_then(|at| text.as_bytes().get(at)).copied();
    let (before, after) = (byte(at.checked_sub(1)), byte(Some(at + 1)));
    let is_word = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    match byte(Some(at)).unwrap_or_default() {
        b'\\' | b'&' | b'{' | b'}' | b'[' | b']' | b'|' => false,
        // Of a heading or a quote, the third letter of its line.
        b'.' => at != 2,
        b'#' => at > 0,
        b'?' => before != Some(b'?'),
        b'!' => is_word(before),
        b'*' | b'-' | b'_' | b'+' | b'^' | b'~' => {
            is_word(before) && is_word(after) || before == Some(b' ') && after == Some(b' ')
        }
        b'(' | b':' | b';' => {
            let rest = text.get(at..).unwrap_or_default();
            !rest.starts_with("://") && emoticon::at(rest).is_none()
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_as_in_html() {
        assert_eq!(reference("&amp;x"), Some(('&', 5)));
        assert_eq!(reference("&#124;"), Some(('|', 6)));
        assert_eq!(reference("&#x7C;"), Some(('|', 6)));
        for none in
            ["&", "& ;", "&;", "&#;", "&#0;", "&#10;", "&nosuch;", "&#x110000;", "&aaaaaaaaaaaaaaaaaaaa;"]
        {
            assert_eq!(reference(none), None, "{none}");
        }
    }

    #[test]
    fn a_backslash_before_a_letter_is_itself() {
        assert_eq!(unescaped(r"C:\dir \*x\* &lt;"), r"C:\dir *x* <");
    }
}
