//! Field mappings: what a field on one side is on the other.
//!
//! `way` carries a value without a look at the target, `element` remembers the outcome; `carry` adds what the
//! target holds now; `merge` brings two sets together. What equal means is `compare`'s business, and whether a mapping makes sense `rules`'.

mod carry;
mod element;
mod key;
mod merge;
mod way;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

use bowline_core::{Code, FieldName, Side, Value};

use crate::compare::Comparator;
use crate::document::{Conflict, Direction};
use crate::transforms::Stage;
use crate::values::ValueMap;

pub(crate) use key::key;

/// How one field is carried between two types.
#[derive(Clone, Debug)]
pub struct FieldMapping {
    pub(crate) key: u64,
    pub(crate) label: String,
    pub(crate) left: Option<FieldName>,
    pub(crate) right: Option<FieldName>,
    pub(crate) direction: Direction,
    pub(crate) conflict: Conflict,
    pub(crate) comparator: Comparator,
    pub(crate) stages: Vec<Stage>,
    pub(crate) values: Option<ValueMap>,
    pub(crate) constant: Option<Value>,
    pub(crate) is_state: bool,
    /// Where it stands in the document.
    pub(crate) pointer: String,
}

/// What a value becomes on the other side.
#[derive(Clone, Debug, PartialEq)]
pub enum Carried {
    /// This value.
    Value(Value),
    /// Nothing: the target's field is left as it is.
    Skip,
    /// Nothing, and a person must be told.
    Hold {
        /// Why.
        code: Code,
        /// Which of several: the name of an option or state, the id of a person, or a kind of value. Never the
        /// content of an item.
        subject: String,
    },
}

impl FieldMapping {
    /// Identifies the mapping in stored state: depends on the names of both types and both fields only, so it
    /// survives restarts, releases and any other change of the document.
    pub const fn key(&self) -> u64 {
        self.key
    }

    /// The name for people: `summary → Name`.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The field on a side; `None` on the side where a constant has none.
    pub const fn field(&self, side: Side) -> Option<&FieldName> {
        match side {
            Side::Left => self.left.as_ref(),
            Side::Right => self.right.as_ref(),
        }
    }

    /// Whether values go to a side; with `creating`, when its item is being made, else at any later time.
    pub const fn carries(&self, to: Side, creating: bool) -> bool {
        self.direction.reaches(to) && (creating || !self.direction.is_create_only())
    }

    /// What happens when both sides changed.
    pub const fn conflict(&self) -> Conflict {
        self.conflict
    }

    /// Whether it is the workflow state, which is reached by steps.
    pub const fn is_state(&self) -> bool {
        self.is_state
    }

    /// The normal form: equal bytes exactly for values that are the same under the mapping's comparator. What is
    /// empty has no bytes, whatever its kind.
    pub fn normal(&self, value: &Value) -> Vec<u8> {
        self.comparator.normal(value)
    }

    /// The elements of a set with their normal forms, sorted by them and without repeats; `None` if the value is
    /// no set. In a field that is merged, a field without a value is an empty set.
    pub fn elements(&self, value: &Value) -> Option<Vec<(Vec<u8>, Value)>> {
        let is_set = matches!(value, Value::Set(_)) || self.conflict == Conflict::Merge && value.is_empty();
        is_set.then(|| {
            let elements = self.comparator.elements(value).into_iter();
            elements.map(|(normal, value)| (normal, value.clone())).collect()
        })
    }

    /// Whether elements of a set on one side have counterparts on the other.
    fn is_elementwise(&self) -> bool {
        self.constant.is_none() && !self.stages.iter().any(|stage| stage.transform.is_whole())
    }
}
