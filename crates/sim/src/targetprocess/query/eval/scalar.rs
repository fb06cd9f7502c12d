//! Single values: texts, numbers, dates, custom fields, casts.

use jiff::ToSpan as _;
use jiff::civil::DateTime;

use super::text::bounded;
use super::{Out, Run};
use crate::targetprocess::custom::Held;
use crate::targetprocess::date;
use crate::targetprocess::query::expr::Op;
use crate::targetprocess::query::node::{Into, Node, Unit};
use crate::targetprocess::read::Val;
use crate::targetprocess::schema::Slot;

/// A day in milliseconds.
const DAY: i64 = 86_400_000;

impl<'a> Run<'a> {
    pub(super) fn scalar(&self, it: &Out<'a>, node: &'a Node) -> Out<'a> {
        match node {
            Node::Now => Out::Val(Val::Time(self.site.frame.clock.now())),
            Node::Today => self.today(),
            Node::TypeName(target) => match self.eval(it, target).as_thing() {
                Some(thing) => Out::Val(Val::Text(self.site.kind(thing).name().into())),
                None => Out::NULL,
            },
            Node::CustomValue(target, name) => match self.custom(it, target, name) {
                Some((_, _, Some(held))) => Out::Val(Val::held(held)),
                _ => Out::NULL,
            },
            Node::CustomWhole(target, name) => match self.custom(it, target, name) {
                Some((name, kind, held)) => Out::Field(name, kind, held),
                None => Out::NULL,
            },
            Node::As(target, kind) => {
                let id = match self.eval(it, target) {
                    Out::Val(Val::Thing(thing)) => self.site.read(thing, Slot::Id).number(),
                    Out::Val(Val::Held(Held::Entity(id, _))) => Some(f64::from(*id)),
                    _ => None,
                };
                let found = id.and_then(|id| self.site.find(*kind, id as u32));
                found.map_or(Out::NULL, Out::thing)
            }
            Node::Arithmetic(op, left, right) => {
                self.arithmetic(*op, &self.eval(it, left), &self.eval(it, right))
            }
            Node::Negate(inner) => match self.eval(it, inner) {
                Out::Span(span) => Out::Span(span.saturating_neg()),
                Out::Val(Val::Decimal(number)) => Out::Val(Val::Decimal(-number)),
                Out::Val(Val::Number(number)) => Out::number(-number),
                _ => Out::NULL,
            },
            Node::Convert(into, value) => self.convert(*into, self.eval(it, value)),
            Node::Move(unit, time, amount) => self.shift(it, *unit, (time, amount)),
            Node::Part(unit, time) => match self.eval(it, time) {
                Out::Val(Val::Time(at)) => self.part(*unit, at),
                _ => Out::NULL,
            },
            Node::Total(unit, span) => match self.eval(it, span) {
                Out::Span(span) => Out::number(span as f64 / length(*unit) as f64),
                _ => Out::NULL,
            },
            _ => self.of_text(it, node),
        }
    }

    pub(super) fn number(&self, it: &Out<'a>, node: &'a Node) -> Option<f64> {
        if let Out::Val(value) = self.eval(it, node) { value.number() } else { None }
    }

    /// The custom field with this name.
    fn custom(
        &self,
        it: &Out<'a>,
        target: &'a Node,
        name: &str,
    ) -> Option<(&'a str, &'static str, Option<&'a Held>)> {
        let Out::Val(Val::Custom(fields)) = self.eval(it, target) else { return None };
        fields.into_iter().find(|(field, ..)| field.eq_ignore_ascii_case(name))
    }

    fn arithmetic(&self, op: Op, left: &Out<'a>, right: &Out<'a>) -> Out<'a> {
        if let (Op::Add, Out::Val(Val::Text(_)), _) | (Op::Add, _, Out::Val(Val::Text(_))) = (op, left, right)
        {
            let words = |out: &Out<'a>| match self.convert(Into::Text, out.clone()) {
                Out::Val(Val::Text(text)) => text.into_owned(),
                _ => String::new(),
            };
            return bounded(words(left) + &words(right));
        }
        match (left, right) {
            (Out::Val(Val::Time(left)), Out::Val(Val::Time(right))) => Out::Span(left.saturating_sub(*right)),
            (Out::Val(Val::Time(at)), Out::Span(span)) => Out::Val(Val::Time(if op == Op::Add {
                at.saturating_add(*span)
            } else {
                at.saturating_sub(*span)
            })),
            (Out::Span(left), Out::Span(right)) => Out::Span(if op == Op::Add {
                left.saturating_add(*right)
            } else {
                left.saturating_sub(*right)
            }),
            (Out::Val(left), Out::Val(right)) => match (left.number(), right.number()) {
                (Some(left), Some(right)) => Out::number(match op {
                    Op::Add => left + right,
                    Op::Subtract => left - right,
                    Op::Multiply => left * right,
                    Op::Divide => left / right,
                    _ => left % right,
                }),
                _ => Out::NULL,
            },
            _ => Out::NULL,
        }
    }

    fn convert(&self, into: Into, value: Out<'a>) -> Out<'a> {
        let Out::Val(value) = value else { return Out::NULL };
        let number = || match &value {
            Val::Text(text) => text.trim().parse().ok(),
            Val::Flag(flag) => Some(f64::from(u8::from(*flag))),
            Val::Held(Held::Entity(id, _)) => Some(f64::from(*id)),
            other => other.number(),
        };
        match into {
            Into::Number => number().map_or(Out::NULL, Out::number),
            Into::Integer => number().map_or(Out::NULL, |number: f64| Out::number(number.trunc())),
            Into::Time => match &value {
                Val::Text(text) => date::parse(text, self.site.switches.offset)
                    .map_or(Out::NULL, |at| Out::Val(Val::Time(at))),
                Val::Time(at) => Out::Val(Val::Time(*at)),
                _ => Out::NULL,
            },
            Into::Flag => match &value {
                Val::Text(text) => text.to_lowercase().parse().map_or(Out::NULL, Out::flag),
                Val::Flag(flag) => Out::flag(*flag),
                other => other.number().map_or(Out::NULL, |number| Out::flag(number != 0.0)),
            },
            Into::Text => match value {
                Val::Text(text) => Out::Val(Val::Text(text)),
                Val::Flag(flag) => Out::Val(Val::Text(if flag { "True" } else { "False" }.into())),
                Val::Time(at) => {
                    let text = date::print(at, self.site.switches.offset, date::Style::Plain);
                    Out::Val(Val::Text(text.into()))
                }
                Val::Thing(thing) => Out::Val(self.site.read(thing, Slot::Name)),
                Val::Held(Held::Link { url, .. }) => Out::Val(Val::Text((&**url).into())),
                other => {
                    other.number().map_or(Out::NULL, |number| Out::Val(Val::Text(number.to_string().into())))
                }
            },
        }
    }

    fn today(&self) -> Out<'a> {
        let offset = self.site.switches.offset;
        let today = date::civil(self.site.frame.clock.now(), offset).date();
        date::instant(today.into(), offset).map_or(Out::NULL, |at| Out::Val(Val::Time(at)))
    }

    fn shift(&self, it: &Out<'a>, unit: Unit, (time, amount): (&'a Node, &'a Node)) -> Out<'a> {
        let (Out::Val(Val::Time(at)), Some(amount)) = (self.eval(it, time), self.number(it, amount)) else {
            return Out::NULL;
        };
        let whole = amount.clamp(-1e6, 1e6) as i64;
        let offset = self.site.switches.offset;
        let moved = |at: DateTime| match unit {
            Unit::Month => at.checked_add(whole.months()).ok(),
            Unit::Year => at.checked_add(whole.clamp(-9_999, 9_999).years()).ok(),
            _ => None,
        };
        let at = match unit {
            Unit::Month | Unit::Year => {
                moved(date::civil(at, offset)).and_then(|at| date::instant(at, offset))
            }
            unit => Some(at.saturating_add((amount * length(unit) as f64) as i64)),
        };
        at.map_or(Out::NULL, |at| Out::Val(Val::Time(at)))
    }

    fn part(&self, unit: Unit, at: i64) -> Out<'a> {
        let offset = self.site.switches.offset;
        let civil = date::civil(at, offset);
        Out::number(f64::from(match unit {
            Unit::Year => i32::from(civil.year()),
            Unit::Month => i32::from(civil.month()),
            Unit::Day => i32::from(civil.day()),
            Unit::Hour => i32::from(civil.hour()),
            Unit::Minute => i32::from(civil.minute()),
            // .NET counts from Sunday.
            Unit::Weekday => i32::from(civil.weekday().to_sunday_zero_offset()),
            Unit::Date => {
                let midnight = date::instant(civil.date().into(), offset);
                return midnight.map_or(Out::NULL, |at| Out::Val(Val::Time(at)));
            }
        }))
    }
}

/// A unit in milliseconds.
fn length(unit: Unit) -> i64 {
    match unit {
        Unit::Minute => 60_000,
        Unit::Hour => 3_600_000,
        _ => DAY,
    }
}
