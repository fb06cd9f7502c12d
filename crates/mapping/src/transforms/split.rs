//! `split`: one text as a set; `join` the other way round.

use std::sync::Arc;

use bowline_core::Value;

use crate::shape::Kind;

use super::join::{join, split};
use super::{Step, Takes, Transform, Unfit, text_argument};

pub(super) const TRANSFORM: Transform = Transform {
    name: "split",
    example: "{ split = \", \" }",
    doc: "One text as a set of texts, cut at the separator. Back: joined in alphabetical order. For options put \
          `name` after it.",
    has_inverse: true,
    takes: Takes::Whole(|shape| (shape == Kind::Text.one()).then_some(Kind::Text.many())),
    build: |argument| Some(Arc::new(Split(text_argument(argument)?.to_owned()))),
};

#[derive(Debug)]
struct Split(String);

impl Step for Split {
    fn forth(&self, value: &Value) -> Result<Value, Unfit> {
        split(value, &self.0)
    }

    fn back(&self, value: &Value) -> Result<Value, Unfit> {
        join(value, &self.0)
    }
}
