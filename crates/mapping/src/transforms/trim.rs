//! `trim`: white space around a text.

use bowline_core::Value;

use super::{Step, Takes, Transform, Unfit, plain_step, text_of, text_to_text};

pub(super) const TRANSFORM: Transform = Transform {
    name: "trim",
    example: "\"trim\"",
    doc: "Takes off white space at both ends. Back: as it is.",
    has_inverse: true,
    takes: Takes::Each(text_to_text),
    build: |argument| plain_step(argument, Trim),
};

#[derive(Debug)]
struct Trim;

impl Step for Trim {
    fn forth(&self, value: &Value) -> Result<Value, Unfit> {
        Ok(Value::Text(text_of(value)?.trim().to_owned()))
    }

    fn back(&self, value: &Value) -> Result<Value, Unfit> {
        Ok(Value::Text(text_of(value)?.to_owned()))
    }
}
