//! JSON as documents come in: a value that somebody holds, or one that is read from a text and borrows its words.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// What the readers ask of a value.
pub(super) trait Json: Sized {
    /// A member of an object.
    fn get(&self, name: &str) -> Option<&Self>;
    fn as_str(&self) -> Option<&str>;
    fn as_u64(&self) -> Option<u64>;
    fn as_f64(&self) -> Option<f64>;
    /// The items of an array.
    fn as_slice(&self) -> Option<&[Self]>;
    /// Whether nothing in it is deeper than so many levels.
    fn is_shallow(&self, depth: usize) -> bool;
    /// All of it, to be kept.
    fn to_value(&self) -> Value;
}

impl Json for Value {
    fn get(&self, name: &str) -> Option<&Self> {
        self.get(name)
    }

    fn as_str(&self) -> Option<&str> {
        self.as_str()
    }

    fn as_u64(&self) -> Option<u64> {
        self.as_u64()
    }

    fn as_f64(&self) -> Option<f64> {
        self.as_f64()
    }

    fn as_slice(&self) -> Option<&[Self]> {
        self.as_array().map(Vec::as_slice)
    }

    fn is_shallow(&self, depth: usize) -> bool {
        match self {
            _ if depth == 0 => false,
            Self::Array(items) => items.iter().all(|item| item.is_shallow(depth - 1)),
            Self::Object(members) => members.values().all(|member| member.is_shallow(depth - 1)),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => true,
        }
    }

    fn to_value(&self) -> Value {
        self.clone()
    }
}

/// A value that borrows its words from the text it was read from.
pub(super) enum Borrowed<'a> {
    Words(Cow<'a, str>),
    List(Vec<Self>),
    /// In the order of the text. Of members of one name the last counts.
    Object(Vec<(Cow<'a, str>, Self)>),
    /// Null, a boolean or a number.
    Plain(Value),
}

impl Json for Borrowed<'_> {
    fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().rfind(|(known, _)| known == name).map(|(_, value)| value)
    }

    fn as_str(&self) -> Option<&str> {
        if let Self::Words(words) = self { Some(words) } else { None }
    }

    fn as_u64(&self) -> Option<u64> {
        if let Self::Plain(value) = self { value.as_u64() } else { None }
    }

    fn as_f64(&self) -> Option<f64> {
        if let Self::Plain(value) = self { value.as_f64() } else { None }
    }

    fn as_slice(&self) -> Option<&[Self]> {
        if let Self::List(items) = self { Some(items) } else { None }
    }

    fn is_shallow(&self, depth: usize) -> bool {
        match self {
            _ if depth == 0 => false,
            Self::List(items) => items.iter().all(|item| item.is_shallow(depth - 1)),
            Self::Object(members) => members.iter().all(|(_, member)| member.is_shallow(depth - 1)),
            Self::Words(_) | Self::Plain(_) => true,
        }
    }

    fn to_value(&self) -> Value {
        match self {
            Self::Words(words) => Value::from(words.as_ref()),
            Self::List(items) => items.iter().map(Json::to_value).collect(),
            Self::Object(members) => {
                let members =
                    members.iter().map(|(name, member)| (name.as_ref().to_owned(), member.to_value()));
                Value::Object(members.collect::<Map<_, _>>())
            }
            Self::Plain(value) => value.clone(),
        }
    }
}

impl<'de> Deserialize<'de> for Borrowed<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Borrowed<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Borrowed::Plain(Value::Null))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Borrowed::Plain(value.into()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Borrowed::Plain(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Borrowed::Plain(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Borrowed::Plain(value.into()))
    }

    fn visit_borrowed_str<E: Error>(self, words: &'de str) -> Result<Self::Value, E> {
        Ok(Borrowed::Words(Cow::Borrowed(words)))
    }

    fn visit_str<E: Error>(self, words: &str) -> Result<Self::Value, E> {
        Ok(Borrowed::Words(Cow::Owned(words.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = from.next_element()? {
            items.push(item);
        }
        Ok(Borrowed::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(Name(name)) = from.next_key()? {
            members.push((name, from.next_value()?));
        }
        Ok(Borrowed::Object(members))
    }
}

/// The name of a member, borrowed where it can be.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match from.deserialize_str(Reader)? {
            Borrowed::Words(name) => Ok(Self(name)),
            _ => Err(D::Error::custom("a name is a string")),
        }
    }
}
