//! `first`: one value where the other side has a set.

use bowline_core::Value;

use crate::compare::Comparator;
use crate::shape::Shape;

use super::{Step, Takes, Transform, Unfit, plain_step};

pub(super) const TRANSFORM: Transform = Transform {
    name: "first",
    example: "\"first\"",
    doc: "Of a set the first in alphabetical order. Back: a set of one; the whole set stays while the single value \
          is not edited.",
    has_inverse: true,
    takes: Takes::Whole(|shape| shape.many.then_some(Shape { many: false, ..shape })),
    build: |argument| plain_step(argument, First),
};

#[derive(Debug)]
struct First;

impl Step for First {
    fn forth(&self, value: &Value) -> Result<Value, Unfit> {
        // Sets have no order of their own, and tools give them back in any.
        let Value::Set(_) = value else { return Err(Unfit::Kind) };
        let elements = Comparator::ByKind.elements(value);
        Ok(elements.first().map_or(Value::Null, |(_, value)| (*value).clone()))
    }

    fn back(&self, value: &Value) -> Result<Value, Unfit> {
        match value {
            Value::Set(_) => Err(Unfit::Kind),
            single => Ok(Value::Set(vec![single.clone()])),
        }
    }
}
