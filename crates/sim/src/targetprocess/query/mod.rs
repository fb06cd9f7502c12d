//! Conditions, projections and orders over resources: both of Targetprocess's grammars and one evaluator.
//!
//! [`filter`] reads v1's `where`, [`linq`] v2's expressions; both give an [`expr::Expr`] over the tokens of [`lex`].
//! [`bind`] checks it against the schema, so that [`eval`] cannot fail. Errors say what is not understood.

pub(crate) mod bind;
pub(crate) mod eval;
pub(crate) mod expr;
pub(crate) mod filter;
pub(crate) mod lex;
pub(crate) mod linq;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;

use self::bind::{Node, Type, bind};
use self::eval::Out;
use crate::targetprocess::read::Thing;
use crate::targetprocess::schema::Kind;
use crate::targetprocess::site::Site;

/// A condition on resources of one kind; none takes all.
#[derive(Debug, Default)]
pub(crate) struct Condition(Option<Node>);

impl Condition {
    /// v1's `where`.
    pub(crate) fn v1(kind: Kind, text: Option<&str>) -> Result<Self, String> {
        Self::bound(kind, text.map(filter::parse))
    }

    /// v2's `where`.
    pub(crate) fn v2(kind: Kind, text: Option<&str>) -> Result<Self, String> {
        Self::bound(kind, text.map(linq::parse))
    }

    fn bound(kind: Kind, parsed: Option<Result<expr::Expr, String>>) -> Result<Self, String> {
        let Some(parsed) = parsed else { return Ok(Self(None)) };
        match bind(kind, &parsed?)? {
            (node, Type::Flag | Type::Any) => Ok(Self(Some(node))),
            _ => Err("The where expression must be a condition.".to_owned()),
        }
    }

    /// Whether a resource meets it.
    pub(crate) fn takes(&self, site: &Site, thing: Thing) -> bool {
        self.0.as_ref().is_none_or(|node| eval::holds(site, thing, node))
    }
}

/// What to sort by, most important first; true is descending.
#[derive(Debug, Default)]
pub(crate) struct Order(Vec<(Node, bool)>);

impl Order {
    /// v1's `orderBy` and `orderByDesc`: one path.
    pub(crate) fn v1(kind: Kind, up: Option<&str>, down: Option<&str>) -> Result<Self, String> {
        match (up, down) {
            (None, None) => Ok(Self::default()),
            (Some(_), Some(_)) => Err("orderBy and orderByDesc cannot be used together.".to_owned()),
            (Some(path), None) | (None, Some(path)) => Self::keys(kind, &[(path, down.is_some())]),
        }
    }

    /// v2's `orderBy`: expressions separated by commas, each with `asc` or `desc`.
    pub(crate) fn v2(kind: Kind, text: Option<&str>) -> Result<Self, String> {
        let keys = text.into_iter().flat_map(|text| text.split(',')).map(|key| {
            let key = key.trim();
            match key.rsplit_once(char::is_whitespace) {
                Some((path, way)) if way.eq_ignore_ascii_case("desc") => (path, true),
                Some((path, way)) if way.eq_ignore_ascii_case("asc") => (path, false),
                _ => (key, false),
            }
        });
        Self::keys(kind, &keys.collect::<Vec<_>>())
    }

    fn keys(kind: Kind, keys: &[(&str, bool)]) -> Result<Self, String> {
        let key = |(path, down): &(&str, bool)| match bind(kind, &linq::parse(path)?)? {
            (node, Type::Any | Type::Number | Type::Text | Type::Time | Type::Flag | Type::One(_)) => {
                Ok((node, *down))
            }
            _ => Err(format!("Cannot sort by '{path}'.")),
        };
        keys.iter().map(key).collect::<Result<_, String>>().map(Self)
    }

    /// Sorts; equals keep their order.
    pub(crate) fn sort(&self, site: &Site, things: &mut [Thing]) {
        if self.0.is_empty() {
            return;
        }
        things.sort_by(|left, right| {
            self.0.iter().fold(Ordering::Equal, |so_far, (node, down)| {
                so_far.then_with(|| {
                    let compared =
                        eval::compare(site, &eval::eval(site, *left, node), &eval::eval(site, *right, node));
                    if *down { compared.reverse() } else { compared }
                })
            })
        });
    }
}

/// What v2 shows of each resource.
#[derive(Debug)]
pub(crate) struct Projection(Node);

impl Projection {
    /// v2's `select`.
    pub(crate) fn v2(kind: Kind, text: &str) -> Result<Self, String> {
        Ok(Self(bind(kind, &linq::parse(text)?)?.0))
    }

    /// A resource so shown.
    pub(crate) fn of<'a>(&'a self, site: &'a Site, thing: Thing) -> Out<'a> {
        eval::eval(site, thing, &self.0)
    }
}
