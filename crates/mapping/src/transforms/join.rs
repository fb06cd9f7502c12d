//! `join`: a set as one text.

use std::collections::BTreeSet;
use std::sync::Arc;

use bowline_core::Value;

use crate::shape::Kind;

use super::{Step, Takes, Transform, Unfit, text_argument, text_of};

pub(super) const TRANSFORM: Transform = Transform {
    name: "join",
    example: "{ join = \", \" }",
    doc: "A set of texts as one text, in alphabetical order, with the separator between them. Back: cut at the \
          separator. For options put `name` before it.",
    has_inverse: true,
    takes: Takes::Whole(|shape| (shape == Kind::Text.many()).then_some(Kind::Text.one())),
    build: |argument| Some(Arc::new(Join(text_argument(argument)?.to_owned()))),
};

#[derive(Debug)]
struct Join(String);

impl Step for Join {
    fn forth(&self, value: &Value) -> Result<Value, Unfit> {
        join(value, &self.0)
    }

    fn back(&self, value: &Value) -> Result<Value, Unfit> {
        split(value, &self.0)
    }
}

/// A set of texts as one text. An element that holds the separator is cut there, as it will be on the way back.
pub(super) fn join(value: &Value, separator: &str) -> Result<Value, Unfit> {
    let Value::Set(values) = value else { return Err(Unfit::Kind) };
    let mut all = BTreeSet::new();
    for value in values.iter().filter(|value| !value.is_empty()) {
        all.extend(parts(text_of(value)?, separator));
    }
    Ok(Value::Text(Vec::from_iter(all).join(separator)))
}

/// One text as a set of texts.
pub(super) fn split(value: &Value, separator: &str) -> Result<Value, Unfit> {
    let all = BTreeSet::from_iter(parts(text_of(value)?, separator));
    Ok(Value::Set(all.into_iter().map(|part| Value::Text(part.to_owned())).collect()))
}

/// The parts between separators, without the white space around them: people write `a,b` and `a, b`.
fn parts<'a>(text: &'a str, separator: &'a str) -> impl Iterator<Item = &'a str> {
    let bare = match separator.trim() {
        "" => separator,
        bare => bare,
    };
    text.split(bare).map(str::trim).filter(|part| !part.is_empty())
}
