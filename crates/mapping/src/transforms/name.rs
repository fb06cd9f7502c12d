//! `name`: an option where the other side has a text or labels.

use bowline_core::Value;
use bowline_core::value::Choice;

use crate::shape::Kind;

use super::{Step, Takes, Transform, Unfit, plain_step};

pub(super) const TRANSFORM: Transform = Transform {
    name: "name",
    example: "\"name\"",
    doc: "An option as its name, and a text as the option of that name, whichever way round the fields are.",
    has_inverse: true,
    takes: Takes::Each(|kind| match kind {
        Kind::Text => Some(Kind::Choice),
        Kind::Choice => Some(Kind::Text),
        _ => None,
    }),
    build: |argument| plain_step(argument, Name),
};

#[derive(Debug)]
struct Name;

impl Step for Name {
    fn forth(&self, value: &Value) -> Result<Value, Unfit> {
        match value {
            Value::Text(text) => Ok(Value::Choice(Choice::named(text.trim()))),
            Value::Choice(choice) => Ok(Value::Text(choice.name.trim().to_owned())),
            _ => Err(Unfit::Kind),
        }
    }

    fn back(&self, value: &Value) -> Result<Value, Unfit> {
        self.forth(value)
    }
}
