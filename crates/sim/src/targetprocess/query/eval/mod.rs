//! Evaluating bound expressions. Nothing here fails: what does not fit is null or false.
//!
//! Conditions and collections are here, single values in [`scalar`] and [`text`], orders in [`order`].

mod order;
mod scalar;
mod text;

use std::cell::Cell;

pub(crate) use self::order::compare;
use super::expr::Op;
use super::node::{Const, Fold, Node};
use crate::targetprocess::custom::Held;
use crate::targetprocess::read::{Thing, Val};
use crate::targetprocess::schema::{Kind, Slot};
use crate::targetprocess::site::Site;

/// How much one request may compute. Collections within collections within collections would otherwise keep the simulator busy
/// for ever, where the vendor's own servers give up after a while.
const BUDGET: u64 = 20_000_000;

/// One evaluation, over however many resources.
pub(crate) struct Run<'a> {
    pub(crate) site: &'a Site,
    left: Cell<u64>,
}

/// What an expression gives.
#[derive(Clone, Debug)]
pub(crate) enum Out<'a> {
    Val(Val<'a>),
    /// Milliseconds.
    Span(i64),
    /// A custom field with its name, its type and its value.
    Field(&'a str, &'static str, Option<&'a Held>),
    List(Vec<Out<'a>>),
    Object(Vec<(&'a str, Out<'a>)>),
}

impl<'a> Out<'a> {
    pub(crate) const NULL: Self = Out::Val(Val::Null);

    /// A resource.
    pub(crate) fn thing(thing: Thing) -> Self {
        Out::Val(Val::Thing(thing))
    }

    fn flag(flag: bool) -> Self {
        Out::Val(Val::Flag(flag))
    }

    fn number(number: f64) -> Self {
        // JSON has no infinities.
        Out::Val(if number.is_finite() { Val::Number(number) } else { Val::Null })
    }

    /// Whether there is nothing.
    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Out::Val(Val::Null))
    }

    /// The members of a list.
    fn members(self) -> Vec<Self> {
        match self {
            Out::Val(Val::Things(things)) => things.into_iter().map(Out::thing).collect(),
            Out::List(list) => list,
            _ => Vec::new(),
        }
    }

    fn as_thing(&self) -> Option<Thing> {
        if let Out::Val(Val::Thing(thing)) = self { Some(*thing) } else { None }
    }
}

impl<'a> Run<'a> {
    pub(crate) fn new(site: &'a Site) -> Self {
        Self { site, left: Cell::new(BUDGET) }
    }

    fn is_exhausted(&self) -> bool {
        self.left.get() == 0
    }

    /// Whether all of it was computed. What it gave is not to be shown if not.
    pub(crate) fn finish(&self) -> Result<(), String> {
        if self.is_exhausted() {
            return Err("The query is too heavy: it would take too long.".to_owned());
        }
        Ok(())
    }

    /// Spends; false when nothing is left.
    fn spend(&self, steps: usize) -> bool {
        self.left.set(self.left.get().saturating_sub(steps as u64));
        !self.is_exhausted()
    }

    /// Whether a condition holds for a resource.
    pub(crate) fn holds(&self, it: &Out<'a>, node: &'a Node) -> bool {
        matches!(self.eval(it, node), Out::Val(Val::Flag(true)))
    }

    /// Evaluates an expression.
    pub(crate) fn eval(&self, it: &Out<'a>, node: &'a Node) -> Out<'a> {
        if !self.spend(1) {
            return Out::NULL;
        }
        match node {
            Node::It => it.clone(),
            Node::Const(value) => constant(value),
            Node::Get(target, slot) => self.get(it, target, *slot),
            Node::Member(target, name) => match self.eval(it, target) {
                Out::Object(members) => {
                    members.into_iter().find(|(known, _)| *known == *name).map_or(Out::NULL, |(_, out)| out)
                }
                _ => Out::NULL,
            },
            Node::Not(inner) => Out::flag(!self.holds(it, inner)),
            Node::And(left, right) => Out::flag(self.holds(it, left) && self.holds(it, right)),
            Node::Or(left, right) => Out::flag(self.holds(it, left) || self.holds(it, right)),
            Node::Compare(op, left, right) => {
                let (left, right) = (self.eval(it, left), self.eval(it, right));
                Out::flag(order::compares(self.site, *op, &left, &right))
            }
            Node::In(value, list) => {
                let value = self.eval(it, value);
                Out::flag(
                    list.iter().any(|one| order::compares(self.site, Op::Equal, &value, &constant(one))),
                )
            }
            Node::If(condition, yes, no) => self.eval(it, if self.holds(it, condition) { yes } else { no }),
            Node::IfNone(value, other) => match self.eval(it, value) {
                none if none.is_null() => self.eval(it, other),
                value => value,
            },
            Node::Object(members) => {
                Out::Object(members.iter().map(|(name, node)| (name.as_str(), self.eval(it, node))).collect())
            }
            Node::Count(list) => Out::number(match self.eval(it, list) {
                Out::Val(Val::Things(things)) => things.len() as f64,
                other => other.members().len() as f64,
            }),
            Node::Fold(fold, list) => self.fold(*fold, self.eval(it, list).members()),
            Node::Near { past, of, count } => {
                let count = self.number(it, count).unwrap_or(0.0);
                Out::flag(self.eval(it, of).as_thing().is_some_and(|thing| self.near(thing, *past, count)))
            }
            Node::Where(..)
            | Node::Select(..)
            | Node::Sort { .. }
            | Node::First(_)
            | Node::Last(_)
            | Node::Take(..)
            | Node::Skip(..)
            | Node::Distinct(_)
            | Node::All(..) => self.collection(it, node),
            _ => self.scalar(it, node),
        }
    }

    fn get(&self, it: &Out<'a>, target: &'a Node, slot: Slot) -> Out<'a> {
        let Some(thing) = self.eval(it, target).as_thing() else { return Out::NULL };
        let value = self.site.read(thing, slot);
        if let Val::Things(things) = &value {
            // Most collections are found by looking through all items.
            self.spend(things.len() + self.site.items.len() / 8);
        }
        Out::Val(value)
    }

    fn collection(&self, it: &Out<'a>, node: &'a Node) -> Out<'a> {
        match node {
            Node::Where(list, condition) => match self.eval(it, list) {
                Out::Val(Val::Things(mut things)) => {
                    things.retain(|thing| self.holds(&Out::thing(*thing), condition));
                    Out::Val(Val::Things(things))
                }
                other => {
                    Out::List(other.members().into_iter().filter(|one| self.holds(one, condition)).collect())
                }
            },
            Node::Select(list, shown) => {
                let members = self.eval(it, list).members();
                Out::List(members.iter().map(|one| self.eval(one, shown)).collect())
            }
            Node::Sort { list, key, down } => {
                let members = self.eval(it, list).members();
                let mut keyed: Vec<(Out<'a>, Out<'a>)> =
                    members.into_iter().map(|one| (self.eval(&one, key), one)).collect();
                keyed.sort_by(|(left, _), (right, _)| {
                    let compared = compare(self.site, left, right);
                    if *down { compared.reverse() } else { compared }
                });
                listed(keyed.into_iter().map(|(_, one)| one).collect())
            }
            Node::First(list) => self.eval(it, list).members().into_iter().next().unwrap_or(Out::NULL),
            Node::Last(list) => self.eval(it, list).members().pop().unwrap_or(Out::NULL),
            Node::Take(list, count) => {
                let count = self.place(it, count);
                listed(self.eval(it, list).members().into_iter().take(count).collect())
            }
            Node::Skip(list, count) => {
                let count = self.place(it, count);
                listed(self.eval(it, list).members().into_iter().skip(count).collect())
            }
            Node::Distinct(list) => {
                let mut kept: Vec<Out<'a>> = Vec::new();
                for one in self.eval(it, list).members() {
                    let known = |kept: &Out<'a>| order::compares(self.site, Op::Equal, kept, &one);
                    if self.spend(kept.len()) && !kept.iter().any(known) {
                        kept.push(one);
                    }
                }
                listed(kept)
            }
            Node::All(list, condition) => {
                Out::flag(self.eval(it, list).members().iter().all(|one| self.holds(one, condition)))
            }
            _ => Out::NULL,
        }
    }

    /// A number as a count of members.
    fn place(&self, it: &Out<'a>, node: &'a Node) -> usize {
        self.number(it, node).map_or(0, |number| number.clamp(0.0, 1e9) as usize)
    }

    /// Sums, averages and ends; nothing when there is nothing, but a sum of nothing is zero.
    fn fold(&self, fold: Fold, members: Vec<Out<'a>>) -> Out<'a> {
        let members: Vec<Out<'a>> = members.into_iter().filter(|one| !one.is_null()).collect();
        let ordering = |left: &Out<'a>, right: &Out<'a>| compare(self.site, left, right);
        match fold {
            Fold::Min => members.into_iter().min_by(ordering).unwrap_or(Out::NULL),
            Fold::Max => members.into_iter().max_by(ordering).unwrap_or(Out::NULL),
            Fold::Sum | Fold::Average => {
                let numbers = members
                    .iter()
                    .filter_map(|one| if let Out::Val(value) = one { value.number() } else { None });
                let (sum, count) =
                    numbers.fold((0.0, 0_u32), |(sum, count), number| (sum + number, count + 1));
                let decimal = members.iter().any(|one| matches!(one, Out::Val(Val::Decimal(_))));
                match (fold, count) {
                    (Fold::Average, 0) => Out::NULL,
                    (Fold::Average, count) => Out::number(sum / f64::from(count)),
                    _ if decimal => Out::Val(Val::Decimal(sum)),
                    _ => Out::number(sum),
                }
            }
        }
    }

    /// Whether a release or iteration is among the last so many that ended, or the next so many that begin; counted per project
    /// (developer hub, "Filtering by Releases…").
    fn near(&self, thing: Thing, past: bool, count: f64) -> bool {
        let (site, kind) = (self.site, self.site.kind(thing));
        let (flag, date) =
            if past { (Slot::IsPrevious, Slot::EndDate) } else { (Slot::IsNext, Slot::StartDate) };
        let owner = if kind == Kind::TeamIteration { Slot::Team } else { Slot::Project };
        if site.read(thing, flag) != Val::Flag(true) {
            return false;
        }
        let all = site.all(kind);
        self.spend(all.len());
        let at = |thing: Thing| if let Val::Time(at) = site.read(thing, date) { at } else { 0 };
        let mine = site.read(thing, owner);
        let nearer = all.into_iter().filter(|other| {
            let closer = if past { at(*other) > at(thing) } else { at(*other) < at(thing) };
            closer && site.read(*other, flag) == Val::Flag(true) && site.read(*other, owner) == mine
        });
        (nearer.count() as f64) < count
    }
}

/// A list again: resources stay a collection of resources.
fn listed(members: Vec<Out<'_>>) -> Out<'_> {
    let things: Option<Vec<Thing>> = members.iter().map(Out::as_thing).collect();
    things.map_or(Out::List(members), |things| Out::Val(Val::Things(things)))
}

pub(super) fn constant(value: &Const) -> Out<'_> {
    Out::Val(match value {
        Const::Null => Val::Null,
        Const::Flag(flag) => Val::Flag(*flag),
        Const::Number(number) => Val::Number(*number),
        Const::Text(text) => Val::Text(text.as_str().into()),
        Const::Time(at) => Val::Time(*at),
        Const::Span(span) => return Out::Span(*span),
        Const::Me(person) => Val::Thing(Thing::User(*person)),
    })
}
