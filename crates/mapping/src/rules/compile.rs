//! From the document's types and fields to mappings, with everything that contradicts itself.

use std::collections::BTreeMap;

use bowline_core::{FieldName, Side};

use crate::compare::Comparator;
use crate::document::{Conflict, Direction, Document, Field, State, TypePair, Unmapped, Word};
use crate::field::{FieldMapping, key};
use crate::fold::same_name;
use crate::problem::Report;
use crate::shape::{Kind, Shape};
use crate::transforms::Stage;
use crate::values::ValueMap;

use super::TypeMapping;

/// The type mappings of a document.
pub(super) fn types(document: &Document, report: &mut Report<'_>) -> Vec<TypeMapping> {
    if document.types.is_empty() {
        let fix = "Add a `[[type]]` with the `left` and the `right` type.";
        report.add("", "No type mapping says which types belong together.", fix);
    }
    if document.defaults.conflict == Conflict::Merge {
        let fix = "Write `conflict = \"merge\"` at the fields that hold sets, and another word here.";
        report.add("/defaults/conflict", "`merge` is for sets only.", fix);
    }
    for (index, pair) in document.types.iter().enumerate() {
        let same =
            |other: &&TypePair| same_name(&other.left, &pair.left) && same_name(&other.right, &pair.right);
        if document.types.iter().take(index).any(|other| same(&other)) {
            let message = format!("The types `{}` and `{}` are mapped twice.", pair.left, pair.right);
            report.add(&format!("/type/{index}"), message, "Put the fields of both into one `[[type]]`.");
        }
    }
    let compiler =
        |(index, pair)| Compiler { document, pair, pointer: format!("/type/{index}"), report }.compile();
    document.types.iter().enumerate().map(compiler).collect()
}

struct Compiler<'a, 'r> {
    document: &'a Document,
    pair: &'a TypePair,
    pointer: String,
    report: &'a mut Report<'r>,
}

impl Compiler<'_, '_> {
    fn compile(mut self) -> TypeMapping {
        let pair = self.pair;
        let fields: Vec<FieldMapping> =
            pair.fields.iter().enumerate().map(|(index, field)| self.field(index, field)).collect();
        let state = pair.state.as_ref().map(|state| self.state(state));
        self.refuse_repeats(&fields, state.as_ref());
        let (avoid, supply) = match &pair.state {
            None => Default::default(),
            Some(state) => {
                let values = |literals: &BTreeMap<FieldName, crate::document::Literal>| {
                    literals.iter().map(|(field, literal)| (field.clone(), literal.0.clone())).collect()
                };
                let supply = state.supply.iter().map(|(side, literals)| (*side, values(literals)));
                (state.avoid.clone(), supply.collect())
            }
        };
        let kinds = [pair.left.clone(), pair.right.clone()];
        TypeMapping { kinds, fields, state, avoid, supply, pointer: self.pointer }
    }

    fn field(&mut self, index: usize, field: &Field) -> FieldMapping {
        let pointer = format!("{}/field/{index}", self.pointer);
        let mapping = FieldMapping {
            key: self.key(field.left.as_ref(), field.right.as_ref()),
            label: label(field.left.as_ref(), field.right.as_ref()),
            left: field.left.clone(),
            right: field.right.clone(),
            direction: direction(field),
            conflict: field.conflict.unwrap_or(self.document.defaults.conflict),
            comparator: self.comparator(field, &pointer),
            stages: self.stages(field, &pointer),
            values: self.values(&field.values, field.unmapped.as_ref(), &pointer),
            constant: field.constant.as_ref().map(|literal| literal.0.clone()),
            is_state: false,
            pointer,
        };
        match mapping.constant {
            Some(_) => self.check_constant(field, &mapping),
            None => self.check_ends(&mapping),
        }
        self.check_stages(&mapping);
        self.check_merge(&mapping);
        mapping
    }

    fn state(&mut self, state: &State) -> FieldMapping {
        let pointer = format!("{}/state", self.pointer);
        let (left, right) = (Some(state.left.clone()), Some(state.right.clone()));
        let mapping = FieldMapping {
            key: self.key(left.as_ref(), right.as_ref()),
            label: label(left.as_ref(), right.as_ref()),
            direction: state.direction.unwrap_or(Direction::Both),
            conflict: state.conflict.unwrap_or(self.document.defaults.conflict),
            comparator: Comparator::default(),
            stages: Vec::new(),
            values: self.values(&state.values, state.unmapped.as_ref(), &pointer),
            constant: None,
            is_state: true,
            left,
            right,
            pointer,
        };
        if mapping.conflict == Conflict::Merge {
            self.refuse_merge(&mapping);
        }
        mapping
    }

    fn key(&self, left: Option<&FieldName>, right: Option<&FieldName>) -> u64 {
        let name = |field: Option<&FieldName>| field.map_or("", FieldName::as_str).to_owned();
        key([&self.pair.left, &self.pair.right, &name(left), &name(right)])
    }

    fn comparator(&mut self, field: &Field, pointer: &str) -> Comparator {
        let Some(call) = &field.compare else { return Comparator::default() };
        Comparator::new(call).unwrap_or_else(|(message, fix)| {
            self.report.add(&format!("{pointer}/compare"), message, fix);
            Comparator::default()
        })
    }

    fn stages(&mut self, field: &Field, pointer: &str) -> Vec<Stage> {
        let mut stages = Vec::new();
        for (index, call) in field.transforms.iter().enumerate() {
            match Stage::new(call) {
                Ok(stage) => stages.push(stage),
                Err((message, fix)) => self.report.add(&format!("{pointer}/transform/{index}"), message, fix),
            }
        }
        stages
    }

    fn values(
        &mut self,
        pairs: &[[String; 2]],
        unmapped: Option<&Unmapped>,
        pointer: &str,
    ) -> Option<ValueMap> {
        if pairs.is_empty() {
            if unmapped.is_some() {
                let fix =
                    "Add `values`, or remove `unmapped`: without `values` every name is taken as it is.";
                self.report.add(
                    &format!("{pointer}/unmapped"),
                    "`unmapped` has no meaning without `values`.",
                    fix,
                );
            }
            return None;
        }
        let values = ValueMap::new(pairs, unmapped);
        for index in values.repeats() {
            let message = "This pair of values is there already.";
            self.report.add(&format!("{pointer}/values/{index}"), message, "Remove one of the two.");
        }
        Some(values)
    }

    fn check_constant(&mut self, field: &Field, mapping: &FieldMapping) {
        let side = match (&field.left, &field.right) {
            (Some(_), None) => Side::Left,
            (None, Some(_)) => Side::Right,
            _ => {
                let message = "A constant is written to one side, so it names the field of that side only.";
                return self.report.add(&mapping.pointer, message, "Keep one of `left` and `right`.");
            }
        };
        if mapping.direction.reaches(side.other()) {
            let once = Direction::once(side).word();
            let fix = format!("Write `direction = \"{once}\"`, or leave it out.");
            let message = format!("A constant on the {side} goes to the {side} only.");
            self.report.add(&format!("{}/direction", mapping.pointer), message, fix);
        }
        let idle = [
            ("transform", !field.transforms.is_empty()),
            ("values", !field.values.is_empty()),
            ("conflict", field.conflict.is_some()),
        ];
        for (key, _) in idle.into_iter().filter(|(_, given)| *given) {
            let message = format!("`{key}` has no meaning for a constant.");
            self.report.add(&format!("{}/{key}", mapping.pointer), message, "Remove it.");
        }
    }

    fn check_ends(&mut self, mapping: &FieldMapping) {
        let missing = match (&mapping.left, &mapping.right) {
            (Some(_), Some(_)) => return,
            (None, _) => "left",
            (Some(_), None) => "right",
        };
        let message = format!("The mapping names no field on the {missing}.");
        let fix = format!("Add `{missing} = \"…\"`, or a `constant` for the field it names.");
        self.report.add(&mapping.pointer, message, fix);
    }

    /// Transforms must fit each other, and lead back where the direction does.
    fn check_stages(&mut self, mapping: &FieldMapping) {
        let mut shapes: Vec<Shape> = Shape::all().collect();
        for (index, stage) in mapping.stages.iter().enumerate() {
            let pointer = format!("{}/transform/{index}", mapping.pointer);
            let name = stage.transform.name;
            if !stage.transform.has_inverse && mapping.direction.reaches(Side::Left) {
                let message =
                    format!("The transform `{name}` has no way back, but the field is carried to the left.");
                let fix = "Write `direction = \"left_to_right\"`, or remove the transform.";
                self.report.add(&pointer, message, fix);
            }
            let next: Vec<Shape> = shapes.iter().filter_map(|shape| stage.transform.gives(*shape)).collect();
            if next.is_empty() {
                let message = format!("The transform `{name}` does not take what the one before it gives.");
                let fix =
                    format!("`{name}` takes {}; change the order, or remove one.", stage.transform.forms());
                return self.report.add(&pointer, message, fix);
            }
            shapes = next;
        }
        let has_names = |shape: &Shape| matches!(shape.kind, Kind::Choice | Kind::Text);
        if mapping.values.is_some() && !shapes.iter().any(has_names) {
            let message = "`values` maps names, but the transforms give something without a name.";
            let fix = "Remove `values`, or the transforms.";
            self.report.add(&format!("{}/values", mapping.pointer), message, fix);
        }
    }

    fn check_merge(&mut self, mapping: &FieldMapping) {
        if mapping.conflict != Conflict::Merge || mapping.constant.is_some() {
            return;
        }
        if mapping.stages.iter().any(|stage| stage.transform.is_whole()) {
            self.refuse_merge(mapping);
        }
    }

    fn refuse_merge(&mut self, mapping: &FieldMapping) {
        let fix = "Choose `left`, `right`, `newest` or `manual`.";
        let message = "`merge` needs a set on both sides.";
        self.report.add(&format!("{}/conflict", mapping.pointer), message, fix);
    }

    /// A field is written by one mapping only, and a pair of fields is mapped once.
    fn refuse_repeats(&mut self, fields: &[FieldMapping], state: Option<&FieldMapping>) {
        let all: Vec<&FieldMapping> = fields.iter().chain(state).collect();
        for (index, later) in all.iter().enumerate() {
            let earlier = || all.iter().take(index);
            if earlier().any(|earlier| earlier.left == later.left && earlier.right == later.right) {
                let message = format!("The fields of `{}` are mapped twice.", later.label);
                self.report.add(&later.pointer, message, "Remove one of the two mappings.");
                continue;
            }
            for side in Side::BOTH {
                let Some(field) = later.field(side).filter(|_| later.direction.reaches(side)) else {
                    continue;
                };
                let writes = |earlier: &&&FieldMapping| {
                    earlier.field(side) == Some(field) && earlier.direction.reaches(side)
                };
                if let Some(earlier) = earlier().find(writes) {
                    let message =
                        format!("The {side} field `{field}` is written by `{}` already.", earlier.label);
                    let fix =
                        "Remove one of the two mappings, or give one the direction away from that field.";
                    self.report.add(&later.pointer, message, fix);
                }
            }
        }
    }
}

/// The direction: a constant is set once, when an item is made, unless the document says otherwise.
fn direction(field: &Field) -> Direction {
    let once = || match (&field.constant, &field.left, &field.right) {
        (Some(_), None, Some(_)) => Direction::once(Side::Right),
        (Some(_), Some(_), None) => Direction::once(Side::Left),
        _ => Direction::Both,
    };
    field.direction.unwrap_or_else(once)
}

/// What people call a mapping.
fn label(left: Option<&FieldName>, right: Option<&FieldName>) -> String {
    match (left, right) {
        (Some(left), Some(right)) => format!("{left} → {right}"),
        (Some(one), None) | (None, Some(one)) => one.to_string(),
        (None, None) => String::new(),
    }
}
