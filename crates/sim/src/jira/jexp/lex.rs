//! The words of an expression.

use super::Fault;

/// A word.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Word {
    Name(String),
    Number(f64),
    Text(String),
    Sign(&'static str),
}

/// A word and where it begins.
pub(super) type Placed = (Word, usize);

/// Signs, the longer first.
const SIGNS: &[&str] = &[
    "=>", "==", "!=", "<=", ">=", "&&", "||", "?.", "??", "(", ")", "[", "]", "{", "}", ",", ".", ":", ";",
    "?", "=", "<", ">", "+", "-", "*", "/", "%", "!",
];

/// Line and column of a place in a text.
pub(super) fn fault(text: &str, place: usize, message: impl Into<String>) -> Fault {
    let before = text.get(..place.min(text.len())).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Fault { line, column, message: message.into() }
}

/// The words of a text.
pub(super) fn words(text: &str) -> Result<Vec<Placed>, Fault> {
    let (mut found, mut place) = (Vec::new(), 0);
    while let Some(rest) = text.get(place..).filter(|rest| !rest.is_empty()) {
        let first = rest.chars().next().unwrap_or(' ');
        let length = |fits: &dyn Fn(char) -> bool| rest.find(|c| !fits(c)).unwrap_or(rest.len());
        if first.is_whitespace() {
            place += first.len_utf8();
        } else if first.is_alphabetic() || first == '_' || first == '$' {
            let end = length(&|c| c.is_alphanumeric() || c == '_' || c == '$');
            found.push((Word::Name(rest.get(..end).unwrap_or_default().to_owned()), place));
            place += end;
        } else if first.is_ascii_digit() {
            let end = length(&|c| c.is_ascii_digit() || c == '.');
            let number = rest.get(..end).and_then(|digits| digits.parse().ok());
            found.push((Word::Number(number.ok_or_else(|| fault(text, place, "no number"))?), place));
            place += end;
        } else if first == '\'' || first == '"' {
            let (word, end) = quoted(rest, first).ok_or_else(|| fault(text, place, "unterminated string"))?;
            found.push((Word::Text(word), place));
            place += end;
        } else {
            let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
            let sign = sign.ok_or_else(|| fault(text, place, format!("unexpected character '{first}'")))?;
            found.push((Word::Sign(sign), place));
            place += sign.len();
        }
    }
    Ok(found)
}

/// A text in quotes, and how long it is with them.
fn quoted(text: &str, quote: char) -> Option<(String, usize)> {
    let (mut word, mut escaped) = (String::new(), false);
    for (at, one) in text.char_indices().skip(1) {
        match one {
            _ if escaped => {
                escaped = false;
                word.push(match one {
                    'n' => '\n',
                    't' => '\t',
                    other => other,
                });
            }
            '\\' => escaped = true,
            one if one == quote => return Some((word, at + quote.len_utf8())),
            one => word.push(one),
        }
    }
    None
}
