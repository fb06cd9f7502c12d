//! `day`: a calendar day where the other side has a date and time.

use bowline_core::Value;
use jiff::tz::TimeZone;

use crate::shape::Kind;

use super::{Step, Takes, Transform, Unfit, plain_step};

pub(super) const TRANSFORM: Transform = Transform {
    name: "day",
    example: "\"day\"",
    doc: "A date as the moment it begins in UTC, and a date and time as its day in UTC, whichever way round the \
          fields are. The time stays until somebody edits the day.",
    has_inverse: true,
    takes: Takes::Each(|kind| match kind {
        Kind::Date => Some(Kind::Instant),
        Kind::Instant => Some(Kind::Date),
        _ => None,
    }),
    build: |argument| plain_step(argument, Day),
};

#[derive(Debug)]
struct Day;

impl Step for Day {
    fn forth(&self, value: &Value) -> Result<Value, Unfit> {
        match value {
            Value::Date(date) => {
                let begin = date.to_zoned(TimeZone::UTC).map_err(|_| Unfit::Value)?;
                Ok(Value::Instant(begin.timestamp()))
            }
            Value::Instant(at) => Ok(Value::Date(at.to_zoned(TimeZone::UTC).date())),
            _ => Err(Unfit::Kind),
        }
    }

    fn back(&self, value: &Value) -> Result<Value, Unfit> {
        self.forth(value)
    }
}
