//! JQL's tokens.

/// A token and the place of its first character, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) at: usize,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A bare word, number or date.
    Word(String),
    /// A text in quotes.
    Quoted(String),
    /// One of `( ) , = != ~ !~ < <= > >= ! & |`.
    Sign(&'static str),
}

impl Kind {
    /// The token as an error shows it.
    pub(super) fn shown(&self) -> &str {
        match self {
            Self::Word(text) | Self::Quoted(text) => text,
            Self::Sign(sign) => sign,
        }
    }
}

/// Longest first, so that `<=` is not read as `<` and `=`.
const SIGNS: &[&str] =
    &["&&", "||", "!=", "!~", "<=", ">=", "(", ")", ",", "=", "~", "<", ">", "!", "&", "|"];

/// Splits a query into tokens.
pub(super) fn lex(jql: &str) -> Result<Vec<Token>, String> {
    let (mut tokens, mut rest) = (Vec::new(), jql);
    loop {
        rest = rest.trim_start();
        let at = jql.len() - rest.len() + 1;
        let Some(first) = rest.chars().next() else { return Ok(tokens) };
        if matches!(first, '"' | '\'') {
            let (text, after) = quoted(rest, first).ok_or_else(|| {
                format!("The quoted string '{rest}' has not been completed. (line 1, character {at})")
            })?;
            tokens.push(Token { kind: Kind::Quoted(text), at });
            rest = after;
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            tokens.push(Token { kind: Kind::Sign(sign), at });
            rest = rest.get(sign.len()..).unwrap_or_default();
        } else {
            let end =
                rest.find(|c: char| c.is_whitespace() || "()=!<>~,&|\"'".contains(c)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            if let Some(reserved) =
                word.chars().find(|c| "{}*%@^$#;?+`".contains(*c) && !word.starts_with('+'))
            {
                return Err(format!(
                    "The character '{reserved}' is a reserved JQL character. You must enclose it in a string or use \
                     the escape. (line 1, character {at})"
                ));
            }
            tokens.push(Token { kind: Kind::Word(word.to_owned()), at });
            rest = after;
        }
    }
}

/// The text within the quotes a string starts with, and what follows them.
fn quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let (mut out, mut characters) = (String::new(), text.char_indices().skip(1));
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => match characters.next()?.1 {
                'n' => out.push('\n'),
                't' => out.push('\t'),
                'r' => out.push('\r'),
                other => out.push(other),
            },
            end if end == quote => return Some((out, text.get(at + end.len_utf8()..)?)),
            other => out.push(other),
        }
    }
    None
}
