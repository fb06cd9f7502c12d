//! A value seen from both sides: what it is, and what it becomes on the way. Two of these are compared without
//! carrying either again, so sets of a hundred labels cost a hundred carries, not ten thousand.

use std::collections::BTreeSet;

use bowline_core::{Side, Value};

use crate::people::People;

use super::FieldMapping;
use super::way::{Way, name_of};

/// A single value on a side, or an element of its set.
pub(super) struct Element<'a> {
    pub value: &'a Value,
    pub normal: Vec<u8>,
    /// What it becomes on the other side.
    pub way: Way,
    side: Side,
    /// The normal form of what arrives on the other side, if the mapping has that direction.
    arrives: Option<Vec<u8>>,
}

impl Element<'_> {
    /// Whether it has no counterpart, so that its absence on the other side says nothing.
    pub(super) fn is_private(&self) -> bool {
        match &self.way {
            Way::Value(value) => value.is_empty(),
            Way::Skip | Way::Hold(..) => true,
            Way::Closed => false,
        }
    }
}

impl FieldMapping {
    pub(super) fn element<'a>(&self, side: Side, value: &'a Value, people: &People) -> Element<'a> {
        let way = self.way(side.other(), value, people);
        let arrives = match &way {
            Way::Value(value) if self.direction.reaches(side.other()) => Some(self.normal(value)),
            _ => None,
        };
        Element { value, normal: self.normal(value), way, side, arrives }
    }

    /// The elements of a set, without repeats; none of a value that is no set.
    pub(super) fn elements_of<'a>(&self, side: Side, set: &'a Value, people: &People) -> Vec<Element<'a>> {
        let Value::Set(values) = set else { return Vec::new() };
        let mut seen = BTreeSet::new();
        let elements = values.iter().filter(|value| !value.is_empty());
        let elements = elements.map(|value| self.element(side, value, people));
        elements.filter(|element| seen.insert(element.normal.clone())).collect()
    }

    /// Whether two values, one of each side, say the same: one becomes the other, in a direction that the mapping
    /// has, or the document pairs them in so many words.
    pub(super) fn is_match(&self, a: &Element<'_>, b: &Element<'_>, people: &People) -> bool {
        a.arrives.as_ref() == Some(&b.normal)
            || b.arrives.as_ref() == Some(&a.normal)
            || match a.side {
                Side::Left => self.is_paired(a.value, b.value, people),
                Side::Right => self.is_paired(b.value, a.value, people),
            }
    }

    fn is_paired(&self, left: &Value, right: &Value, people: &People) -> bool {
        if self.values.is_none() && !matches!(right, Value::Person(_)) {
            return false;
        }
        // Pairs name what the transforms have made of the left value.
        let Way::Value(left) = self.transformed(Side::Right, left) else { return false };
        match (&left, right, &self.values) {
            (Value::Person(left), Value::Person(right), _) => people.paired(left, right),
            (left, right, Some(values)) => match (name_of(left), name_of(right)) {
                (Some(left), Some(right)) => values.paired(left, right),
                _ => false,
            },
            _ => false,
        }
    }
}
