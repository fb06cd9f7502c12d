//! Transforms: what happens to a value on its way from left to right, and back.
//!
//! Each file holds one; [`REGISTRY`] lists them all. The reference page and the tests are made from the
//! registry, so a new transform is a file and a line.

mod case;
mod clamp;
mod day;
mod first;
mod join;
mod label_spaces;
mod name;
mod plain;
mod prefix;
mod rich;
mod scale;
mod split;
mod suffix;
mod trim;
mod yes_no;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use bowline_core::Value;

use crate::document::{Argument, Call, Scalar};
use crate::nearest;
use crate::shape::{Kind, Shape};

/// Every transform, by name.
pub const REGISTRY: &[&Transform] = &[
    &case::TRANSFORM,
    &clamp::TRANSFORM,
    &day::TRANSFORM,
    &first::TRANSFORM,
    &join::TRANSFORM,
    &label_spaces::TRANSFORM,
    &name::TRANSFORM,
    &plain::TRANSFORM,
    &prefix::TRANSFORM,
    &rich::TRANSFORM,
    &scale::TRANSFORM,
    &split::TRANSFORM,
    &suffix::TRANSFORM,
    &trim::TRANSFORM,
    &yes_no::TRANSFORM,
];

/// What there is to know about a transform before it is used.
#[derive(Clone, Copy, Debug)]
pub struct Transform {
    /// Its name in `transform`.
    pub name: &'static str,
    /// How it is written in a document.
    pub example: &'static str,
    /// What it does, from left to right and back.
    pub doc: &'static str,
    /// Whether it has a way back; without one it serves one direction only.
    pub has_inverse: bool,
    takes: Takes,
    build: fn(Option<&Argument>) -> Option<Arc<dyn Step>>,
}

/// Which values a transform takes, and what it makes of them.
#[derive(Clone, Copy, Debug)]
enum Takes {
    /// Single values; a set is transformed element by element.
    Each(fn(Kind) -> Option<Kind>),
    /// The value as a whole.
    Whole(fn(Shape) -> Option<Shape>),
}

/// A transform with its argument. Neither way ever sees an empty value.
trait Step: fmt::Debug + Send + Sync {
    /// From left to right.
    fn forth(&self, value: &Value) -> Result<Value, Unfit>;

    /// From right to left. Called only where the transform has an inverse.
    fn back(&self, value: &Value) -> Result<Value, Unfit>;
}

/// Why a value cannot be transformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// It is of a kind that the transform does not take.
    Kind,
    /// It is of the right kind, but means nothing to the transform.
    Value,
}

impl Transform {
    /// What it makes, from left to right, of a field of some shape; `None` if it does not take it.
    pub fn gives(&self, shape: Shape) -> Option<Shape> {
        match self.takes {
            Takes::Each(gives) => gives(shape.kind).map(|kind| Shape { kind, ..shape }),
            Takes::Whole(gives) => gives(shape),
        }
    }

    /// Whether it takes a set as a whole or makes one, so that single elements of the two sides have no
    /// counterparts.
    pub(crate) const fn is_whole(&self) -> bool {
        matches!(self.takes, Takes::Whole(_))
    }

    /// What it takes and gives, for the reference: `text → text; set of text → set of text`.
    pub fn forms(&self) -> String {
        let single = |shape: &Shape| !shape.many || self.is_whole();
        let forms = Shape::all().filter(single).filter_map(|from| Some((from, self.gives(from)?)));
        let mut forms: Vec<String> = forms.map(|(from, to)| format!("{from} → {to}")).collect();
        if forms.len() == Kind::ALL.len() {
            forms = vec!["set → one of it".to_owned()];
        }
        forms.join("; ")
    }
}

/// A transform in use.
#[derive(Clone, Debug)]
pub(crate) struct Stage {
    /// Which transform.
    pub transform: &'static Transform,
    step: Arc<dyn Step>,
}

impl Stage {
    /// The transform that a document calls for; `Err` says what is wrong and what to do.
    pub(crate) fn new(call: &Call) -> Result<Self, (String, String)> {
        let Some(transform) = REGISTRY.iter().find(|transform| transform.name == call.name) else {
            let names: Vec<&str> = REGISTRY.iter().map(|transform| transform.name).collect();
            let message = format!("There is no transform `{}`.", call.name);
            return Err((message, nearest::instead(&call.name, &names)));
        };
        let step = (transform.build)(call.argument.as_ref()).ok_or_else(|| {
            let message = format!("The argument of the transform `{}` does not fit.", transform.name);
            (message, format!("Write it as `{}`.", transform.example))
        })?;
        Ok(Self { transform, step })
    }

    /// The value as it goes to the right.
    pub(crate) fn forth(&self, value: &Value) -> Result<Value, Unfit> {
        self.apply(value, |value| self.step.forth(value))
    }

    /// The value as it goes to the left.
    pub(crate) fn back(&self, value: &Value) -> Result<Value, Unfit> {
        self.apply(value, |value| self.step.back(value))
    }

    fn apply(&self, value: &Value, step: impl Fn(&Value) -> Result<Value, Unfit>) -> Result<Value, Unfit> {
        match value {
            value if value.is_empty() => Ok(Value::Null),
            Value::Set(values) if !self.transform.is_whole() => {
                let values = values.iter().filter(|value| !value.is_empty()).map(step);
                Ok(Value::Set(values.collect::<Result<_, _>>()?))
            }
            value => step(value),
        }
    }
}

/// Kinds of transforms that take text and give text.
const fn text_to_text(kind: Kind) -> Option<Kind> {
    match kind {
        Kind::Text => Some(Kind::Text),
        _ => None,
    }
}

/// A step for a transform that takes no argument.
fn plain_step<S: Step + 'static>(argument: Option<&Argument>, step: S) -> Option<Arc<dyn Step>> {
    argument.is_none().then(|| Arc::new(step) as Arc<dyn Step>)
}

/// The argument as text that is not empty.
fn text_argument(argument: Option<&Argument>) -> Option<&str> {
    match argument {
        Some(Argument::One(Scalar::Text(text))) if !text.is_empty() => Some(text),
        _ => None,
    }
}

/// The text of a value that is text.
fn text_of(value: &Value) -> Result<&str, Unfit> {
    match value {
        Value::Text(text) => Ok(text),
        _ => Err(Unfit::Kind),
    }
}
