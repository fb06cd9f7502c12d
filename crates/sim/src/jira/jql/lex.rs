//! JQL's tokens.

use super::word::FORBIDDEN;

/// A token and where it begins, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) line: usize,
    pub(super) column: usize,
    /// Whether nothing stands between it and the token before.
    pub(super) glued: bool,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A bare word, number or date.
    Word(String),
    /// A text in quotes, or a word with an escape in it.
    Quoted(String),
    /// One of [`SIGNS`].
    Sign(&'static str),
}

impl Token {
    /// The token as an error shows it.
    pub(super) fn shown(&self) -> &str {
        match &self.kind {
            Kind::Word(text) | Kind::Quoted(text) => text,
            Kind::Sign(sign) => sign,
        }
    }

    /// `(line 1, character 9)`
    pub(super) fn place(&self) -> String {
        place(self.line, self.column)
    }
}

/// Longest first, so that `<=` is not read as `<` and `=`.
const SIGNS: &[&str] =
    &["&&", "||", "!=", "!~", "<=", ">=", "(", ")", "[", "]", ",", "=", "~", "<", ">", "!", "&", "|"];

/// What ends a bare word, beside blanks.
const ENDS: &str = "()[]=!<>~,&|\"'";

fn place(line: usize, column: usize) -> String {
    format!("(line {line}, character {column})")
}

/// Splits a query into tokens; the error is Jira's sentence.
pub(super) fn lex(jql: &str) -> Result<Vec<Token>, String> {
    let mut lexer = Lexer { rest: jql, line: 1, column: 1 };
    let mut tokens = Vec::new();
    loop {
        let before = lexer.rest.len();
        while lexer.peek().is_some_and(char::is_whitespace) {
            lexer.take();
        }
        let (line, column) = (lexer.line, lexer.column);
        let Some(first) = lexer.peek() else { return Ok(tokens) };
        let glued = before == lexer.rest.len() && !tokens.is_empty();
        let kind = if matches!(first, '"' | '\'') {
            Kind::Quoted(lexer.quoted(first)?)
        } else if let Some(sign) = SIGNS.iter().find(|sign| lexer.rest.starts_with(**sign)) {
            for _ in sign.chars() {
                lexer.take();
            }
            Kind::Sign(sign)
        } else {
            lexer.word()?
        };
        tokens.push(Token { kind, line, column, glued });
    }
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    column: usize,
}

impl Lexer<'_> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn take(&mut self) -> Option<char> {
        let mut characters = self.rest.chars();
        let taken = characters.next()?;
        self.rest = characters.as_str();
        if taken == '\n' {
            (self.line, self.column) = (self.line + 1, 1);
        } else {
            self.column += 1;
        }
        Some(taken)
    }

    /// A text in quotes, from its first quote on.
    fn quoted(&mut self, quote: char) -> Result<String, String> {
        let (start, line, column) = (self.rest, self.line, self.column);
        self.take();
        let mut out = String::new();
        loop {
            match self.peek() {
                None => {
                    let text = start.get(quote.len_utf8()..).unwrap_or_default();
                    let named = if text.is_empty() { String::new() } else { format!(" '{text}'") };
                    return Err(format!(
                        "The quoted string{named} has not been completed. {}",
                        place(line, column)
                    ));
                }
                Some('\\') => out.push(self.escape()?),
                Some(end) if end == quote => {
                    self.take();
                    return Ok(out);
                }
                Some(other) => {
                    self.allow(other)?;
                    out.push(other);
                    self.take();
                }
            }
        }
    }

    fn word(&mut self) -> Result<Kind, String> {
        let (mut out, mut escaped) = (String::new(), false);
        while let Some(next) = self.peek() {
            if next == '\\' {
                escaped = true;
                out.push(self.escape()?);
                continue;
            }
            if next.is_whitespace() || ENDS.contains(next) {
                break;
            }
            if FORBIDDEN.contains(next) {
                return Err(format!(
                    "The character '{next}' is a reserved JQL character. You must enclose it in a string or use the \
                     escape '\\u{:04x}' instead. {}",
                    u32::from(next),
                    place(self.line, self.column)
                ));
            }
            self.allow(next)?;
            out.push(next);
            self.take();
        }
        Ok(if escaped { Kind::Quoted(out) } else { Kind::Word(out) })
    }

    fn allow(&self, character: char) -> Result<(), String> {
        if !character.is_control() || matches!(character, '\n' | '\r' | '\t') {
            return Ok(());
        }
        let code = u32::from(character);
        Err(format!(
            "The character 'U+{code:04X}' is an illegal JQL character. You must use the escape '\\u{code:04x}' \
             instead. {}",
            place(self.line, self.column)
        ))
    }

    /// What an escape stands for.
    fn escape(&mut self) -> Result<char, String> {
        let (line, column) = (self.line, self.column);
        let wrong = |text: &str| {
            format!(
                "'{text}' is an illegal JQL escape sequence. The valid escape sequences are \\', \\\", \\t, \\n, \\r, \\\\, \
                 '\\ ' and \\uXXXX. {}",
                place(line, column)
            )
        };
        self.take();
        let Some(what) = self.take() else { return Err(wrong("\\")) };
        Ok(match what {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            '\\' | '"' | '\'' | ' ' => what,
            'u' => {
                let digits: String = self.rest.chars().take(4).collect();
                let valid = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
                let code = u32::from_str_radix(&digits, 16).ok().filter(|_| valid).and_then(char::from_u32);
                let character = code.ok_or_else(|| wrong(&format!("\\u{digits}")))?;
                for _ in 0..4 {
                    self.take();
                }
                character
            }
            other => return Err(wrong(&format!("\\{other}"))),
        })
    }
}
