//! `plain`: formatted text without its formatting.

use bowline_core::Value;

use crate::shape::Kind;

use super::{Step, Takes, Transform, Unfit, plain_step};

pub(super) const TRANSFORM: Transform = Transform {
    name: "plain",
    example: "\"plain\"",
    doc: "Takes the formatting off. `rich` has a way back.",
    has_inverse: false,
    takes: Takes::Each(|kind| (kind == Kind::Rich).then_some(Kind::Text)),
    build: |argument| plain_step(argument, Plain),
};

#[derive(Debug)]
struct Plain;

impl Step for Plain {
    fn forth(&self, value: &Value) -> Result<Value, Unfit> {
        let Value::Rich(doc) = value else { return Err(Unfit::Kind) };
        Ok(Value::Text(doc.plain()))
    }

    fn back(&self, _: &Value) -> Result<Value, Unfit> {
        Err(Unfit::Kind)
    }
}
