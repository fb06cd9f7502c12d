//! JSON objects in which no name stands twice: of two values, two readers may take different ones.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::{Map, Value};

/// Reads one object and nothing behind it; `None` for anything else. Nesting is limited by the JSON reader.
pub(crate) fn parse(bytes: &[u8]) -> Option<Map<String, Value>> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let object = reader.deserialize_map(Once).ok()?;
    reader.end().ok()?;
    Some(object)
}

/// Reads the values of these names and forgets the others, as strictly as [`parse`].
pub(crate) fn fields<const N: usize>(bytes: &[u8], names: &[&str; N]) -> Option<[Option<Value>; N]> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let values = reader.deserialize_map(Fields(names)).ok()?;
    reader.end().ok()?;
    Some(values)
}

struct Fields<'a, const N: usize>(&'a [&'a str; N]);

impl<'de, const N: usize> Visitor<'de> for Fields<'_, N> {
    type Value = [Option<Value>; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut values = [const { None }; N];
        let mut others = BTreeSet::new();
        while let Some(name) = access.next_key_seed(Name(self.0))? {
            let value = access.next_value::<Value>()?;
            let is_new = match name {
                Field::Wanted(at) => values.get_mut(at).is_some_and(|slot| slot.replace(value).is_none()),
                Field::Other(name) => others.insert(name),
            };
            if !is_new {
                return Err(A::Error::custom("a repeated name"));
            }
        }
        Ok(values)
    }
}

/// A name in an object: its place among those that are asked for, or the name of another.
enum Field {
    Wanted(usize),
    Other(String),
}

struct Name<'a>(&'a [&'a str]);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Field;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Field, D::Error> {
        reader.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Field;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Field, E> {
        let place = self.0.iter().position(|wanted| *wanted == name);
        Ok(place.map_or_else(|| Field::Other(name.to_owned()), Field::Wanted))
    }
}

struct Once;

impl<'de> Visitor<'de> for Once {
    type Value = Map<String, Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, value)) = access.next_entry::<String, Value>()? {
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("a repeated name"));
            }
        }
        Ok(object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_name_and_anything_but_one_object_are_refused() {
        assert_eq!(parse(br#" {"a":1,"b":{"a":2}} "#).unwrap().len(), 2);
        for text in [r#"{"a":1,"a":1}"#, r#"{"a":1,"\u0061":2}"#, r#"{"a":1}{}"#, "[]", "", "1", "{\"a\":1"] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
            for names in [["a", "b"], ["b", "c"]] {
                assert_eq!(fields(text.as_bytes(), &names), None, "{text}");
            }
        }
        let values = fields(br#"{"c":[1],"\u0061":null,"d":2}"#, &["a", "b", "c"]);
        assert_eq!(values, Some([Some(Value::Null), None, Some(serde_json::json!([1]))]));
        for names in [["a"], ["b"]] {
            assert_eq!(fields(b"{\"a\":\"\xff\"}", &names), None);
        }
        assert_eq!(parse(b"{\"a\":\"\xff\"}"), None);
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
        assert_eq!(parse(deep.as_bytes()), None);
        assert_eq!(fields(deep.as_bytes(), &["b"]), None);
    }
}
