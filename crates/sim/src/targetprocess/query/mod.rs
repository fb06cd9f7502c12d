//! Conditions, projections and orders over resources: Targetprocess's grammars and one evaluator.
//!
//! [`filter`] reads v1's `where`; [`linq`] reads v2's expressions and the filters of boards, which v2 takes as `filter`. All give
//! an [`expr::Expr`] over the tokens of [`lex`]. [`bind`] checks it against the schema, so that [`eval`] cannot fail. Errors say
//! what is not understood.

pub(crate) mod bind;
pub(crate) mod eval;
pub(crate) mod expr;
pub(crate) mod filter;
pub(crate) mod lex;
pub(crate) mod linq;
pub(crate) mod node;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;

use self::bind::{Dialect, Scope, Type};
use self::eval::{Out, Run};
use self::node::{Const, Node};
use crate::frame::call::Person;
use crate::targetprocess::read::{Thing, Val};
use crate::targetprocess::schema::Kind;
use crate::targetprocess::site::Site;

/// A condition on resources of one kind; none takes all.
#[derive(Debug, Default)]
pub(crate) struct Condition(Option<Node>);

impl Condition {
    /// v1's `where`.
    pub(crate) fn v1(site: &Site, kind: Kind, text: Option<&str>) -> Result<Self, String> {
        let Some(text) = text else { return Ok(Self(None)) };
        let expr = match filter::parse(text) {
            Err(why) if site.switches.silent_filters && why == filter::OR => {
                return Ok(Self(Some(Node::Const(Const::Flag(false)))));
            }
            parsed => parsed?,
        };
        let scope = Scope { site, it: Type::One(kind), dialect: Dialect::V1, me: None };
        let expr = if site.switches.silent_filters { filter::passed_over(kind, expr) } else { Some(expr) };
        expr.map_or(Ok(Self(None)), |expr| scope.condition(&expr).map(|node| Self(Some(node))))
    }

    /// v2's `where`.
    pub(crate) fn v2(site: &Site, kind: Kind, text: Option<&str>) -> Result<Self, String> {
        // A next link has `where=` when the request had none (developer hub, "Overview" of v2).
        let Some(text) = text.filter(|text| !text.trim().is_empty()) else { return Ok(Self(None)) };
        let scope = Scope { site, it: Type::One(kind), dialect: Dialect::V2, me: None };
        scope.condition(&linq::parse(text, false)?).map(|node| Self(Some(node)))
    }

    /// A filter as on boards: `?` and an expression, or words to look for in names and ids.
    pub(crate) fn board(site: &Site, kind: Kind, text: Option<&str>, me: Person) -> Result<Self, String> {
        let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(Self(None)) };
        let scope = Scope { site, it: Type::One(kind), dialect: Dialect::Board, me: Some(me) };
        let expr = match text.strip_prefix('?') {
            Some(text) => linq::parse(text, true)?,
            None => linq::words(text),
        };
        scope.condition(&expr).map(|node| Self(Some(node)))
    }

    /// Whether a resource meets it.
    pub(crate) fn takes<'a>(&'a self, run: &Run<'a>, thing: Thing) -> bool {
        self.0.as_ref().is_none_or(|node| run.holds(&Out::thing(thing), node))
    }
}

/// What to sort by, most important first; true is descending.
#[derive(Debug, Default)]
pub(crate) struct Order(Vec<(Node, bool)>);

impl Order {
    /// v1's `orderBy` and `orderByDesc`: one path.
    pub(crate) fn v1(site: &Site, kind: Kind, up: Option<&str>, down: Option<&str>) -> Result<Self, String> {
        match (up, down) {
            (None, None) => Ok(Self::default()),
            (Some(_), Some(_)) => Err("orderBy and orderByDesc cannot be used together.".to_owned()),
            (Some(path), None) | (None, Some(path)) => Self::keys(site, kind, &[(path, down.is_some())]),
        }
    }

    /// v2's `orderBy` and `orderByDesc`: expressions separated by commas, each with `asc` or `desc`.
    pub(crate) fn v2(site: &Site, kind: Kind, up: Option<&str>, down: Option<&str>) -> Result<Self, String> {
        let text = up.map(|text| (text, false)).into_iter().chain(down.map(|text| (text, true)));
        let keys = text.flat_map(|(text, down)| {
            // The vendor's own example ends with a stray parenthesis ("Overview" of v2: Ordering).
            linq::separate(text).into_iter().map(move |key| {
                let key = key.trim();
                match key.rsplit_once(char::is_whitespace) {
                    Some((path, way)) if way.eq_ignore_ascii_case("desc") => (path, true),
                    Some((path, way)) if way.eq_ignore_ascii_case("asc") => (path, false),
                    _ => (key, down),
                }
            })
        });
        Self::keys(site, kind, &keys.collect::<Vec<_>>())
    }

    fn keys(site: &Site, kind: Kind, keys: &[(&str, bool)]) -> Result<Self, String> {
        let scope = Scope { site, it: Type::One(kind), dialect: Dialect::V2, me: None };
        let key = |(path, down): &(&str, bool)| match scope.bind(&linq::parse(path, false)?)? {
            (node, of) if of.is_ordered() => Ok((node, *down)),
            _ => Err(format!("Cannot sort by '{path}'.")),
        };
        keys.iter().map(key).collect::<Result<_, String>>().map(Self)
    }

    /// Sorts; equals keep their order.
    pub(crate) fn sort<'a>(&'a self, run: &Run<'a>, things: &mut Vec<Thing>) {
        if self.0.is_empty() {
            return;
        }
        let key = |thing: Thing| {
            let it = Out::thing(thing);
            let keys: Vec<Out<'_>> = self.0.iter().map(|(node, _)| run.eval(&it, node)).collect();
            (keys, thing)
        };
        let mut keyed: Vec<(Vec<Out<'_>>, Thing)> = things.iter().copied().map(key).collect();
        keyed.sort_by(|(left, _), (right, _)| {
            let pairs = left.iter().zip(right).zip(&self.0);
            pairs.fold(Ordering::Equal, |so_far, ((left, right), (_, down))| {
                so_far.then_with(|| {
                    let compared = eval::compare(run.site, left, right);
                    if *down { compared.reverse() } else { compared }
                })
            })
        });
        *things = keyed.into_iter().map(|(_, thing)| thing).collect();
    }
}

/// What v2 shows of each resource.
#[derive(Debug)]
pub(crate) struct Projection(Node);

impl Projection {
    /// v2's `select`.
    pub(crate) fn v2(site: &Site, kind: Kind, text: &str) -> Result<Self, String> {
        let scope = Scope { site, it: Type::One(kind), dialect: Dialect::V2, me: None };
        scope.shown(&linq::parse(text, false)?).map(Self)
    }

    /// A resource so shown.
    pub(crate) fn of<'a>(&'a self, run: &Run<'a>, thing: Thing) -> Out<'a> {
        run.eval(&Out::thing(thing), &self.0)
    }
}

/// What v2 computes over all resources: `result=count`, `result={sum:sum(effort)}`.
#[derive(Debug)]
pub(crate) struct Summary(Node);

impl Summary {
    /// v2's `result`.
    pub(crate) fn v2(site: &Site, kind: Kind, text: &str) -> Result<Self, String> {
        let scope = Scope { site, it: Type::Many(kind), dialect: Dialect::V2, me: None };
        match scope.bind(&linq::parse(text, false)?)? {
            (Node::It, _) => Err("The result must be an aggregation.".to_owned()),
            (node, _) => Ok(Self(node)),
        }
    }

    /// The result over these.
    pub(crate) fn of<'a>(&'a self, run: &Run<'a>, things: Vec<Thing>) -> Out<'a> {
        run.eval(&Out::Val(Val::Things(things)), &self.0)
    }
}
