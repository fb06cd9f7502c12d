//! Bringing two sets together: what either side added is added, what either side removed is removed.

use bowline_core::{Side, Value, code};

use crate::people::People;

use super::element::Element;
use super::way::Way;
use super::{Carried, FieldMapping};

impl FieldMapping {
    /// The set that a side should hold after both sides changed.
    ///
    /// `mine` is the side's present set and `theirs` the other side's, as that side has it; `base` says of the
    /// normal form of an element of a side whether the side held it when both were last in sync. An element
    /// that one side lacks was removed there if the side that has it had it in the base, and added otherwise.
    /// Elements without a counterpart stay where they are.
    ///
    /// Called for either side with the same bases, the two results agree (see `field::laws`).
    pub fn merge(
        &self,
        side: Side,
        mine: &Value,
        theirs: &Value,
        base: &dyn Fn(Side, &[u8]) -> bool,
        people: &People,
    ) -> Carried {
        if let Some(odd) = [mine, theirs].into_iter().find(|value| !self.is_set(value)) {
            return Carried::Hold { code: code::MAPPING_WRONG_KIND, subject: odd.kind().to_owned() };
        }
        let mine = self.elements_of(side, mine, people);
        let theirs = self.elements_of(side.other(), theirs, people);
        let has_match = |one: &Element<'_>, among: &[Element<'_>]| {
            among.iter().any(|other| self.is_match(one, other, people))
        };
        let stays = |element: &&Element<'_>| {
            element.is_private() || has_match(element, &theirs) || !base(side, &element.normal)
        };
        let mut merged: Vec<Value> = mine.iter().filter(stays).map(|element| element.value.clone()).collect();
        let is_new =
            |element: &&Element<'_>| !has_match(element, &mine) && !base(side.other(), &element.normal);
        for element in theirs.iter().filter(is_new) {
            match &element.way {
                Way::Value(value) if value.is_empty() => {}
                Way::Value(value) => merged.push(value.clone()),
                Way::Skip => {}
                end => return end.clone().into(),
            }
        }
        Carried::Value(self.set_of(merged))
    }

    /// Whether a value is a set that can be merged; a field without a value is an empty one.
    fn is_set(&self, value: &Value) -> bool {
        self.is_elementwise() && (value.is_empty() || matches!(value, Value::Set(_)))
    }
}
