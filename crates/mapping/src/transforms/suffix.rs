//! `suffix`: the same words after every text.

use std::sync::Arc;

use bowline_core::Value;

use super::{Step, Takes, Transform, Unfit, text_argument, text_of, text_to_text};

pub(super) const TRANSFORM: Transform = Transform {
    name: "suffix",
    example: "{ suffix = \" (Jira)\" }",
    doc: "Puts words after a text. Back: takes them off, if they are there.",
    has_inverse: true,
    takes: Takes::Each(text_to_text),
    build: |argument| Some(Arc::new(Suffix(text_argument(argument)?.to_owned()))),
};

#[derive(Debug)]
struct Suffix(String);

impl Step for Suffix {
    fn forth(&self, value: &Value) -> Result<Value, Unfit> {
        Ok(Value::Text(format!("{}{}", text_of(value)?, self.0)))
    }

    fn back(&self, value: &Value) -> Result<Value, Unfit> {
        let text = text_of(value)?;
        Ok(Value::Text(text.strip_suffix(&self.0).unwrap_or(text).to_owned()))
    }
}
