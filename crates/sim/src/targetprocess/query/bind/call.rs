//! Functions, and methods of single values.

use super::collection::METHODS;
use super::{Bound, Dialect, Scope, Type, boxed};
use crate::targetprocess::query::expr::{Expr, Op};
use crate::targetprocess::query::node::{Const, Into, Like, Node, OfText, Unit};
use crate::targetprocess::schema::{Kind, Slot};

/// Methods that move a date.
const MOVES: &[(&str, Unit)] = &[
    ("addminutes", Unit::Minute),
    ("addhours", Unit::Hour),
    ("adddays", Unit::Day),
    ("addmonths", Unit::Month),
    ("addyears", Unit::Year),
];

impl Scope<'_> {
    pub(super) fn call(&self, target: Option<&Expr>, name: &str, arguments: &[Expr]) -> Bound {
        let lower = name.to_lowercase();
        if self.dialect == Dialect::V1 {
            return match (target, arguments) {
                (Some(target), [Expr::Text(part)]) => self.contains(target, part),
                _ => Err("'contains' looks for a text in quotes.".to_owned()),
            };
        }
        match target {
            None => self.function(&lower, name, arguments),
            Some(Expr::Name(class)) if is_class(class) => self.of_class(class, &lower, name, arguments),
            Some(target) => {
                let (node, of) = self.bind(target)?;
                if of.inner().is_some() && METHODS.contains(&lower.as_str()) {
                    return self.on_list(node, &of, &lower, arguments);
                }
                self.method(node, &of, (&lower, name), arguments)
            }
        }
    }

    /// v1's `contains`: in a text, or as one of the tags.
    fn contains(&self, target: &Expr, part: &str) -> Bound {
        match self.bind(target)? {
            (Node::Get(of, Slot::Tags), _) => Ok((Node::Tagged(of, part.to_owned()), Type::Flag)),
            (node, Type::Text | Type::Any) => {
                let part = boxed(Node::Const(Const::Text(part.to_owned())));
                Ok((Node::Like(Like::Contains, boxed(node), part), Type::Flag))
            }
            _ => Err("'contains' looks into texts only.".to_owned()),
        }
    }

    fn function(&self, lower: &str, name: &str, arguments: &[Expr]) -> Bound {
        let unknown = || format!("'{name}' is not understood here.");
        match (lower, arguments) {
            ("iif", [condition, yes, no]) => {
                let (yes, of) = self.bind(yes)?;
                let (no, other) = self.bind(no)?;
                let of = if of == Type::Null { other } else { of };
                Ok((Node::If(boxed(self.condition(condition)?), boxed(yes), boxed(no)), of))
            }
            ("ifnone", [value, other]) => {
                let (value, of) = self.bind(value)?;
                Ok((Node::IfNone(boxed(value), boxed(self.bind(other)?.0)), of))
            }
            ("not", [condition]) => Ok((Node::Not(boxed(self.condition(condition)?)), Type::Flag)),
            ("getcustomvaluestring", [Expr::Text(field)]) => {
                let value =
                    Node::CustomValue(boxed(Node::Get(boxed(Node::It), Slot::CustomFields)), field.clone());
                Ok((Node::Convert(Into::Text, boxed(value)), Type::Text))
            }
            ("iscustomvaluechanged", [Expr::Text(field)])
                if matches!(self.it, Type::One(Kind::History(_))) =>
            {
                let value = |of: Node| {
                    boxed(Node::CustomValue(boxed(Node::Get(boxed(of), Slot::CustomFields)), field.clone()))
                };
                let before = Node::Get(boxed(Node::It), Slot::PreviousRecord);
                Ok((Node::Compare(Op::NotEqual, value(Node::It), value(before)), Type::Flag))
            }
            // Aggregations of the whole, and bare calls within a collection.
            (method, arguments) if METHODS.contains(&method) && self.it.inner().is_some() => {
                self.on_list(Node::It, &self.it, method, arguments)
            }
            _ => Err(unknown()),
        }
    }

    /// `DateTime.Parse("…")`, `Convert.ToDouble(…)`.
    fn of_class(&self, class: &str, lower: &str, name: &str, arguments: &[Expr]) -> Bound {
        match (class.to_lowercase().as_str(), arguments) {
            ("datetime", [Expr::Text(text)]) if lower == "parse" => {
                Ok((Node::Const(Const::Time(self.time(text)?)), Type::Time))
            }
            ("convert" | "safeconvert", [value]) => {
                let (into, of) = match lower {
                    "todouble" | "todecimal" | "tosingle" => (Into::Number, Type::Number),
                    "toint" | "toint16" | "toint32" | "toint64" => (Into::Integer, Type::Number),
                    "tostring" => (Into::Text, Type::Text),
                    "todatetime" => (Into::Time, Type::Time),
                    "toboolean" => (Into::Flag, Type::Flag),
                    _ => return Err(format!("'{class}.{name}' is not understood.")),
                };
                Ok((Node::Convert(into, boxed(self.scalar(value)?.0)), of))
            }
            _ => Err(format!("'{class}.{name}' is not understood.")),
        }
    }

    /// A single value.
    fn scalar(&self, expr: &Expr) -> Bound {
        match self.bind(expr)? {
            (_, Type::Many(_) | Type::List(_) | Type::Object(_) | Type::Custom | Type::Bag) => {
                Err("A single value is expected.".to_owned())
            }
            found => Ok(found),
        }
    }

    fn method(&self, node: Node, of: &Type, (lower, name): (&str, &str), arguments: &[Expr]) -> Bound {
        let unknown = || format!("'{name}' is not understood here.");
        if let Some((_, unit)) = MOVES.iter().find(|(method, _)| *method == lower) {
            let ([amount], Type::Time | Type::Any) = (arguments, of) else { return Err(unknown()) };
            let (amount, Type::Number | Type::Any) = self.bind(amount)? else { return Err(unknown()) };
            return Ok((Node::Move(*unit, boxed(node), boxed(amount)), Type::Time));
        }
        match (lower, of, arguments) {
            ("tostring", _, []) if of.inner().is_none() => {
                Ok((Node::Convert(Into::Text, boxed(node)), Type::Text))
            }
            (
                "inpast" | "infuture",
                Type::One(Kind::Release | Kind::Iteration | Kind::TeamIteration),
                [count],
            ) => {
                let (count, Type::Number) = self.bind(count)? else { return Err(unknown()) };
                Ok((Node::Near { past: lower == "inpast", of: boxed(node), count: boxed(count) }, Type::Flag))
            }
            ("get", Type::Custom | Type::Bag, [Expr::Text(field)]) => {
                Ok((Node::CustomWhole(boxed(node), field.clone()), Type::Any))
            }
            (
                "text" | "number" | "date" | "bool" | "money",
                Type::Custom | Type::Bag,
                [Expr::Text(field)],
            ) => {
                let of = match lower {
                    "text" => Type::Text,
                    "date" => Type::Time,
                    "bool" => Type::Flag,
                    _ => Type::Number,
                };
                Ok((Node::CustomValue(boxed(node), field.clone()), of))
            }
            (_, Type::Text | Type::Any, arguments) => self.of_text(node, (lower, name), arguments),
            // A method without arguments may be written with parentheses or without.
            (_, of, []) => self.member(node, of.clone(), name).map_err(|_| unknown()),
            _ => Err(unknown()),
        }
    }

    fn of_text(&self, node: Node, (lower, name): (&str, &str), arguments: &[Expr]) -> Bound {
        let unknown = || format!("'{name}' is not understood here.");
        let made = |what| Ok((Node::OfText(what, boxed(node.clone())), Type::Text));
        match (lower, arguments) {
            ("contains" | "startswith" | "endswith", [part]) => {
                let like = match lower {
                    "contains" => Like::Contains,
                    "startswith" => Like::StartsWith,
                    _ => Like::EndsWith,
                };
                let (part, Type::Text | Type::Any) = self.bind(part)? else { return Err(unknown()) };
                Ok((Node::Like(like, boxed(node), boxed(part)), Type::Flag))
            }
            ("tolower", []) => made(OfText::Lower),
            ("toupper", []) => made(OfText::Upper),
            ("trim", []) => made(OfText::Trim),
            ("toplaintext", []) => made(OfText::Plain),
            ("length", []) => Ok((Node::OfText(OfText::Length, boxed(node)), Type::Number)),
            ("substring", [from, rest @ ..]) if rest.len() <= 1 => {
                let number = |expr: &Expr| match self.bind(expr)? {
                    (node, Type::Number) => Ok(boxed(node)),
                    _ => Err(unknown()),
                };
                let length = rest.first().map(number).transpose()?;
                Ok((Node::Substring(boxed(node), number(from)?, length), Type::Text))
            }
            ("replace", [Expr::Text(old), Expr::Text(new)]) if !old.is_empty() => {
                Ok((Node::Replace(boxed(node), old.clone(), new.clone()), Type::Text))
            }
            _ => Err(format!("'{name}' looks into texts only, or is not understood here.")),
        }
    }
}

fn is_class(name: &str) -> bool {
    ["datetime", "convert", "safeconvert"].contains(&name.to_lowercase().as_str())
}
