//! `rich`: plain text where the other side has formatted text.

use bowline_core::Value;
use bowline_core::text::Doc;

use crate::compare::trimmed;
use crate::shape::Kind;

use super::{Step, Takes, Transform, Unfit, plain_step};

pub(super) const TRANSFORM: Transform = Transform {
    name: "rich",
    example: "\"rich\"",
    doc: "Plain text as formatted text, and formatted text as plain text, whichever way round the fields are. \
          Formatting stays until somebody edits the plain side.",
    has_inverse: true,
    takes: Takes::Each(|kind| match kind {
        Kind::Text => Some(Kind::Rich),
        Kind::Rich => Some(Kind::Text),
        _ => None,
    }),
    build: |argument| plain_step(argument, Rich),
};

#[derive(Debug)]
struct Rich;

impl Step for Rich {
    fn forth(&self, value: &Value) -> Result<Value, Unfit> {
        match value {
            Value::Text(text) => Ok(Value::Rich(Doc::from_plain(&trimmed(text)))),
            Value::Rich(doc) => Ok(Value::Text(doc.plain())),
            _ => Err(Unfit::Kind),
        }
    }

    fn back(&self, value: &Value) -> Result<Value, Unfit> {
        self.forth(value)
    }
}
