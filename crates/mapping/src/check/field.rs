//! One field mapping against the schemas of its two types.

use bowline_core::port::{FieldKind, FieldSchema, TypeSchema};
use bowline_core::value::Choice;
use bowline_core::{FieldName, Side, Value};

use crate::document::{Conflict, below};
use crate::field::FieldMapping;
use crate::fold::same_name;
use crate::nearest;
use crate::problem::Report;
use crate::rules::TypeMapping;
use crate::shape::Shape;
use crate::transforms::REGISTRY;

/// A field mapping with what its two types look like.
pub(super) struct Pair<'a, 'r, 'l> {
    pub field: &'a FieldMapping,
    pub left: &'a TypeSchema,
    pub right: &'a TypeSchema,
    pub report: &'r mut Report<'l>,
}

impl<'a> Pair<'a, '_, '_> {
    pub(super) fn check(&mut self) {
        let left = self.known(Side::Left);
        let right = self.known(Side::Right);
        if let Some(constant) = &self.field.constant {
            let pointer = format!("{}/constant", self.field.pointer);
            for known in left.into_iter().chain(right) {
                check_fixed(constant, known, &pointer, self.report);
            }
            return;
        }
        for (side, known) in [(Side::Left, left), (Side::Right, right)] {
            if let Some(known) = known {
                self.check_state(side, known);
                self.check_names(side, known);
            }
        }
        if let (Some(left), Some(right)) = (left, right) {
            self.check_shapes(left, right);
        }
    }

    const fn schema(&self, side: Side) -> &'a TypeSchema {
        match side {
            Side::Left => self.left,
            Side::Right => self.right,
        }
    }

    /// The schema of the field on a side.
    fn known(&mut self, side: Side) -> Option<&'a FieldSchema> {
        let (name, schema) = (self.field.field(side)?, self.schema(side));
        let known = schema.fields.iter().find(|field| field.name == *name);
        if known.is_none() {
            let (kind, scope) = (&schema.kind, &schema.scope);
            let message = format!("`{kind}` in `{scope}` on the {side} has no field `{name}`.");
            let pointer = format!("{}/{side}", self.field.pointer);
            self.report.add(&pointer, message, instead(name, schema.fields.iter()));
        }
        known
    }

    /// A workflow state is mapped as one, and nothing else is.
    fn check_state(&mut self, side: Side, known: &FieldSchema) {
        let pointer = format!("{}/{side}", self.field.pointer);
        match (self.field.is_state(), known.kind) {
            (true, FieldKind::State) => {}
            (true, _) => {
                let message = format!("`{}` is not a workflow state.", known.name);
                let states = self.schema(side).fields.iter().filter(|field| field.kind == FieldKind::State);
                self.report.add(&pointer, message, instead(&known.name, states));
            }
            (false, FieldKind::State) if self.field.direction.reaches(side) => {
                let message = format!("`{}` is a workflow state, which is reached by steps.", known.name);
                self.report.add(&pointer, message, "Map it under `[type.state]` instead.");
            }
            _ => {}
        }
    }

    /// The options or states that the value map names exist.
    fn check_names(&mut self, side: Side, known: &FieldSchema) {
        let Some(values) = &self.field.values else { return };
        // What the transforms make of the left value is not in the left tool's list.
        if side == Side::Left && !self.field.stages.is_empty() {
            return;
        }
        let allowed = if self.field.is_state() { &self.schema(side).states } else { &known.allowed };
        for (place, name) in values.names(side).filter(|(_, name)| !name.trim().is_empty()) {
            check_name(name, &known.name, allowed, &format!("{}/{place}", self.field.pointer), self.report);
        }
    }

    /// What one side gives is what the other takes.
    fn check_shapes(&mut self, left: &FieldSchema, right: &FieldSchema) {
        let (mut shape, wanted) = (Shape::of_field(left.kind), Shape::of_field(right.kind));
        if self.field.conflict() == Conflict::Merge && !(shape.many && wanted.many) {
            let message = format!(
                "`merge` needs a set on both sides: `{}` is {shape}, `{}` {wanted}.",
                left.name, right.name
            );
            let pointer = format!("{}/conflict", self.field.pointer);
            self.report.add(&pointer, message, "Choose `left`, `right`, `newest` or `manual`.");
        }
        for (index, stage) in self.field.stages.iter().enumerate() {
            let Some(next) = stage.transform.gives(shape) else {
                let name = stage.transform.name;
                let message =
                    format!("The transform `{name}` does not take {shape}, which `{}` gives it.", left.name);
                let pointer = format!("{}/transform/{index}", self.field.pointer);
                let fix = format!(
                    "`{name}` takes {}; remove it or put another before it.",
                    stage.transform.forms()
                );
                return self.report.add(&pointer, message, fix);
            };
            shape = next;
        }
        if shape == wanted {
            return;
        }
        let message = format!("`{}` gives {shape}, but `{}` holds {wanted}.", left.name, right.name);
        let bridge = REGISTRY.iter().find(|transform| transform.gives(shape) == Some(wanted));
        let fix = match bridge {
            Some(transform) => {
                format!("Add the transform `{}` at the end of `transform`.", transform.example)
            }
            None => "Map another field.".to_owned(),
        };
        self.report.add(&self.field.pointer, message, fix);
    }
}

/// The states to avoid exist, and what is supplied fits where the field is known. A field of a step's screen
/// need not be one of the type's own.
pub(super) fn check_state(mapping: &TypeMapping, side: Side, schema: &TypeSchema, report: &mut Report<'_>) {
    let pointer = format!("{}/state", mapping.pointer);
    let Some(state) = mapping.state().and_then(|state| state.field(side)) else { return };
    for (index, name) in mapping.avoid(side).iter().enumerate() {
        check_name(name, state, &schema.states, &format!("{pointer}/avoid/{side}/{index}"), report);
    }
    for (field, value) in mapping.supplies(side) {
        if let Some(known) = schema.fields.iter().find(|known| known.name == *field) {
            let pointer = below(&format!("{pointer}/supply/{side}"), field.as_str());
            check_fixed(value, known, &pointer, report);
        }
    }
}

/// A fixed value is of the field's kind and one of its options.
fn check_fixed(value: &Value, known: &FieldSchema, pointer: &str, report: &mut Report<'_>) {
    let wanted = Shape::of_field(known.kind);
    match Shape::of(value) {
        Some(shape) if shape != wanted => {
            let message = format!("The value is {shape}, but `{}` holds {wanted}.", known.name);
            let fix = "Write a value of that kind; `{ choice = \"…\" }`, `{ person = \"…\" }`, `{ date = \"…\" }`, \
                       `{ instant = \"…\" }` and `{ text = \"…\" }` name it, and a list is a set.";
            report.add(pointer, message, fix);
        }
        _ => {
            let values = match value {
                Value::Set(values) => values.as_slice(),
                single => std::slice::from_ref(single),
            };
            for value in values {
                if let Value::Choice(choice) = value {
                    check_name(&choice.name, &known.name, &known.allowed, pointer, report);
                }
            }
        }
    }
}

/// A name is one of a list, unless the tool gives none.
fn check_name(name: &str, field: &FieldName, allowed: &[Choice], pointer: &str, report: &mut Report<'_>) {
    if allowed.is_empty() || allowed.iter().any(|choice| same_name(&choice.name, name)) {
        return;
    }
    let known: Vec<&str> = allowed.iter().map(|choice| choice.name.as_str()).collect();
    report.add(pointer, format!("`{field}` knows no `{name}`."), nearest::instead(name, &known));
}

/// The field that was probably meant: by the name that the profile uses, or by the label that people see.
pub(super) fn instead<'a>(name: &FieldName, fields: impl Iterator<Item = &'a FieldSchema>) -> String {
    let fields: Vec<&FieldSchema> = fields.collect();
    if let Some(field) = fields.iter().find(|field| same_name(&field.label, name.as_str())) {
        return format!("Write `{}`, which people see as `{}`.", field.name, field.label);
    }
    let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    nearest::instead(name.as_str(), &names)
}
