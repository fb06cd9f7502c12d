//! `case`: all letters large or small.

use std::sync::Arc;

use bowline_core::Value;

use super::{Step, Takes, Transform, Unfit, text_argument, text_of, text_to_text};

pub(super) const TRANSFORM: Transform = Transform {
    name: "case",
    example: "{ case = \"upper\" }",
    doc: "Turns letters into upper or lower case (`upper`, `lower`).",
    has_inverse: false,
    takes: Takes::Each(text_to_text),
    build: |argument| match text_argument(argument)? {
        "upper" => Some(Arc::new(Case { upper: true })),
        "lower" => Some(Arc::new(Case { upper: false })),
        _ => None,
    },
};

#[derive(Debug)]
struct Case {
    upper: bool,
}

impl Step for Case {
    fn forth(&self, value: &Value) -> Result<Value, Unfit> {
        let text = text_of(value)?;
        Ok(Value::Text(if self.upper { text.to_uppercase() } else { text.to_lowercase() }))
    }

    fn back(&self, _: &Value) -> Result<Value, Unfit> {
        Err(Unfit::Kind)
    }
}
