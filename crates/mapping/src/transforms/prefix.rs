//! `prefix`: the same words before every text.

use std::sync::Arc;

use bowline_core::Value;

use super::{Step, Takes, Transform, Unfit, text_argument, text_of, text_to_text};

pub(super) const TRANSFORM: Transform = Transform {
    name: "prefix",
    example: "{ prefix = \"[ACME] \" }",
    doc: "Puts words before a text. Back: takes them off, if they are there.",
    has_inverse: true,
    takes: Takes::Each(text_to_text),
    build: |argument| Some(Arc::new(Prefix(text_argument(argument)?.to_owned()))),
};

#[derive(Debug)]
struct Prefix(String);

impl Step for Prefix {
    fn forth(&self, value: &Value) -> Result<Value, Unfit> {
        Ok(Value::Text(format!("{}{}", self.0, text_of(value)?)))
    }

    fn back(&self, value: &Value) -> Result<Value, Unfit> {
        let text = text_of(value)?;
        Ok(Value::Text(text.strip_prefix(&self.0).unwrap_or(text).to_owned()))
    }
}
