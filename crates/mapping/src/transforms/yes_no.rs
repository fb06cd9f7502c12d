//! `yes_no`: a check box as one of two options.

use std::sync::Arc;

use bowline_core::Value;
use bowline_core::value::Choice;

use crate::document::{Argument, Scalar};
use crate::fold::same_name;
use crate::shape::Kind;

use super::{Step, Takes, Transform, Unfit};

pub(super) const TRANSFORM: Transform = Transform {
    name: "yes_no",
    example: "{ yes_no = [\"Yes\", \"No\"] }",
    doc: "Yes and no as two options; `\"yes_no\"` alone calls them Yes and No. For a text on the right add \
          `name` after it. Back: the option as yes or no.",
    has_inverse: true,
    takes: Takes::Each(|kind| (kind == Kind::Bool).then_some(Kind::Choice)),
    build: |argument| {
        let [yes, no] = match argument {
            None => ["Yes", "No"],
            Some(Argument::Many(names)) => match names.as_slice() {
                [Scalar::Text(yes), Scalar::Text(no)] if !same_name(yes, no) => [yes.as_str(), no.as_str()],
                _ => return None,
            },
            Some(Argument::One(_)) => return None,
        };
        Some(Arc::new(YesNo { yes: yes.to_owned(), no: no.to_owned() }))
    },
};

#[derive(Debug)]
struct YesNo {
    yes: String,
    no: String,
}

impl Step for YesNo {
    fn forth(&self, value: &Value) -> Result<Value, Unfit> {
        let Value::Bool(bool) = value else { return Err(Unfit::Kind) };
        Ok(Value::Choice(Choice::named(if *bool { &self.yes } else { &self.no })))
    }

    fn back(&self, value: &Value) -> Result<Value, Unfit> {
        match value {
            Value::Choice(choice) if same_name(&choice.name, &self.yes) => Ok(Value::Bool(true)),
            Value::Choice(choice) if same_name(&choice.name, &self.no) => Ok(Value::Bool(false)),
            Value::Choice(_) => Err(Unfit::Value),
            _ => Err(Unfit::Kind),
        }
    }
}
