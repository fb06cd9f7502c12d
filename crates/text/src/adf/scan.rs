//! Finds the values in a JSON text, all in one list, each container before what is in it.
//!
//! Most of a document is names and structure, of which nothing is kept: here they cost no allocation. What a string
//! with escapes, a number or a word means is `serde_json`'s business; so is what nests too deep.

use std::borrow::Cow;

use serde_json::{Map, Number, Value};

use super::json::Json;

/// How deep `serde_json` reads, and with it everybody else here.
const MAX_DEPTH: usize = 127;

/// A value, or the name of a member.
enum Item<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Words(Cow<'a, str>),
    /// An array, and where what comes after it is in the list.
    List(usize),
    /// An object, whose names stand before its values, and where what comes after it is in the list.
    Object(usize),
}

/// The values of a text.
pub(super) struct Scanned<'a>(Vec<Item<'a>>);

/// A place in the text that is not JSON.
pub(super) struct Bad(pub(super) usize);

impl<'a> Scanned<'a> {
    pub(super) fn of(text: &'a str) -> Result<Self, Bad> {
        let mut scanner = Scanner { text, at: 0, items: Vec::with_capacity(text.len() / 8 + 4) };
        scanner.value(MAX_DEPTH)?;
        match scanner.peek() {
            None => Ok(Self(scanner.items)),
            Some(_) => Err(Bad(scanner.at)),
        }
    }

    /// The value of the whole text.
    pub(super) fn root(&self) -> Place<'_> {
        Place { items: &self.0, at: 0 }
    }
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    items: Vec<Item<'a>>,
}

impl<'a> Scanner<'a> {
    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        loop {
            match self.text.as_bytes().get(self.at) {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                other => return other.copied(),
            }
        }
    }

    /// Goes past a sign, if it is the next.
    fn take(&mut self, sign: u8) -> bool {
        let found = self.peek() == Some(sign);
        self.at += usize::from(found);
        found
    }

    fn need(&mut self, sign: u8) -> Result<(), Bad> {
        if self.take(sign) { Ok(()) } else { Err(Bad(self.at)) }
    }

    fn value(&mut self, depth: usize) -> Result<(), Bad> {
        match self.peek() {
            Some(b'"') => self.words(),
            Some(b'[') => {
                let start = self.begin(depth)?;
                if !self.take(b']') {
                    self.value(depth - 1)?;
                    while !self.take(b']') {
                        self.need(b',')?;
                        self.value(depth - 1)?;
                    }
                }
                self.end(start, Item::List)
            }
            Some(b'{') => {
                let start = self.begin(depth)?;
                if !self.take(b'}') {
                    self.member(depth - 1)?;
                    while !self.take(b'}') {
                        self.need(b',')?;
                        self.member(depth - 1)?;
                    }
                }
                self.end(start, Item::Object)
            }
            _ => self.scalar(),
        }
    }

    fn member(&mut self, depth: usize) -> Result<(), Bad> {
        if self.peek() != Some(b'"') {
            return Err(Bad(self.at));
        }
        self.words()?;
        self.need(b':')?;
        self.value(depth)
    }

    /// Begins a container; gives its place in the list.
    fn begin(&mut self, depth: usize) -> Result<usize, Bad> {
        if depth == 0 {
            return Err(Bad(self.at));
        }
        self.at += 1;
        self.items.push(Item::Null);
        Ok(self.items.len() - 1)
    }

    fn end(&mut self, start: usize, kind: fn(usize) -> Item<'a>) -> Result<(), Bad> {
        let end = self.items.len();
        if let Some(item) = self.items.get_mut(start) {
            *item = kind(end);
        }
        Ok(())
    }

    /// A string: borrowed, if it is written as it is.
    fn words(&mut self) -> Result<(), Bad> {
        let start = self.at + 1;
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        let ends = |byte: &u8| ENDS.get(usize::from(*byte)).is_none_or(|ends| *ends);
        let len = rest.iter().position(ends).ok_or(Bad(self.text.len()))?;
        if rest.get(len) == Some(&b'"') {
            let words = self.text.get(start..start + len).unwrap_or_default();
            self.items.push(Item::Words(Cow::Borrowed(words)));
            self.at = start + len + 1;
            return Ok(());
        }
        self.escaped(len)
    }

    /// A string whose first escape stands after so many bytes.
    fn escaped(&mut self, len: usize) -> Result<(), Bad> {
        let bytes = self.text.as_bytes();
        let mut end = self.at + 1 + len;
        while let Some(byte) = bytes.get(end).filter(|byte| **byte != b'"') {
            end += if *byte == b'\\' { 2 } else { 1 };
        }
        let written = self.text.get(self.at..=end).ok_or(Bad(self.text.len()))?;
        let words: String = serde_json::from_str(written).map_err(|_| Bad(self.at))?;
        self.items.push(Item::Words(Cow::Owned(words)));
        self.at = end + 1;
        Ok(())
    }

    /// A number, `true`, `false` or `null`.
    fn scalar(&mut self) -> Result<(), Bad> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let ends = |byte: u8| matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\n' | b'\r');
        let len = rest.bytes().position(ends).unwrap_or(rest.len());
        let written = rest.get(..len).unwrap_or_default();
        if let Some(whole) = whole(written) {
            self.items.push(Item::Number(whole.into()));
            self.at += len;
            return Ok(());
        }
        self.items.push(match serde_json::from_str(written) {
            Ok(Value::Null) => Item::Null,
            Ok(Value::Bool(value)) => Item::Bool(value),
            Ok(Value::Number(number)) => Item::Number(number),
            _ => return Err(Bad(self.at)),
        });
        self.at += len;
        Ok(())
    }
}

/// Whether a byte ends the part of a string that is written as it is: a quote, a backslash or a control character.
#[expect(clippy::indexing_slicing, reason = "as many as there are, when it is compiled")]
static ENDS: [bool; 256] = {
    let mut ends = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        ends[byte] = byte < 0x20 || byte == b'"' as usize || byte == b'\\' as usize;
        byte += 1;
    }
    ends
};

/// A short whole number, as most numbers of a document are.
fn whole(written: &str) -> Option<u64> {
    let digits = (1..=9).contains(&written.len()) && written.bytes().all(|byte| byte.is_ascii_digit());
    let led = written.len() > 1 && written.starts_with('0');
    (digits && !led).then(|| written.parse().ok())?
}

/// A value among all of a text.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    items: &'a [Item<'a>],
    at: usize,
}

impl<'a> Place<'a> {
    fn item(self) -> Option<&'a Item<'a>> {
        self.items.get(self.at)
    }

    /// Where what comes after this value is.
    fn next(self) -> Self {
        let at = match self.item() {
            Some(Item::List(end) | Item::Object(end)) => *end,
            _ => self.at + 1,
        };
        Self { at, ..self }
    }

    /// The values in a container, of which this is the first, up to its end.
    fn until(self, end: usize) -> impl Iterator<Item = Self> {
        let mut here = self;
        std::iter::from_fn(move || {
            let found = (here.at < end).then_some(here);
            here = here.next();
            found
        })
    }

    /// The members of an object.
    fn members(self) -> impl Iterator<Item = (&'a str, Self)> {
        let end = if let Some(Item::Object(end)) = self.item() { *end } else { 0 };
        let mut name = Self { at: self.at + 1, ..self };
        std::iter::from_fn(move || {
            let words = name.as_str().filter(|_| name.at < end)?;
            let value = name.next();
            name = value.next();
            Some((words, value))
        })
    }
}

impl<'a> Json<'a> for Place<'a> {
    /// Of members of one name the last counts, as in `serde_json`'s values.
    fn get(self, name: &str) -> Option<Self> {
        self.members().filter(|(known, _)| *known == name).last().map(|(_, value)| value)
    }

    fn as_str(self) -> Option<&'a str> {
        if let Some(Item::Words(words)) = self.item() { Some(words) } else { None }
    }

    fn as_u64(self) -> Option<u64> {
        if let Some(Item::Number(number)) = self.item() { number.as_u64() } else { None }
    }

    fn as_f64(self) -> Option<f64> {
        if let Some(Item::Number(number)) = self.item() { number.as_f64() } else { None }
    }

    fn items(self) -> impl Iterator<Item = Self> {
        let end = if let Some(Item::List(end)) = self.item() { *end } else { 0 };
        Self { at: self.at + 1, ..self }.until(end)
    }

    fn is_shallow(self, depth: usize) -> bool {
        depth > 0
            && self.items().all(|item| item.is_shallow(depth - 1))
            && self.members().all(|(_, member)| member.is_shallow(depth - 1))
    }

    fn to_value(self) -> Value {
        match self.item() {
            None | Some(Item::Null) => Value::Null,
            Some(Item::Bool(value)) => Value::Bool(*value),
            Some(Item::Number(number)) => Value::Number(number.clone()),
            Some(Item::Words(words)) => Value::from(words.as_ref()),
            Some(Item::List(_)) => self.items().map(Self::to_value).collect(),
            Some(Item::Object(_)) => {
                let members = self.members().map(|(name, value)| (name.to_owned(), value.to_value()));
                Value::Object(members.collect::<Map<_, _>>())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn agree(text: &str) {
        let ours = Scanned::of(text).ok().map(|scanned| scanned.root().to_value());
        assert_eq!(ours, serde_json::from_str::<Value>(text).ok(), "{text}");
    }

    #[test]
    fn nesting_ends_where_it_ends_for_all_others() {
        for depth in 125..131 {
            agree(&("[".repeat(depth) + &"]".repeat(depth)));
            agree(&("{\"a\":".repeat(depth) + "1" + &"}".repeat(depth)));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 16 * ProptestConfig::default().cases, ..ProptestConfig::default() })]

        #[test]
        fn what_is_json_and_what_it_says_is_what_serde_json_says(
            parts in proptest::collection::vec(prop::sample::select(vec![
                "{", "}", "[", "]", ",", ":", "\"a\"", "\"b\"", "\"a\":", "\"\"", "\"\\", "\"", "\\u00e9", "\\ud83d\\ude42",
                "\\ud83d", "\\n", "é", "\u{1}", "\n", " ", "\t", "\u{a0}", "1", "-0", "1.5e3", "01", "1.", "true", "null", "nul", "/",
            ]), 0..12),
            wrap in prop::sample::select(vec![("", ""), ("[", "]"), ("{\"a\":", "}"), ("[\"", "\"]"), ("[1,", ",2]")]),
        ) {
            agree(&format!("{}{}{}", wrap.0, parts.concat(), wrap.1));
        }

        #[test]
        fn every_value_is_found(values in crate::laws::nodes()) {
            agree(&values.to_string());
            agree(&serde_json::to_string_pretty(&values).unwrap());
        }
    }
}
