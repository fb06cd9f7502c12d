//! Comparing values.

use std::cmp::Ordering;

use super::Out;
use crate::targetprocess::query::expr::Op;
use crate::targetprocess::read::Val;
use crate::targetprocess::schema::Slot;
use crate::targetprocess::site::Site;

pub(super) fn compares(site: &Site, op: Op, left: &Out<'_>, right: &Out<'_>) -> bool {
    match (op, left.is_null() || right.is_null()) {
        (Op::Equal, true) => left.is_null() && right.is_null(),
        (Op::NotEqual, true) => left.is_null() != right.is_null(),
        (_, true) => false,
        (op, false) => {
            // Two resources are equal only if they are the same; their names order them.
            if let (Op::Equal | Op::NotEqual, Some(left), Some(right)) =
                (op, left.as_thing(), right.as_thing())
            {
                let same = site.kind(left) == site.kind(right)
                    && site.read(left, Slot::Id) == site.read(right, Slot::Id);
                return same == (op == Op::Equal);
            }
            let compared = compare(site, left, right);
            match op {
                Op::Equal => compared == Ordering::Equal,
                Op::NotEqual => compared != Ordering::Equal,
                Op::Less => compared == Ordering::Less,
                Op::LessEqual => compared != Ordering::Greater,
                Op::Greater => compared == Ordering::Greater,
                Op::GreaterEqual => compared != Ordering::Less,
                _ => false,
            }
        }
    }
}

/// The order of two values: null first, texts without case as the vendor's database compares them, resources by name.
pub(crate) fn compare(site: &Site, left: &Out<'_>, right: &Out<'_>) -> Ordering {
    let (left, right) = match (left, right) {
        (Out::Val(left), Out::Val(right)) => (left, right),
        (Out::Span(left), Out::Span(right)) => return left.cmp(right),
        (left, right) => return rank(left).cmp(&rank(right)),
    };
    if let (Some(left), Some(right)) = (left.number(), right.number()) {
        return left.total_cmp(&right);
    }
    match (left, right) {
        (Val::Null, Val::Null) => Ordering::Equal,
        (Val::Null, _) => Ordering::Less,
        (_, Val::Null) => Ordering::Greater,
        (Val::Text(left), Val::Text(right)) => left.to_lowercase().cmp(&right.to_lowercase()),
        (Val::Time(left), Val::Time(right)) => left.cmp(right),
        (Val::Flag(left), Val::Flag(right)) => left.cmp(right),
        (Val::Thing(left), Val::Thing(right)) => {
            let name = |thing| Out::Val(site.read(thing, Slot::Name));
            compare(site, &name(*left), &name(*right))
        }
        // A custom number compared with a text and the like: as texts.
        (left, right) => words(left).cmp(&words(right)),
    }
}

/// Something to order values of different kinds by.
fn rank(out: &Out<'_>) -> u8 {
    match out {
        Out::Val(Val::Null) => 0,
        Out::Val(_) => 1,
        Out::Span(_) => 2,
        Out::Field(..) => 3,
        Out::List(_) => 4,
        Out::Object(_) => 5,
    }
}

fn words(value: &Val<'_>) -> String {
    match value {
        Val::Text(text) => text.to_lowercase(),
        Val::Flag(flag) => flag.to_string(),
        Val::Time(at) => at.to_string(),
        other => other.number().map(|number| number.to_string()).unwrap_or_default(),
    }
}
