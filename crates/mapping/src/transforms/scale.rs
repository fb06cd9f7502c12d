//! `scale`: the same amount in another unit.

use std::sync::Arc;

use bowline_core::Value;

use crate::document::{Argument, Scalar};
use crate::shape::Kind;

use super::{Step, Takes, Transform, Unfit};

pub(super) const TRANSFORM: Transform = Transform {
    name: "scale",
    example: "{ scale = 3600 }",
    doc: "Multiplies a number (hours on the left, seconds on the right: 3600). Back: divides.",
    has_inverse: true,
    takes: Takes::Each(|kind| (kind == Kind::Number).then_some(kind)),
    build: |argument| match argument {
        Some(Argument::One(Scalar::Number(factor))) if factor.is_normal() => Some(Arc::new(Scale(*factor))),
        _ => None,
    },
};

#[derive(Debug)]
struct Scale(f64);

impl Step for Scale {
    fn forth(&self, value: &Value) -> Result<Value, Unfit> {
        // Twelve digits: more than any tool keeps, fewer than binary fractions smear.
        scaled(value, |number| format!("{:.11e}", number * self.0))
    }

    fn back(&self, value: &Value) -> Result<Value, Unfit> {
        // Three digits more, so that going there again gives the same twelve.
        scaled(value, |number| format!("{:.14e}", number / self.0))
    }
}

fn scaled(value: &Value, scale: impl Fn(f64) -> String) -> Result<Value, Unfit> {
    let Value::Number(number) = value else { return Err(Unfit::Kind) };
    let scaled = scale(*number).parse().ok().filter(|number: &f64| number.is_finite());
    scaled.map(Value::Number).ok_or(Unfit::Value)
}
