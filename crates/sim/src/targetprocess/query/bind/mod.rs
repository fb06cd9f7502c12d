//! Looking up an expression's names in the schema, and checking what they are used for.
//!
//! Operators are here, members of values in [`member`], methods of collections in [`collection`], of everything else in
//! [`call`].

mod call;
mod collection;
mod member;

use std::rc::Rc;

use super::expr::{Expr, Op};
use super::node::{Const, Node};
use crate::frame::call::Person;
use crate::targetprocess::date;
use crate::targetprocess::schema::Kind;
use crate::targetprocess::site::Site;

pub(crate) use self::member::camel;

/// What an expression gives.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Type {
    /// Known only when it is evaluated: a custom field.
    Any,
    Null,
    Flag,
    Number,
    Text,
    Time,
    Span,
    One(Kind),
    Many(Kind),
    /// The list of custom fields.
    Custom,
    /// The same as v2 shows it whole: `customValues`.
    Bag,
    Object(Rc<Vec<(String, Type)>>),
    List(Rc<Type>),
}

impl Type {
    /// Whether values of the type can be sorted by.
    pub(crate) fn is_ordered(&self) -> bool {
        matches!(
            self,
            Self::Any | Self::Number | Self::Text | Self::Time | Self::Span | Self::Flag | Self::One(_)
        )
    }

    /// The type of a list's members, if it is a list.
    fn inner(&self) -> Option<Self> {
        match self {
            Self::Many(kind) => Some(Self::One(*kind)),
            Self::List(inner) => Some((**inner).clone()),
            _ => None,
        }
    }
}

/// Which language an expression is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    V1,
    V2,
    Board,
}

/// What an expression is looked up against.
#[derive(Clone)]
pub(super) struct Scope<'a> {
    pub(super) site: &'a Site,
    /// The type of `it`.
    pub(super) it: Type,
    pub(super) dialect: Dialect,
    /// Who asks, on boards.
    pub(super) me: Option<Person>,
}

type Bound = Result<(Node, Type), String>;

fn boxed(node: Node) -> Box<Node> {
    Box::new(node)
}

impl Scope<'_> {
    /// The same scope with another `it`.
    fn with(&self, it: Type) -> Self {
        Self { it, ..self.clone() }
    }

    /// Looks up an expression that must be a condition.
    pub(super) fn condition(&self, expr: &Expr) -> Result<Node, String> {
        match self.bind(expr)? {
            (node, Type::Flag | Type::Any) => Ok(node),
            // On boards a collection is a condition: whether there is anything in it.
            (node, Type::Many(_) | Type::List(_)) if self.dialect == Dialect::Board => {
                let count = Node::Count(boxed(node));
                // `Where(it is None)` means that there is nothing.
                let op = if asks_for_none(expr) { Op::Equal } else { Op::Greater };
                let count = match (count, asks_for_none(expr)) {
                    (Node::Count(list), true) => Node::Count(boxed(unfiltered(*list))),
                    (count, _) => count,
                };
                Ok(Node::Compare(op, boxed(count), boxed(Node::Const(Const::Number(0.0)))))
            }
            _ => Err("A condition is expected: the where expression must be true or false.".to_owned()),
        }
    }

    /// Looks up what is to be shown.
    pub(super) fn shown(&self, expr: &Expr) -> Result<Node, String> {
        self.bind(expr).map(|(node, of)| whole(expr, node, &of))
    }

    /// Looks up an expression.
    pub(super) fn bind(&self, expr: &Expr) -> Bound {
        match expr {
            Expr::Null => Ok((Node::Const(Const::Null), Type::Null)),
            Expr::Flag(flag) => Ok((Node::Const(Const::Flag(*flag)), Type::Flag)),
            Expr::Number(number) => Ok((Node::Const(Const::Number(*number)), Type::Number)),
            Expr::Text(text) => Ok((Node::Const(Const::Text(text.clone())), Type::Text)),
            Expr::Span(span) => Ok((Node::Const(Const::Span(*span)), Type::Span)),
            Expr::Name(name) => self.name(name),
            Expr::Member(target, name) => match self.fixed(target, name) {
                Some(found) => Ok(found),
                None => {
                    let (node, of) = self.bind(target)?;
                    self.member(node, of, name)
                }
            },
            Expr::Index(target, name) => {
                let (node, of) = self.bind(target)?;
                self.index(node, &of, name)
            }
            Expr::As(target, kind) => {
                let (node, of) = self.bind(target)?;
                let found = Kind::of(kind).ok_or_else(|| format!("Type '{kind}' is not known."))?;
                match of {
                    Type::One(_) | Type::Any => Ok((Node::As(boxed(node), found), Type::One(found))),
                    _ => Err(format!("Only references can be cast to '{kind}'.")),
                }
            }
            Expr::Call(target, name, arguments) => self.call(target.as_deref(), name, arguments),
            Expr::Not(inner) => Ok((Node::Not(boxed(self.condition(inner)?)), Type::Flag)),
            Expr::Negate(inner) => match self.bind(inner)? {
                (node, of @ (Type::Number | Type::Any | Type::Span)) => Ok((Node::Negate(boxed(node)), of)),
                _ => Err("A number is expected after '-'.".to_owned()),
            },
            Expr::Binary(Op::And, left, right) => {
                Ok((Node::And(boxed(self.condition(left)?), boxed(self.condition(right)?)), Type::Flag))
            }
            Expr::Binary(Op::Or, left, right) => {
                Ok((Node::Or(boxed(self.condition(left)?), boxed(self.condition(right)?)), Type::Flag))
            }
            Expr::Binary(op, left, right) if op.computes() => {
                arithmetic(*op, self.bind(left)?, self.bind(right)?)
            }
            Expr::Binary(op, left, right) => self.compare(*op, self.bind(left)?, self.bind(right)?),
            Expr::In(left, values) => self.within(left, values),
            Expr::Object(members) => self.object(members),
        }
    }

    fn within(&self, left: &Expr, values: &[Expr]) -> Bound {
        let (node, of) = self.bind(left)?;
        let value = |value: &Expr| match self.bind(value)? {
            (Node::Const(value), _) => self.fitted(&of, value),
            _ => Err("'in' takes constants only.".to_owned()),
        };
        let values = values.iter().map(value).collect::<Result<_, String>>()?;
        Ok((Node::In(boxed(node), values), Type::Flag))
    }

    fn object(&self, members: &[(Option<String>, Expr)]) -> Bound {
        let (mut nodes, mut types) = (Vec::new(), Vec::new());
        for (name, value) in members {
            let (node, of) = self.bind(value)?;
            let node = whole(value, node, &of);
            let name = name.clone().or_else(|| member::implied(value));
            let name = name.ok_or("This member of a select needs a name.")?;
            nodes.push((name.clone(), node));
            types.push((name, of));
        }
        Ok((Node::Object(nodes), Type::Object(Rc::new(types))))
    }

    fn compare(&self, op: Op, left: (Node, Type), right: (Node, Type)) -> Bound {
        let equality = matches!(op, Op::Equal | Op::NotEqual);
        // Boards compare references with names.
        if let (Dialect::Board, true, (node, Type::One(_)), (Node::Const(Const::Text(text)), _)) =
            (self.dialect, equality, &left, &right)
        {
            return Ok((Node::Named(op == Op::Equal, boxed(node.clone()), text.clone()), Type::Flag));
        }
        // A constant takes the type of what it is compared with: texts become times.
        let (left, right) = match (left, right) {
            ((node, of), (Node::Const(value), _)) => {
                let value = self.fitted(&of, value)?;
                (node, (Node::Const(value), of))
            }
            ((Node::Const(value), _), (node, of)) => (Node::Const(self.fitted(&of, value)?), (node, of)),
            ((left, a), (right, b))
                if a == b || a == Type::Any || b == Type::Any || both_references(&a, &b) =>
            {
                (left, (right, b))
            }
            _ => return Err("Values of different types cannot be compared.".to_owned()),
        };
        let comparable = match right.1 {
            Type::Many(_) | Type::Custom | Type::Bag | Type::Object(_) | Type::List(_) => false,
            Type::One(_) | Type::Flag => equality,
            _ => true,
        };
        if comparable {
            Ok((Node::Compare(op, boxed(left), boxed(right.0)), Type::Flag))
        } else {
            Err("These values cannot be compared so.".to_owned())
        }
    }

    fn fitted(&self, of: &Type, value: Const) -> Result<Const, String> {
        Ok(match (of, value) {
            (_, Const::Null) => Const::Null,
            (Type::Time, Const::Text(text))
                if self.dialect == Dialect::V1 && text.eq_ignore_ascii_case("null") =>
            {
                Const::Null
            }
            (Type::Time, Const::Text(text)) => Const::Time(self.time(&text)?),
            (Type::Flag, Const::Text(text)) => Const::Flag(
                text.to_lowercase().parse().map_err(|_| format!("'{text}' is neither true nor false."))?,
            ),
            (Type::Any, value) => value,
            (Type::Number, value @ Const::Number(_))
            | (Type::Text, value @ Const::Text(_))
            | (Type::Flag, value @ Const::Flag(_))
            | (Type::Span, value @ Const::Span(_))
            | (Type::Time, value @ Const::Time(_))
            | (Type::One(_), value @ Const::Me(_)) => value,
            (Type::Number, Const::Text(text)) => {
                Const::Number(text.trim().parse().map_err(|_| format!("'{text}' is not a number."))?)
            }
            (Type::Null, value) => value,
            _ => return Err("A value does not fit what it is compared with.".to_owned()),
        })
    }

    /// A date in a text, on the server's clock.
    fn time(&self, text: &str) -> Result<i64, String> {
        date::parse(text, self.site.switches.offset).ok_or_else(|| format!("'{text}' is not a date."))
    }
}

/// How v2 shows something that is selected as it stands: a collection that is a field, and the bag of custom values, as an
/// object around a list.
fn whole(expr: &Expr, node: Node, of: &Type) -> Node {
    let member = match of {
        Type::Bag => "customFields",
        Type::Many(_) if matches!(expr, Expr::Name(_) | Expr::Member(..)) => "items",
        _ => return node,
    };
    Node::Object(vec![(member.to_owned(), node)])
}

/// Whether a board's condition is `Collection.Where(it is None)`.
fn asks_for_none(expr: &Expr) -> bool {
    let Expr::Call(Some(_), name, arguments) = expr else { return false };
    let none = Expr::Binary(Op::Equal, Box::new(Expr::Name("it".to_owned())), Box::new(Expr::Null));
    let lower = |expr: &Expr| match expr {
        Expr::Binary(op, left, right) => match &**left {
            Expr::Name(name) => Expr::Binary(*op, Box::new(Expr::Name(name.to_lowercase())), right.clone()),
            _ => expr.clone(),
        },
        _ => expr.clone(),
    };
    name.eq_ignore_ascii_case("where") && arguments.first().is_some_and(|argument| lower(argument) == none)
}

/// The collection under a `Where`.
fn unfiltered(node: Node) -> Node {
    if let Node::Where(list, _) = node { *list } else { node }
}

fn both_references(left: &Type, right: &Type) -> bool {
    matches!((left, right), (Type::One(_), Type::One(_)))
}

fn arithmetic(op: Op, left: (Node, Type), right: (Node, Type)) -> Bound {
    let of = match (op, &left.1, &right.1) {
        (Op::Add, Type::Text, Type::Text | Type::Number | Type::Any)
        | (Op::Add, Type::Number | Type::Any, Type::Text) => Type::Text,
        (_, Type::Number | Type::Any, Type::Number | Type::Any) => Type::Number,
        (Op::Subtract, Type::Time, Type::Time) => Type::Span,
        (Op::Add | Op::Subtract, Type::Time, Type::Span) => Type::Time,
        (Op::Add | Op::Subtract, Type::Span, Type::Span) => Type::Span,
        _ => return Err("These values cannot be calculated with.".to_owned()),
    };
    Ok((Node::Arithmetic(op, boxed(left.0), boxed(right.0)), of))
}
