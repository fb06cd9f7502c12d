//! JSON lines: an object a line in, an object a line out, and `{"error"}` for a line that cannot be answered.
//!
//! No error quotes what was read: lines hold secrets.

use std::io::{self, BufRead, Read as _, Write};

use serde_json::{Map, Value, json};

/// The longest line, in bytes. More than any request that is signed by hand.
const LONGEST: u64 = 16 << 20;

/// The fields of one line.
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    /// A text; `None` if the field is missing or null.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, String> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(format!("`{name}` must be a text")),
        }
    }

    /// A text that has to be there.
    pub(super) fn needed(&self, name: &str) -> Result<&str, String> {
        self.text(name)?.ok_or_else(|| format!("`{name}` is missing"))
    }

    /// Yes or no; no if the field is missing or null.
    pub(super) fn flag(&self, name: &str) -> Result<bool, String> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(format!("`{name}` must be true or false")),
        }
    }

    /// An object; `None` if the field is missing or null.
    pub(super) fn object(&self, name: &str) -> Result<Option<&Map<String, Value>>, String> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(object)) => Ok(Some(object)),
            Some(_) => Err(format!("`{name}` must be an object")),
        }
    }

    /// A whole number above zero, as a number or as a text of digits; `None` if the field is missing or null.
    pub(super) fn positive(&self, name: &str) -> Result<Option<i64>, String> {
        let number = match self.0.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Number(number)) => number.as_i64(),
            Some(Value::String(text)) if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
            Some(_) => None,
        };
        let number = number.filter(|number| *number > 0);
        number.map(Some).ok_or_else(|| format!("`{name}` must be a whole number above zero"))
    }
}

/// Answers every line, at once, so that two programs can talk through a pipe. Ends at the end of the input, or when
/// nobody reads any more.
pub(super) fn each(
    mut input: impl BufRead,
    mut output: impl Write,
    mut answer: impl FnMut(&Fields) -> Result<Value, String>,
) -> io::Result<()> {
    let mut line = Vec::new();
    while read(&mut input, &mut line)? {
        let said = fields(&line).and_then(|fields| answer(&fields));
        let said = said.unwrap_or_else(|error| json!({"error": error}));
        match writeln!(output, "{said}").and_then(|()| output.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            written => written?,
        }
    }
    Ok(())
}

/// The next line, of which one byte more than the longest is kept; false at the end.
fn read(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    if input.take(LONGEST + 1).read_until(b'\n', line)? == 0 {
        return Ok(false);
    }
    if !line.ends_with(b"\n") {
        input.skip_until(b'\n')?;
    }
    Ok(true)
}

fn fields(line: &[u8]) -> Result<Fields, String> {
    if u64::try_from(line.trim_ascii_end().len()).unwrap_or(u64::MAX) > LONGEST {
        return Err(format!("the line is longer than {LONGEST} bytes"));
    }
    // The parser's words tell kind and place; into a bare value it never quotes.
    match serde_json::from_slice(line) {
        Ok(Value::Object(fields)) => Ok(Fields(fields)),
        Ok(_) => Err("the line is no JSON object".to_owned()),
        Err(error) => Err(format!("the line is not JSON: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(input: &[u8]) -> Vec<Value> {
        let mut output = Vec::new();
        each(input, &mut output, |fields| Ok(json!(fields.needed("a")?))).unwrap();
        output.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect()
    }

    #[test]
    fn every_line_gets_its_own_answer() {
        let said = said(b"{\"a\":\"x\"}\n\nnonsense\n[1]\n{\"a\":7}\n{}\n\xff\n{\"a\":\"last\"}");
        let errors = [
            "the line is not JSON: EOF while parsing a value at line 2 column 0",
            "the line is not JSON: expected ident at line 1 column 2",
            "the line is no JSON object",
            "`a` must be a text",
            "`a` is missing",
            "the line is not JSON: expected value at line 1 column 1",
        ];
        assert_eq!(said.first(), Some(&json!("x")));
        assert_eq!(said.last(), Some(&json!("last")));
        let middle: Vec<_> = said[1..7].iter().map(|said| said["error"].as_str().unwrap()).collect();
        assert_eq!(middle, errors);
    }

    #[test]
    fn a_line_that_is_too_long_is_refused_and_the_next_one_answered() {
        let long = vec![b'x'; usize::try_from(LONGEST).unwrap() + 10];
        let said = said(&[&long[..], b"\n{\"a\":\"x\"}\n"].concat());
        assert_eq!(said.len(), 2);
        assert!(said[0]["error"].as_str().unwrap().contains("longer than"));
        assert_eq!(said[1], json!("x"));
    }

    #[test]
    fn a_line_is_as_deep_as_anybody_likes() {
        let said = said(&[&vec![b'['; 100_000][..], b"\n{\"a\":\"x\"}\n"].concat());
        assert!(said[0]["error"].as_str().unwrap().contains("recursion limit"), "{said:?}");
    }
}
