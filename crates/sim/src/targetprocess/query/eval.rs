//! Evaluating bound expressions. Nothing here fails: what does not fit is null or false.

use std::cmp::Ordering;

use super::bind::{Const, Like, Node};
use super::expr::Op;
use crate::targetprocess::item::Held;
use crate::targetprocess::read::{Thing, Val};
use crate::targetprocess::site::Site;

/// What an expression gives.
#[derive(Clone, Debug)]
pub(crate) enum Out<'a> {
    Val(Val<'a>),
    List(Vec<Out<'a>>),
    Object(Vec<(&'a str, Out<'a>)>),
}

/// Evaluates an expression on a resource.
pub(super) fn eval<'a>(site: &'a Site, it: Thing, node: &'a Node) -> Out<'a> {
    let flag = |flag| Out::Val(Val::Flag(flag));
    match node {
        Node::It => Out::Val(Val::Thing(it)),
        Node::Const(value) => Out::Val(constant(value)),
        Node::Get(target, slot) => match eval(site, it, target) {
            Out::Val(Val::Thing(thing)) => Out::Val(site.read(thing, *slot)),
            _ => Out::Val(Val::Null),
        },
        Node::CustomValue(target, name) => Out::Val(custom_value(eval(site, it, target), name)),
        Node::Not(inner) => flag(!holds(site, it, inner)),
        Node::And(left, right) => flag(holds(site, it, left) && holds(site, it, right)),
        Node::Or(left, right) => flag(holds(site, it, left) || holds(site, it, right)),
        Node::Compare(op, left, right) => {
            flag(compares(site, *op, &eval(site, it, left), &eval(site, it, right)))
        }
        Node::In(value, list) => {
            let value = eval(site, it, value);
            flag(list.iter().any(|one| compares(site, Op::Equal, &value, &Out::Val(constant(one)))))
        }
        Node::Like(like, text, part) => match eval(site, it, text) {
            Out::Val(Val::Text(text)) => flag(looks_like(*like, &text, part)),
            _ => flag(false),
        },
        Node::Count(list) => Out::Val(Val::Number(match eval(site, it, list) {
            Out::Val(Val::Things(things)) => things.len() as f64,
            Out::List(list) => list.len() as f64,
            _ => 0.0,
        })),
        Node::Where(list, condition) => match eval(site, it, list) {
            Out::Val(Val::Things(mut things)) => {
                things.retain(|thing| holds(site, *thing, condition));
                Out::Val(Val::Things(things))
            }
            other => other,
        },
        Node::Select(list, shown) => match eval(site, it, list) {
            Out::Val(Val::Things(things)) => {
                Out::List(things.into_iter().map(|thing| eval(site, thing, shown)).collect())
            }
            other => other,
        },
        Node::If(condition, yes, no) => eval(site, it, if holds(site, it, condition) { yes } else { no }),
        Node::IfNone(value, other) => match eval(site, it, value) {
            Out::Val(Val::Null) => eval(site, it, other),
            value => value,
        },
        Node::Object(members) => {
            Out::Object(members.iter().map(|(name, node)| (name.as_str(), eval(site, it, node))).collect())
        }
    }
}

/// The value of the custom field with this name.
fn custom_value<'a>(fields: Out<'a>, name: &str) -> Val<'a> {
    let Out::Val(Val::Custom(fields)) = fields else { return Val::Null };
    let found = fields.into_iter().find(|(field, ..)| field.eq_ignore_ascii_case(name));
    match found.and_then(|(.., held)| held) {
        Some(Held::Text(text)) => Val::Text(text.as_ref().into()),
        Some(Held::Number(number)) => Val::Number(*number),
        Some(Held::Flag(flag)) => Val::Flag(*flag),
        None => Val::Null,
    }
}

/// Whether a condition holds for a resource.
pub(super) fn holds(site: &Site, it: Thing, node: &Node) -> bool {
    matches!(eval(site, it, node), Out::Val(Val::Flag(true)))
}

fn constant(value: &Const) -> Val<'_> {
    match value {
        Const::Null => Val::Null,
        Const::Flag(flag) => Val::Flag(*flag),
        Const::Number(number) => Val::Number(*number),
        Const::Text(text) => Val::Text(text.as_str().into()),
        Const::Time(at) => Val::Time(*at),
    }
}

/// Texts are compared without case, as the vendor's database does; `%` and `*` at the ends of a part stand for anything.
fn looks_like(like: Like, text: &str, part: &str) -> bool {
    let (text, part) = (text.to_lowercase(), part.trim_matches(['%', '*']).to_lowercase());
    match like {
        Like::Contains => text.contains(&part),
        Like::StartsWith => text.starts_with(&part),
        Like::EndsWith => text.ends_with(&part),
    }
}

fn compares(site: &Site, op: Op, left: &Out<'_>, right: &Out<'_>) -> bool {
    let is_null = |out: &Out<'_>| matches!(out, Out::Val(Val::Null));
    match (op, is_null(left) || is_null(right)) {
        (Op::Equal, true) => is_null(left) && is_null(right),
        (Op::NotEqual, true) => is_null(left) != is_null(right),
        (_, true) => false,
        (op, false) => {
            let compared = compare(site, left, right);
            match op {
                Op::Equal => compared == Ordering::Equal,
                Op::NotEqual => compared != Ordering::Equal,
                Op::Less => compared == Ordering::Less,
                Op::LessEqual => compared != Ordering::Greater,
                Op::Greater => compared == Ordering::Greater,
                Op::GreaterEqual => compared != Ordering::Less,
                Op::And | Op::Or => false,
            }
        }
    }
}

/// The order of two values: null first, texts without case, resources by name.
pub(super) fn compare(site: &Site, left: &Out<'_>, right: &Out<'_>) -> Ordering {
    use crate::targetprocess::schema::Slot;
    let (Out::Val(left), Out::Val(right)) = (left, right) else { return Ordering::Equal };
    match (left, right) {
        (Val::Null, Val::Null) => Ordering::Equal,
        (Val::Null, _) => Ordering::Less,
        (_, Val::Null) => Ordering::Greater,
        (Val::Number(left), Val::Number(right)) => left.total_cmp(right),
        (Val::Text(left), Val::Text(right)) => left.to_lowercase().cmp(&right.to_lowercase()),
        (Val::Time(left), Val::Time(right)) => left.cmp(right),
        (Val::Flag(left), Val::Flag(right)) => left.cmp(right),
        // A custom number compared with a text and the like: as texts.
        (Val::Number(left), Val::Text(right)) => left.to_string().cmp(&right.to_lowercase()),
        (Val::Text(left), Val::Number(right)) => left.to_lowercase().cmp(&right.to_string()),
        (Val::Thing(left), Val::Thing(right)) => {
            let name = |thing: &Thing| Out::Val(site.read(*thing, Slot::Name));
            compare(site, &name(left), &name(right))
        }
        _ => Ordering::Less,
    }
}
