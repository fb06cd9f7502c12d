//! What stands in square brackets, and images between exclamation marks: the pieces of a line that may hold a `|`
//! that is no border of a cell.

use super::spelling::Beside;
use crate::Href;
use crate::tree::{Format, Handle, Image, Inline, Mention, Opaque};

/// Something in square brackets.
pub(super) enum Bracket<'a> {
    /// The markup of the words that lead somewhere; `None` if the address itself is shown.
    Link(Option<&'a str>, Href),
    /// A mention, or an attachment, which stays opaque.
    Piece(Inline),
}

/// What begins at the start of the text, which is a `[`, and its length. It ends on the same line.
pub(super) fn bracket(text: &str) -> Option<(Bracket<'_>, usize)> {
    let inner = text.strip_prefix('[')?;
    let inner = inner.get(..end(inner)?)?;
    let len = inner.len() + 2;
    let (words, address) = match split(inner) {
        Some((words, rest)) => (Some(words), rest.split('|').next().unwrap_or_default().trim_ascii()),
        None => (None, inner.trim_ascii()),
    };
    let found = match (words, inner.strip_prefix('~'), inner.strip_prefix('^')) {
        (None, Some(name), _) => Bracket::Piece(mention(name)?),
        (None, _, Some(file)) => {
            let raw = text.get(..len)?.into();
            Bracket::Piece(Inline::Opaque(Opaque { format: Format::Wiki, raw, text: file.to_owned() }))
        }
        (None, ..) if !is_address(address) => return None,
        _ if address.contains(char::is_whitespace) => return None,
        (words, ..) => {
            Bracket::Link(words.filter(|words| !words.trim_ascii().is_empty()), Href::parse(address)?)
        }
    };
    Some((found, len))
}

/// Where the closing bracket is: before the line ends and before another one opens.
fn end(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b']' => return Some(at),
            b'[' | b'\n' => return None,
            _ => {}
        }
    }
    None
}

/// The words and what follows the first `|` that is not escaped.
fn split(inner: &str) -> Option<(&str, &str)> {
    let mut escaped = false;
    for (at, byte) in inner.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'|' => return Some((inner.get(..at)?, inner.get(at + 1..)?)),
            _ => {}
        }
    }
    None
}

/// Whether words in brackets are an address, and not just words in brackets.
pub(super) fn is_address(text: &str) -> bool {
    let known = text.contains("://") || ["mailto:", "//", "#"].iter().any(|start| text.starts_with(start));
    known && !text.starts_with(['~', '^'])
}

fn mention(name: &str) -> Option<Inline> {
    let name = name.trim();
    let user = match name.strip_prefix("accountid:") {
        Some(id) => Handle::Account(id.trim().to_owned()),
        None => Handle::Login(name.to_owned()),
    };
    (!user.as_str().is_empty()).then_some(Inline::Mention(Mention { user, name: None }))
}

/// The image at a place in the text, where a `!` is, and its length: `!shot.png|thumbnail!`.
///
/// To tell one from a sentence full of exclamation marks, it must stand apart from words, and its name must end like
/// a file's or be an address.
pub(super) fn image(line: &str, at: usize) -> Option<(Inline, usize)> {
    let (before, text) = line.split_at_checked(at)?;
    let inner = text.strip_prefix('!')?;
    let inner = inner.get(..inner.find(['!', '\n'])?)?;
    let len = inner.len() + 2;
    let after = text.get(len..)?;
    let name = inner.split('|').next().unwrap_or_default();
    let good = text.get(..len)?.ends_with('!')
        && !name.starts_with(char::is_whitespace)
        && Beside::of(before.chars().next_back()) != Beside::Word
        && Beside::of(after.chars().next()) != Beside::Word
        && !name.contains(['[', ']', '{', '}'])
        && (name.contains("://") || is_file(name));
    let raw: &str = text.get(..len)?;
    let kept = || Inline::Opaque(Opaque { format: Format::Wiki, raw: raw.into(), text: name.to_owned() });
    good.then(|| (picture(inner).map_or_else(kept, Inline::Image), len))
}

/// A picture that has an address, and no parameters but words for it; others are kept whole.
fn picture(inner: &str) -> Option<Image> {
    let (src, alt) = match inner.split_once('|') {
        Some((src, params)) => (
            src,
            params
                .strip_prefix("alt=")
                .filter(|alt| !alt.contains([',', '|', '=', '[', ']', '{', '}', '\\']))?,
        ),
        None => (inner, ""),
    };
    let src = Href::parse(src).filter(|href| href.as_str() == src && src.contains("://"))?;
    Some(Image { src, alt: alt.to_owned(), link: None })
}

/// The markup of a picture that `can_show` was asked about. One that leads somewhere has no place for words.
pub(super) fn spelled(image: &Image) -> String {
    let picture = match image.alt.as_str() {
        "" => format!("!{}!", image.src.as_str()),
        alt => format!("!{}|alt={alt}!", image.src.as_str()),
    };
    match &image.link {
        Some(href) => format!("[{picture}|{}]", href.as_str()),
        None => picture,
    }
}

fn is_file(name: &str) -> bool {
    let Some((stem, ending)) = name.rsplit_once('.') else { return false };
    !stem.is_empty()
        && (1..=5).contains(&ending.len())
        && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
