//! JSON that is about to be written: names are not copied, nor are words that stand in the document.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

/// A value in JSON.
pub(super) enum Node<'a> {
    Words(&'a str),
    Made(String),
    Number(u32),
    List(Vec<Node<'a>>),
    /// Members in the order in which they are written.
    Object(Vec<(&'static str, Node<'a>)>),
    /// As it came.
    Raw(&'a Value),
}

pub(super) fn object<'a>(members: impl Into<Vec<(&'static str, Node<'a>)>>) -> Node<'a> {
    Node::Object(members.into())
}

pub(super) fn node<'a>(kind: &'static str, content: Vec<Node<'a>>) -> Node<'a> {
    object([("type", kind.into()), ("content", content.into())])
}

pub(super) fn node_with<'a>(kind: &'static str, attrs: Node<'a>, content: Vec<Node<'a>>) -> Node<'a> {
    object([("type", kind.into()), ("attrs", attrs), ("content", content.into())])
}

/// A node or a mark with nothing in it.
pub(super) fn leaf<'a>(kind: &'static str, attrs: Node<'a>) -> Node<'a> {
    object([("type", kind.into()), ("attrs", attrs)])
}

impl<'a> From<&'a str> for Node<'a> {
    fn from(words: &'a str) -> Self {
        Self::Words(words)
    }
}

impl From<String> for Node<'_> {
    fn from(words: String) -> Self {
        Self::Made(words)
    }
}

impl From<u32> for Node<'_> {
    fn from(number: u32) -> Self {
        Self::Number(number)
    }
}

impl<'a> From<Vec<Self>> for Node<'a> {
    fn from(list: Vec<Self>) -> Self {
        Self::List(list)
    }
}

impl Serialize for Node<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Words(words) => to.serialize_str(words),
            Self::Made(words) => to.serialize_str(words),
            Self::Number(number) => to.serialize_u32(*number),
            Self::List(list) => to.collect_seq(list),
            Self::Object(members) => {
                let mut map = to.serialize_map(Some(members.len()))?;
                members.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
                map.end()
            }
            Self::Raw(value) => value.serialize(to),
        }
    }
}
