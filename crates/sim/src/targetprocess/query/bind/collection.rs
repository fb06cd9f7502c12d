//! Methods of collections: `where`, `select`, `orderBy`, `count`, `sum` and their kin.

use std::rc::Rc;

use super::{Bound, Dialect, Scope, Type, boxed};
use crate::targetprocess::query::expr::{Expr, Op};
use crate::targetprocess::query::node::{Const, Fold, Node};

/// Names of methods of collections, in lower case.
pub(super) const METHODS: &[&str] = &[
    "count",
    "where",
    "select",
    "orderby",
    "orderbydescending",
    "sum",
    "average",
    "avg",
    "min",
    "max",
    "first",
    "firstordefault",
    "last",
    "take",
    "skip",
    "distinct",
    "any",
    "all",
    "contains",
];

impl Scope<'_> {
    /// A method of a list whose type is `of`; `name` is in lower case.
    pub(super) fn on_list(&self, list: Node, of: &Type, name: &str, arguments: &[Expr]) -> Bound {
        let unknown = || format!("'{name}' is not understood here.");
        let inner = of.inner().ok_or_else(unknown)?;
        let scope = self.with(inner.clone());
        let chosen = |list: Node, condition: &Expr| -> Result<Node, String> {
            Ok(Node::Where(boxed(list), boxed(scope.condition(condition)?)))
        };
        let above =
            |count: Node| Node::Compare(Op::Greater, boxed(count), boxed(Node::Const(Const::Number(0.0))));
        match (name, arguments) {
            ("count", []) => Ok((Node::Count(boxed(list)), Type::Number)),
            ("count", [condition]) => Ok((Node::Count(boxed(chosen(list, condition)?)), Type::Number)),
            ("any", []) => Ok((above(Node::Count(boxed(list))), Type::Flag)),
            ("any", [condition]) => Ok((above(Node::Count(boxed(chosen(list, condition)?))), Type::Flag)),
            ("all", [condition]) => {
                Ok((Node::All(boxed(list), boxed(scope.condition(condition)?)), Type::Flag))
            }
            ("where", [condition]) => Ok((chosen(list, condition)?, of.clone())),
            ("select", [shown]) => {
                let (node, of) = scope.bind(shown)?;
                Ok((Node::Select(boxed(list), boxed(node)), Type::List(Rc::new(of))))
            }
            ("orderby" | "orderbydescending", [key]) => match scope.bind(key)? {
                (key, ordered) if ordered.is_ordered() => {
                    let down = name == "orderbydescending";
                    Ok((Node::Sort { list: boxed(list), key: boxed(key), down }, of.clone()))
                }
                _ => Err("Cannot sort by this.".to_owned()),
            },
            ("first" | "firstordefault", []) => Ok((Node::First(boxed(list)), inner)),
            ("first" | "firstordefault", [condition]) => {
                Ok((Node::First(boxed(chosen(list, condition)?)), inner))
            }
            ("last", []) => Ok((Node::Last(boxed(list)), inner)),
            ("distinct", []) => Ok((Node::Distinct(boxed(list)), of.clone())),
            ("take" | "skip", [count]) => {
                let (Type::Number, count) = self.swap(count)? else { return Err(unknown()) };
                let node = if name == "take" { Node::Take } else { Node::Skip };
                Ok((node(boxed(list), boxed(count)), of.clone()))
            }
            ("contains", [value]) if self.dialect != Dialect::V1 => {
                let same =
                    self.with(inner.clone()).compare(Op::Equal, (Node::It, inner), self.bind(value)?)?;
                Ok((above(Node::Count(boxed(Node::Where(boxed(list), boxed(same.0))))), Type::Flag))
            }
            (fold, arguments) => self.fold(list, inner, fold, arguments),
        }
    }

    fn swap(&self, expr: &Expr) -> Result<(Type, Node), String> {
        self.bind(expr).map(|(node, of)| (of, node))
    }

    /// `sum`, `average`, `min` and `max`, of an expression or of the values themselves.
    fn fold(&self, list: Node, inner: Type, name: &str, arguments: &[Expr]) -> Bound {
        let fold = match name {
            "sum" => Fold::Sum,
            "average" | "avg" => Fold::Average,
            "min" => Fold::Min,
            "max" => Fold::Max,
            _ => return Err(format!("'{name}' is not understood here.")),
        };
        let (list, of) = match arguments {
            [] => (list, inner),
            [value] => {
                let (node, of) = self.with(inner).bind(value)?;
                (Node::Select(boxed(list), boxed(node)), of)
            }
            _ => return Err(format!("'{name}' takes one expression.")),
        };
        match (fold, &of) {
            (_, Type::Number | Type::Any) | (Fold::Min | Fold::Max, Type::Time | Type::Text) => {
                Ok((Node::Fold(fold, boxed(list)), of))
            }
            _ => Err(format!("'{name}' needs numbers.")),
        }
    }
}
