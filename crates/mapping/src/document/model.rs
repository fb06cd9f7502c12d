//! The document as data. Its `Serialize` is the canonical form: what is at its default is left out.

use std::collections::BTreeMap;

use bowline_core::{FieldName, Side};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::problem::Lines;

use super::Literal;
use super::word::{Acting, CommentPolicy, Conflict, Direction, Sharing, UnmappedPerson, UnmappedValue};

/// Something that may be given for either side, by the words `left` and `right`.
pub(crate) type Sided<T> = BTreeMap<Side, T>;

/// A profile document. Serialized, it is canonical: parsing what was printed gives an equal document.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Document {
    pub(crate) schema: usize,
    pub(crate) name: String,
    pub(crate) left: End,
    pub(crate) right: End,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) defaults: Defaults,
    #[serde(rename = "routing")]
    pub(crate) routings: Vec<Routing>,
    #[serde(rename = "type")]
    pub(crate) types: Vec<TypePair>,
    #[serde(rename = "user", skip_serializing_if = "Vec::is_empty")]
    pub(crate) users: Vec<UserPair>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) people: People,
    #[serde(skip)]
    pub(crate) lines: Lines,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct End {
    pub connection: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Defaults {
    #[serde(skip_serializing_if = "is_default")]
    pub conflict: Conflict,
    #[serde(skip_serializing_if = "is_default")]
    pub comments: CommentPolicy,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Routing {
    pub left: String,
    pub right: String,
    #[serde(skip_serializing_if = "is_default")]
    pub share: Sharing,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub when: Sided<Vec<Condition>>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Condition {
    pub field: FieldName,
    #[serde(flatten)]
    pub test: Test,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Test {
    Is(Scalar),
    IsNot(Scalar),
    Contains(Scalar),
    In(Vec<Scalar>),
    Empty(bool),
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct TypePair {
    pub left: String,
    pub right: String,
    #[serde(rename = "field", skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Field {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<FieldName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right: Option<FieldName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conflict: Option<Conflict>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compare: Option<Call>,
    #[serde(rename = "transform", skip_serializing_if = "Vec::is_empty")]
    pub transforms: Vec<Call>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<[String; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unmapped: Option<Unmapped>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub constant: Option<Literal>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct State {
    pub left: FieldName,
    pub right: FieldName,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conflict: Option<Conflict>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<[String; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unmapped: Option<Unmapped>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub avoid: Sided<Vec<String>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub supply: Sided<BTreeMap<FieldName, Literal>>,
}

/// What to do with values that a value map does not name: a policy, or a default per side.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub(crate) enum Unmapped {
    Policy(UnmappedValue),
    Default(Sided<String>),
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct UserPair {
    pub left: String,
    pub right: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct People {
    #[serde(skip_serializing_if = "is_default")]
    pub acting: Acting,
    #[serde(skip_serializing_if = "is_default")]
    pub unmapped: UnmappedPerson,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fallback: Sided<String>,
}

/// A transform or comparator by name, with its argument if it takes one: `"trim"`, `{ clamp = 255 }`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Call {
    pub name: String,
    pub argument: Option<Argument>,
}

impl Serialize for Call {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(argument) = &self.argument else { return serializer.serialize_str(&self.name) };
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(&self.name, argument)?;
        map.end()
    }
}

/// The argument of a transform or comparator.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub(crate) enum Argument {
    /// One value.
    One(Scalar),
    /// A list of values.
    Many(Vec<Scalar>),
}

/// A plain value in a condition or an argument.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scalar {
    /// Text; quoted in the document.
    Text(String),
    /// A number, never infinite.
    Number(f64),
    /// True or false.
    Bool(bool),
}

impl Serialize for Scalar {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Number(number) => serialize_number(*number, serializer),
            Self::Bool(bool) => serializer.serialize_bool(*bool),
        }
    }
}

/// Whole numbers without a fraction: `255`, not `255.0`.
pub(super) fn serialize_number<S: Serializer>(number: f64, serializer: S) -> Result<S::Ok, S::Error> {
    /// Floats hold every whole number up to here exactly.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() < EXACT {
        #[expect(clippy::cast_possible_truncation, reason = "whole and in range, as just tested")]
        return serializer.serialize_i64(number as i64);
    }
    serializer.serialize_f64(number)
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Test {
    /// The key it is written with.
    pub(crate) const fn key(&self) -> &'static str {
        match self {
            Self::Is(_) => "is",
            Self::IsNot(_) => "is_not",
            Self::Contains(_) => "contains",
            Self::In(_) => "in",
            Self::Empty(_) => "empty",
        }
    }
}

impl Direction {
    /// Whether values ever go to a side.
    pub(crate) const fn reaches(self, to: Side) -> bool {
        match self {
            Self::Both => true,
            Self::LeftToRight | Self::CreateOnlyLeftToRight => matches!(to, Side::Right),
            Self::RightToLeft | Self::CreateOnlyRightToLeft => matches!(to, Side::Left),
        }
    }

    /// Whether values go to a side only when its item is made.
    pub(crate) const fn is_create_only(self) -> bool {
        matches!(self, Self::CreateOnlyLeftToRight | Self::CreateOnlyRightToLeft)
    }

    /// The direction of a constant unless the document says another.
    pub(crate) const fn once(to: Side) -> Self {
        match to {
            Side::Left => Self::CreateOnlyRightToLeft,
            Side::Right => Self::CreateOnlyLeftToRight,
        }
    }
}

impl Document {
    /// The profile's name.
    pub fn name(&self) -> &str {
        &self.name
    }
}
