//! Templates of rules: a text with `{{Name}}`, `{{Project.Name}}`, `{{[Custom name]}}` and `{{ToJsonText(Description)}}` in it
//! (developer hub, "Setting up Automation Rules": Send HTTP request).

use serde_json::Value;

use super::body::Data;

/// A template's pieces.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Template {
    text: String,
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Text(String),
    /// A value as it is.
    Value(Vec<String>),
    /// A value made fit to stand between quotes in JSON.
    Json(Vec<String>),
}

/// No template is longer than this; it is filled anew for every event.
const LONGEST: usize = 64 * 1024;

impl Template {
    /// Reads a template; what is wrong with it otherwise.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("the template is longer than {LONGEST} bytes"));
        }
        let (mut pieces, mut rest) = (Vec::new(), text);
        while let Some((before, after)) = rest.split_once("{{") {
            let (inside, after) = after.split_once("}}").ok_or("a '{{' of the template has no '}}'")?;
            pieces.push(Piece::Text(before.to_owned()));
            pieces.push(piece(inside.trim())?);
            rest = after;
        }
        pieces.push(Piece::Text(rest.to_owned()));
        Ok(Self { text: text.to_owned(), pieces })
    }

    /// The template as it was given.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The text with the values in it.
    pub(super) fn render(&self, data: &Data<'_>) -> String {
        let mut out = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Value(path) => out.push_str(&plain(data.get(path))),
                Piece::Json(path) => {
                    let quoted = Value::String(plain(data.get(path))).to_string();
                    out.push_str(quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default());
                }
            }
        }
        out
    }
}

fn plain(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text,
        other => other.to_string(),
    }
}

fn piece(text: &str) -> Result<Piece, String> {
    let inner = text.strip_prefix("ToJsonText").map(str::trim);
    match inner.and_then(|rest| rest.strip_prefix('(')) {
        Some(rest) => {
            let inner = rest.strip_suffix(')').ok_or_else(|| format!("'{text}' has no ')'"))?;
            path(inner.trim()).map(Piece::Json)
        }
        None => path(text).map(Piece::Value),
    }
}

/// `A.B`, with names of several words in brackets.
fn path(text: &str) -> Result<Vec<String>, String> {
    let wrong = || format!("'{text}' is not the name of a value");
    let (mut names, mut rest) = (Vec::new(), text);
    loop {
        let name = match rest.strip_prefix('[') {
            Some(inner) => {
                let (name, after) = inner.split_once(']').ok_or_else(wrong)?;
                rest = after;
                name
            }
            None => {
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                let (name, after) = rest.split_at(end);
                rest = after;
                let fits = |c: char| c.is_alphanumeric() || c == '_';
                if !name.chars().all(fits) {
                    return Err(wrong());
                }
                name
            }
        };
        if name.trim().is_empty() {
            return Err(wrong());
        }
        names.push(name.trim().to_owned());
        match rest.strip_prefix('.') {
            Some(after) => rest = after,
            None if rest.is_empty() => return Ok(names),
            None if rest.starts_with('[') => {}
            None => return Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_plain_or_in_brackets() {
        let read = |text: &str| Template::read(text).map(|template| template.pieces);
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            read("a {{ Project.Name }}{{ToJsonText([Release Notes])}}").unwrap(),
            [
                Piece::Text("a ".to_owned()),
                Piece::Value(words(&["Project", "Name"])),
                Piece::Text(String::new()),
                Piece::Json(words(&["Release Notes"])),
                Piece::Text(String::new()),
            ]
        );
        for wrong in
            ["{{", "{{}}", "{{a b}}", "{{ToJsonText(a}}", "{{a.}}", "{{[a}}", "{{[a]b}}", "{{\"a\"}}"]
        {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_reading_fail(text in ".{0,80}", inner in "[a-zA-Z\\[\\]().{} ]{0,30}") {
            drop(Template::read(&text));
            drop(Template::read(&format!("x{{{{{inner}}}}}")));
        }
    }
}
