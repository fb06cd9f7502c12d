//! JSON as documents come in: a value that somebody holds, or what was scanned in a text (`scan.rs`).

use serde_json::Value;

/// What the readers ask of a value.
pub(super) trait Json<'a>: Copy {
    /// A member of an object.
    fn get(self, name: &str) -> Option<Self>;
    fn as_str(self) -> Option<&'a str>;
    fn as_u64(self) -> Option<u64>;
    fn as_f64(self) -> Option<f64>;
    /// The items of an array; of others none.
    fn items(self) -> impl Iterator<Item = Self>;
    /// Whether nothing in it is deeper than so many levels.
    fn is_shallow(self, depth: usize) -> bool;
    /// All of it, to be kept.
    fn to_value(self) -> Value;
}

impl<'a> Json<'a> for &'a Value {
    fn get(self, name: &str) -> Option<Self> {
        self.get(name)
    }

    fn as_str(self) -> Option<&'a str> {
        self.as_str()
    }

    fn as_u64(self) -> Option<u64> {
        self.as_u64()
    }

    fn as_f64(self) -> Option<f64> {
        self.as_f64()
    }

    fn items(self) -> impl Iterator<Item = Self> {
        self.as_array().into_iter().flatten()
    }

    fn is_shallow(self, depth: usize) -> bool {
        match self {
            _ if depth == 0 => false,
            Value::Array(items) => items.iter().all(|item| item.is_shallow(depth - 1)),
            Value::Object(members) => members.values().all(|member| member.is_shallow(depth - 1)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
        }
    }

    fn to_value(self) -> Value {
        self.clone()
    }
}
