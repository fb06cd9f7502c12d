//! Tokens of all grammars.

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Word(String),
    Number(f64),
    Text(String),
    Sign(&'static str),
}

impl Token {
    /// As an error shows it.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Word(text) | Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Sign(sign) => (*sign).to_owned(),
        }
    }
}

/// Longest first.
const SIGNS: &[&str] = &[
    "==", "!=", ">=", "<=", "&&", "||", "<>", "(", ")", "{", "}", "[", "]", ",", ".", ":", ">", "<", "=",
    "!", "-", "+", "*", "/", "%",
];

/// Splits a text into tokens.
pub(super) fn lex(text: &str) -> Result<Vec<Token>, String> {
    let (mut tokens, mut rest) = (Vec::new(), text);
    loop {
        rest = rest.trim_start();
        let Some(first) = rest.chars().next() else { return Ok(tokens) };
        let (token, after) = if matches!(first, '"' | '\'') {
            quoted(rest, first).ok_or_else(|| format!("The text that begins at {rest} has no end."))?
        } else if first.is_ascii_digit() {
            let (digits, after) = rest.split_at(digits(rest));
            let number = digits.parse().map_err(|_| format!("'{digits}' is not a number."))?;
            (Token::Number(number), after)
        } else if first.is_alphabetic() || first == '_' {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            (Token::Word(word.to_owned()), after)
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            (Token::Sign(sign), rest.get(sign.len()..).unwrap_or_default())
        } else {
            return Err(format!("'{first}' is not understood."));
        };
        tokens.push(token);
        rest = after;
    }
}

/// Where the number at the beginning of a text ends: a point belongs to it if a digit follows.
fn digits(text: &str) -> usize {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut end = 0;
    while is_digit(end) || (bytes.get(end) == Some(&b'.') && is_digit(end + 1)) {
        end += 1;
    }
    end
}

fn quoted(text: &str, quote: char) -> Option<(Token, &str)> {
    let (mut out, mut characters) = (String::new(), text.char_indices().skip(1));
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => out.push(characters.next()?.1),
            end if end == quote => return Some((Token::Text(out), text.get(at + end.len_utf8()..)?)),
            other => out.push(other),
        }
    }
    None
}

/// A place in a list of tokens.
pub(super) struct Cursor<'a> {
    tokens: &'a [Token],
    next: usize,
    /// How deeply the reader is nested, and how many parts hang on each other: both against texts made to exhaust
    /// the stack.
    depth: usize,
    length: usize,
}

/// How deeply expressions may be nested.
const DEPTH: usize = 60;
/// How many members and conditions an expression may have.
const LENGTH: usize = 300;

impl<'a> Cursor<'a> {
    pub(super) fn new(tokens: &'a [Token]) -> Self {
        Self { tokens, next: 0, depth: 0, length: 0 }
    }

    pub(super) fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.next)
    }

    /// The token after the next one.
    pub(super) fn after(&self) -> Option<&'a Token> {
        self.tokens.get(self.next + 1)
    }

    pub(super) fn take(&mut self) -> Option<&'a Token> {
        let token = self.tokens.get(self.next);
        self.next += 1;
        token
    }

    /// Takes the next token if it is one of these signs.
    pub(super) fn eat(&mut self, signs: &[&str]) -> Option<&'static str> {
        match self.peek() {
            Some(Token::Sign(sign)) if signs.contains(sign) => {
                self.next += 1;
                Some(sign)
            }
            _ => None,
        }
    }

    /// Whether the next token is this word, in any case.
    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Some(Token::Word(text)) if text.eq_ignore_ascii_case(word))
    }

    /// Takes the next token if it is this word, in any case.
    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let is = self.is_word(word);
        self.next += usize::from(is);
        is
    }

    pub(super) fn expect(&mut self, sign: &str) -> Result<(), String> {
        match self.eat(&[sign]) {
            Some(_) => Ok(()),
            None => Err(format!("'{sign}' is expected, not {}.", self.here())),
        }
    }

    /// The next token as an error shows it.
    pub(super) fn here(&self) -> String {
        self.peek().map_or_else(|| "the end".to_owned(), |token| format!("'{}'", token.shown()))
    }

    /// Goes one level deeper; an error when that is too deep.
    pub(super) fn enter(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth > DEPTH { Err("The expression is nested too deeply.".to_owned()) } else { Ok(()) }
    }

    /// Counts one more member or condition; an error when there are too many.
    pub(super) fn grow(&mut self) -> Result<(), String> {
        self.length += 1;
        if self.length > LENGTH { Err("The expression is too long.".to_owned()) } else { Ok(()) }
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }
}
