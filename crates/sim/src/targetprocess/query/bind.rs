//! Looking up an expression's names in the schema, and checking what they are used for.

use super::expr::{Expr, Op};
use crate::targetprocess::date;
use crate::targetprocess::schema::{Kind, Shape, Slot};

/// What an expression gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    /// Known only when it is evaluated: a custom field.
    Any,
    Null,
    Flag,
    Number,
    Text,
    Time,
    One(Kind),
    Many(Kind),
    /// The list of custom fields.
    Custom,
    Object,
    Objects,
}

/// A constant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Const {
    Null,
    Flag(bool),
    Number(f64),
    Text(String),
    Time(i64),
}

/// How a text is looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Like {
    Contains,
    StartsWith,
    EndsWith,
}

/// An expression whose names are fields.
#[derive(Debug)]
pub(crate) enum Node {
    It,
    Const(Const),
    Get(Box<Node>, Slot),
    /// A custom field's value, by the field's name.
    CustomValue(Box<Node>, String),
    Not(Box<Node>),
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    Compare(Op, Box<Node>, Box<Node>),
    In(Box<Node>, Vec<Const>),
    Like(Like, Box<Node>, String),
    Count(Box<Node>),
    Where(Box<Node>, Box<Node>),
    Select(Box<Node>, Box<Node>),
    If(Box<Node>, Box<Node>, Box<Node>),
    IfNone(Box<Node>, Box<Node>),
    Object(Vec<(String, Node)>),
}

type Bound = Result<(Node, Type), String>;

/// Looks an expression up against a kind of resource.
pub(super) fn bind(kind: Kind, expr: &Expr) -> Bound {
    match expr {
        Expr::Null => Ok((Node::Const(Const::Null), Type::Null)),
        Expr::Flag(flag) => Ok((Node::Const(Const::Flag(*flag)), Type::Flag)),
        Expr::Number(number) => Ok((Node::Const(Const::Number(*number)), Type::Number)),
        Expr::Text(text) => Ok((Node::Const(Const::Text(text.clone())), Type::Text)),
        Expr::Name(name) if name.eq_ignore_ascii_case("it") => Ok((Node::It, Type::One(kind))),
        Expr::Name(name) => member(Node::It, Type::One(kind), name),
        Expr::Member(target, name) => {
            let (node, of) = bind(kind, target)?;
            member(node, of, name)
        }
        Expr::Call(target, name, arguments) => call(kind, target.as_deref(), name, arguments),
        Expr::Not(inner) => Ok((Node::Not(Box::new(flag(kind, inner)?)), Type::Flag)),
        Expr::Binary(Op::And, left, right) => {
            Ok((Node::And(Box::new(flag(kind, left)?), Box::new(flag(kind, right)?)), Type::Flag))
        }
        Expr::Binary(Op::Or, left, right) => {
            Ok((Node::Or(Box::new(flag(kind, left)?), Box::new(flag(kind, right)?)), Type::Flag))
        }
        Expr::Binary(op, left, right) => compare(*op, bind(kind, left)?, bind(kind, right)?),
        Expr::In(left, values) => {
            let (node, of) = bind(kind, left)?;
            let value = |value: &Expr| match bind(kind, value)? {
                (Node::Const(value), _) => fitted(of, value),
                _ => Err("'in' takes constants only.".to_owned()),
            };
            Ok((
                Node::In(Box::new(node), values.iter().map(value).collect::<Result<_, String>>()?),
                Type::Flag,
            ))
        }
        Expr::Object(members) => {
            let member = |(name, value): &(Option<String>, Expr)| {
                let (node, _) = bind(kind, value)?;
                let name = name.clone().or_else(|| implied(value));
                Ok((name.ok_or("This member of a select needs a name.")?, node))
            };
            Ok((Node::Object(members.iter().map(member).collect::<Result<_, String>>()?), Type::Object))
        }
    }
}

/// The name of a member that is not given one: that of its field, in v2's case.
fn implied(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Name(name) | Expr::Member(_, name) => Some(camel(name)),
        Expr::Call(Some(target), name, _) if name.eq_ignore_ascii_case("count") => {
            Some(format!("{}Count", implied(target)?))
        }
        Expr::Call(Some(target), ..) => implied(target),
        _ => None,
    }
}

/// `EntityState` as `entityState`.
pub(crate) fn camel(name: &str) -> String {
    let mut characters = name.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

fn member(target: Node, of: Type, name: &str) -> Bound {
    match of {
        Type::One(kind) => {
            let field = kind.field(name);
            let field = field
                .ok_or_else(|| format!("No property or field '{name}' exists in type '{}'.", kind.name()))?;
            let of = match field.shape {
                Shape::Number => Type::Number,
                Shape::Flag => Type::Flag,
                Shape::Text => Type::Text,
                Shape::Time => Type::Time,
                Shape::One(kind) => Type::One(kind),
                Shape::Many(kind) => Type::Many(kind),
                Shape::Custom => Type::Custom,
            };
            Ok((Node::Get(Box::new(target), field.slot), of))
        }
        Type::Custom => Ok((Node::CustomValue(Box::new(target), name.to_owned()), Type::Any)),
        Type::Many(_) | Type::Objects if name.eq_ignore_ascii_case("count") => {
            Ok((Node::Count(Box::new(target)), Type::Number))
        }
        _ => Err(format!("'{name}' is not a member of what stands before it.")),
    }
}

fn flag(kind: Kind, expr: &Expr) -> Result<Node, String> {
    match bind(kind, expr)? {
        (node, Type::Flag | Type::Any) => Ok(node),
        _ => Err("A condition is expected.".to_owned()),
    }
}

fn compare(op: Op, left: (Node, Type), right: (Node, Type)) -> Bound {
    // A constant takes the type of what it is compared with: texts become times.
    let (left, right) = match (left, right) {
        ((node, of), (Node::Const(value), _)) => (node, (Node::Const(fitted(of, value)?), of)),
        ((Node::Const(value), _), (node, of)) => (Node::Const(fitted(of, value)?), (node, of)),
        ((left, a), (right, b)) if a == b || a == Type::Any || b == Type::Any => (left, (right, b)),
        _ => return Err("Values of different types cannot be compared.".to_owned()),
    };
    let comparable = |of: Type| match of {
        Type::Many(_) | Type::Custom | Type::Object | Type::Objects => false,
        Type::One(_) | Type::Flag => matches!(op, Op::Equal | Op::NotEqual),
        _ => true,
    };
    if comparable(right.1) {
        Ok((Node::Compare(op, Box::new(left), Box::new(right.0)), Type::Flag))
    } else {
        Err("These values cannot be compared so.".to_owned())
    }
}

fn fitted(of: Type, value: Const) -> Result<Const, String> {
    Ok(match (of, value) {
        (_, Const::Null) => Const::Null,
        (Type::Time, Const::Text(text)) => {
            Const::Time(date::parse(&text).ok_or_else(|| format!("'{text}' is not a date."))?)
        }
        (Type::Any, value) => value,
        (Type::Number, value @ Const::Number(_))
        | (Type::Text, value @ Const::Text(_))
        | (Type::Flag, value @ Const::Flag(_))
        | (Type::Time, value @ Const::Time(_)) => value,
        (Type::Number, Const::Text(text)) => {
            Const::Number(text.trim().parse().map_err(|_| format!("'{text}' is not a number."))?)
        }
        (Type::Null, value) => value,
        _ => return Err("A value does not fit what it is compared with.".to_owned()),
    })
}

fn call(kind: Kind, target: Option<&Expr>, name: &str, arguments: &[Expr]) -> Bound {
    let lower = name.to_lowercase();
    let unknown = || format!("'{name}' is not understood here.");
    match (target, lower.as_str(), arguments) {
        (None, "iif", [condition, yes, no]) => {
            let (yes, of) = bind(kind, yes)?;
            let (no, _) = bind(kind, no)?;
            Ok((Node::If(Box::new(flag(kind, condition)?), Box::new(yes), Box::new(no)), of))
        }
        (None, "ifnone", [value, other]) => {
            let (value, of) = bind(kind, value)?;
            Ok((Node::IfNone(Box::new(value), Box::new(bind(kind, other)?.0)), of))
        }
        (Some(Expr::Name(class)), "parse", [Expr::Text(text)]) if class.eq_ignore_ascii_case("datetime") => {
            let at = date::parse(text).ok_or_else(|| format!("'{text}' is not a date."))?;
            Ok((Node::Const(Const::Time(at)), Type::Time))
        }
        (Some(target), "contains" | "startswith" | "endswith", [Expr::Text(part)]) => {
            let like = match lower.as_str() {
                "contains" => Like::Contains,
                "startswith" => Like::StartsWith,
                _ => Like::EndsWith,
            };
            match bind(kind, target)? {
                (node, Type::Text | Type::Any) => {
                    Ok((Node::Like(like, Box::new(node), part.clone()), Type::Flag))
                }
                _ => Err(format!("'{name}' looks into texts only.")),
            }
        }
        (Some(target), "count" | "where" | "select", arguments) => {
            let (list, Type::Many(inner)) = bind(kind, target)? else { return Err(unknown()) };
            let list = Box::new(list);
            match (lower.as_str(), arguments) {
                ("count", []) => Ok((Node::Count(list), Type::Number)),
                ("count", [condition]) => {
                    let chosen = Node::Where(list, Box::new(flag(inner, condition)?));
                    Ok((Node::Count(Box::new(chosen)), Type::Number))
                }
                ("where", [condition]) => {
                    Ok((Node::Where(list, Box::new(flag(inner, condition)?)), Type::Many(inner)))
                }
                ("select", [shown]) => {
                    Ok((Node::Select(list, Box::new(bind(inner, shown)?.0)), Type::Objects))
                }
                _ => Err(unknown()),
            }
        }
        _ => Err(unknown()),
    }
}
