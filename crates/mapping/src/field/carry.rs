//! Carrying a value to a target that holds something already.
//!
//! A target whose value says the same already keeps it: the second of two options with one counterpart, the
//! uncut text behind a cut one, the time behind a day. So a loss on the way never travels back.

use std::collections::BTreeSet;

use bowline_core::{Side, Value, code};

use crate::people::People;
use crate::shape::Shape;

use super::element::Element;
use super::way::Way;
use super::{Carried, FieldMapping};

impl FieldMapping {
    /// What a value becomes on a side whose field holds `current` now.
    ///
    /// A value that says the same as `current` becomes `current`. Sets are carried element by element; elements
    /// of `current` that have no counterpart on the other side stay.
    pub fn carry(&self, to: Side, value: &Value, current: &Value, people: &People) -> Carried {
        if self.are_sets(value, current) {
            return self.carry_set(to, value, current, people);
        }
        let element = self.element(to.other(), value, people);
        if !current.is_empty() && self.is_match(&element, &self.element(to, current, people), people) {
            return Carried::Value(current.clone());
        }
        match element.way {
            Way::Value(value) if !fits(&value, current) => misfit(&value),
            way => way.into(),
        }
    }

    fn carry_set(&self, to: Side, value: &Value, current: &Value, people: &People) -> Carried {
        let theirs = self.elements_of(to.other(), value, people);
        let present = self.elements_of(to, current, people);
        let has_match = |one: &Element<'_>, among: &[Element<'_>]| {
            among.iter().any(|other| self.is_match(one, other, people))
        };
        let stays = |mine: &&Element<'_>| mine.is_private() || has_match(mine, &theirs);
        let mut set: Vec<Value> = present.iter().filter(stays).map(|mine| mine.value.clone()).collect();
        for element in theirs.iter().filter(|element| !has_match(element, &present)) {
            match &element.way {
                Way::Value(value) if value.is_empty() => {}
                Way::Value(value) if !present.iter().all(|mine| fits(value, mine.value)) => {
                    return misfit(value);
                }
                Way::Value(value) => set.push(value.clone()),
                Way::Skip => {}
                end => return end.clone().into(),
            }
        }
        Carried::Value(self.set_of(set))
    }

    /// Whether both sides hold the same under the mapping: carrying one side's value over, in a direction that
    /// the mapping has, would change nothing on the other.
    pub fn agrees(&self, left: &Value, right: &Value, people: &People) -> bool {
        if !self.are_sets(left, right) {
            let (left, right) =
                (self.element(Side::Left, left, people), self.element(Side::Right, right, people));
            return self.is_match(&left, &right, people);
        }
        let left = self.elements_of(Side::Left, left, people);
        let right = self.elements_of(Side::Right, right, people);
        let settled = |side: Side, mine: &[Element<'_>], theirs: &[Element<'_>]| {
            mine.iter().all(|element| {
                let is_held = matches!(element.way, Way::Hold(..)) && self.direction.reaches(side.other());
                element.is_private() && !is_held
                    || theirs.iter().any(|other| self.is_match(element, other, people))
            })
        };
        settled(Side::Left, &left, &right) && settled(Side::Right, &right, &left)
    }

    /// A set of these, without repeats: of two that are the same the first is kept.
    pub(super) fn set_of(&self, values: Vec<Value>) -> Value {
        let mut seen = BTreeSet::new();
        Value::Set(values.into_iter().filter(|value| seen.insert(self.normal(value))).collect())
    }

    /// Whether both values are sets, or one is and the other is empty, and their elements have counterparts.
    pub(super) fn are_sets(&self, a: &Value, b: &Value) -> bool {
        let is_set = |value: &Value| matches!(value, Value::Set(_));
        self.is_elementwise()
            && (is_set(a) || is_set(b))
            && [a, b].into_iter().all(|v| is_set(v) || v.is_empty())
    }
}

/// Whether a value is of the kind that the field has shown so far.
fn fits(value: &Value, current: &Value) -> bool {
    match (Shape::of(value), Shape::of(current)) {
        (Some(value), Some(current)) => value == current,
        _ => true,
    }
}

fn misfit(value: &Value) -> Carried {
    Carried::Hold { code: code::MAPPING_WRONG_KIND, subject: value.kind().to_owned() }
}
