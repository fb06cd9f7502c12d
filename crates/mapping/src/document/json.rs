//! Reads JSON into the tree.
//!
//! `serde_json` tells no positions, but it can lend the raw text of each value; where that lies in the whole
//! text is the position.

use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::tree::{DEPTH, Entry, Malformed, Node, Ruler, Tree};

/// The document as a tree.
pub(super) fn parse(text: &str) -> Result<Node, Malformed> {
    let reader = Reader { text, ruler: Ruler::new(text) };
    let raw = serde_json::from_str(text).map_err(|error| malformed(&error, 1))?;
    reader.node(raw, DEPTH)
}

struct Reader<'a> {
    text: &'a str,
    ruler: Ruler,
}

impl Reader<'_> {
    fn node(&self, raw: &RawValue, depth: usize) -> Result<Node, Malformed> {
        let text = raw.get();
        let offset = text.as_ptr().addr().saturating_sub(self.text.as_ptr().addr());
        let line = self.ruler.line(offset);
        let Some(depth) = depth.checked_sub(1) else {
            return Err(Malformed { line, message: "the document nests too deeply".to_owned() });
        };
        let wrong = |error: serde_json::Error| malformed(&error, line);
        let tree = match text.as_bytes().first() {
            Some(b'{') => Tree::Table(self.entries(serde_json::from_str(text).map_err(wrong)?, depth)?),
            Some(b'[') => {
                let raws: Vec<&RawValue> = serde_json::from_str(text).map_err(wrong)?;
                let nodes = raws.into_iter().map(|raw| self.node(raw, depth));
                Tree::List(nodes.collect::<Result<_, _>>()?)
            }
            Some(b'"') => Tree::Text(serde_json::from_str(text).map_err(wrong)?),
            Some(b't' | b'f') => Tree::Bool(serde_json::from_str(text).map_err(wrong)?),
            Some(b'n') => Tree::Null,
            // Not by `serde_json`, which may miss a number's last digit.
            _ => {
                let number = text.parse().ok().filter(|number: &f64| number.is_finite());
                let too_large = || Malformed { line, message: "the number is too large".to_owned() };
                Tree::Number(number.ok_or_else(too_large)?)
            }
        };
        Ok(Node { line, tree })
    }

    fn entries(&self, raws: Raws<'_>, depth: usize) -> Result<Vec<Entry>, Malformed> {
        let (mut entries, mut seen) = (Vec::new(), HashSet::new());
        for (key, raw) in raws.0 {
            let node = self.node(raw, depth)?;
            if !seen.insert(key.clone()) {
                return Err(Malformed {
                    line: node.line,
                    message: format!("the key `{key}` is there twice"),
                });
            }
            entries.push(Entry { key, line: node.line, node });
        }
        Ok(entries)
    }
}

fn malformed(error: &serde_json::Error, first: usize) -> Malformed {
    let message = error.to_string();
    let end = message.rfind(" at line ").unwrap_or(message.len());
    let message = message.get(..end).unwrap_or_default().to_owned();
    Malformed { line: first + error.line().saturating_sub(1), message }
}

/// An object's entries, in order and with repeats.
struct Raws<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Raws<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = Raws<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raws<'de>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Raws(entries))
            }
        }

        deserializer.deserialize_map(Entries)
    }
}
