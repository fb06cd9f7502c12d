//! Names: fields of resources, members of objects, custom fields, and the few fixed ones.

use super::{Bound, Dialect, Scope, Type, boxed};
use crate::targetprocess::custom::Shape as CustomShape;
use crate::targetprocess::query::expr::Expr;
use crate::targetprocess::query::node::{Const, Into, Node, OfText, Unit};
use crate::targetprocess::schema::{Kind, Shape, Slot};

/// The name of a member that is not given one: that of its field, or of its aggregation, in v2's case (developer hub,
/// "Overview" of v2: `project.id` is `id`, `tasks.count()` is `count`).
pub(super) fn implied(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Name(name) | Expr::Member(_, name) | Expr::Index(_, name) => Some(camel(name)),
        Expr::Call(Some(target), name, _) => match name.to_lowercase().as_str() {
            "select" | "where" | "orderby" | "orderbydescending" | "first" | "take" | "skip" | "distinct" => {
                implied(target)
            }
            _ => Some(camel(name)),
        },
        Expr::Call(None, name, _) => Some(camel(name)),
        Expr::As(target, _) => implied(target),
        _ => None,
    }
}

/// `EntityState` as `entityState`.
pub(crate) fn camel(name: &str) -> String {
    let mut characters = name.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

impl Scope<'_> {
    pub(super) fn name(&self, name: &str) -> Bound {
        if name.eq_ignore_ascii_case("it") {
            return Ok((Node::It, self.it.clone()));
        }
        let found = self.member(Node::It, self.it.clone(), name);
        if found.is_ok() || self.dialect == Dialect::V1 {
            return found;
        }
        match (name.to_lowercase().as_str(), self.me) {
            ("today", _) => Ok((Node::Today, Type::Time)),
            ("now", _) => Ok((Node::Now, Type::Time)),
            ("me", Some(me)) => Ok((Node::Const(Const::Me(me)), Type::One(Kind::GeneralUser))),
            _ => found,
        }
    }

    /// Members of classes: `DateTime.Now`.
    pub(super) fn fixed(&self, target: &Expr, name: &str) -> Option<(Node, Type)> {
        let Expr::Name(class) = target else { return None };
        match (class.to_lowercase().as_str(), name.to_lowercase().as_str()) {
            ("datetime", "now" | "utcnow") => Some((Node::Now, Type::Time)),
            ("datetime", "today") => Some((Node::Today, Type::Time)),
            _ => None,
        }
    }

    pub(super) fn member(&self, target: Node, of: Type, name: &str) -> Bound {
        let lower = name.to_lowercase();
        let nullable = match lower.as_str() {
            "hasvalue" => Some((
                Node::Not(boxed(Node::Compare(
                    crate::targetprocess::query::expr::Op::Equal,
                    boxed(target.clone()),
                    boxed(Node::Const(Const::Null)),
                ))),
                Type::Flag,
            )),
            "value" => Some((target.clone(), of.clone())),
            _ => None,
        };
        match &of {
            Type::One(kind) => self.field(target, *kind, name).or_else(|why| nullable.ok_or(why)),
            Type::Custom | Type::Bag => Ok((Node::CustomValue(boxed(target), name.to_owned()), Type::Any)),
            Type::Object(members) => match members.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))
            {
                Some((known, of)) => Ok((Node::Member(boxed(target), known.clone()), of.clone())),
                None => Err(format!("Property '{name}' does not exist in the selected object.")),
            },
            Type::Many(_) | Type::List(_) => self.of_list(target, &of, &lower, name),
            Type::Time | Type::Text | Type::Span | Type::Any => of_value(target, &of, &lower)
                .or(nullable)
                .ok_or_else(|| format!("'{name}' is not a member of what stands before it.")),
            Type::Number | Type::Flag => {
                nullable.ok_or_else(|| format!("'{name}' is not a member of what stands before it."))
            }
            Type::Null => Err(format!("'{name}' is not a member of what stands before it.")),
        }
    }

    /// What a list has without parentheses: `Count` and `First`.
    fn of_list(&self, target: Node, of: &Type, lower: &str, name: &str) -> Bound {
        match lower {
            "count" | "length" => Ok((Node::Count(boxed(target)), Type::Number)),
            "first" | "last" | "firstordefault" | "any" => self.on_list(target, of, lower, &[]),
            _ => Err(format!("'{name}' is not a member of a collection.")),
        }
    }

    fn field(&self, target: Node, kind: Kind, name: &str) -> Bound {
        if let Some(field) = kind.field(name).filter(|field| field.slot != Slot::Password) {
            let of = match field.shape {
                Shape::Number | Shape::Decimal => Type::Number,
                Shape::Flag => Type::Flag,
                Shape::Text => Type::Text,
                Shape::Time => Type::Time,
                Shape::One(kind) => Type::One(kind),
                Shape::Many(kind) => Type::Many(kind),
                Shape::Custom => Type::Custom,
            };
            return Ok((Node::Get(boxed(target), field.slot), of));
        }
        let missing = || format!("Property '{name}' does not exist in '{}'.", kind.name());
        if self.dialect == Dialect::V1 {
            return Err(missing());
        }
        if name.eq_ignore_ascii_case("resourceType") {
            return Ok((Node::TypeName(boxed(target)), Type::Text));
        }
        if name.eq_ignore_ascii_case("name")
            && matches!(kind, Kind::GeneralUser | Kind::User | Kind::Requester)
        {
            return Ok((Node::Get(boxed(target), Slot::FullName), Type::Text));
        }
        if kind.field("CustomFields").is_none() && !matches!(kind, Kind::History(_) | Kind::SimpleHistory(_))
        {
            return Err(missing());
        }
        let fields = boxed(Node::Get(boxed(target), Slot::CustomFields));
        if name.eq_ignore_ascii_case("customValues") {
            return Ok((*fields, Type::Bag));
        }
        let holder = if let Kind::History(subject) = kind { subject.kind() } else { kind };
        // Custom fields go by their names without spaces (developer hub, "Working with Custom Fields").
        let custom = self.site.catalog.custom.iter().map(|(_, field)| field).find(|field| {
            holder.takes(field.kind)
                && field.name.replace(' ', "").eq_ignore_ascii_case(&name.replace('_', ""))
        });
        let custom = custom.ok_or_else(missing)?;
        let of = match custom.shape {
            CustomShape::Number | CustomShape::Money => Type::Number,
            CustomShape::CheckBox => Type::Flag,
            CustomShape::Date => Type::Time,
            CustomShape::Entity => Type::One(Kind::General),
            CustomShape::Url => Type::Any,
            _ => Type::Text,
        };
        let value = Node::CustomValue(fields, custom.name.to_string());
        let value =
            if custom.shape == CustomShape::Entity { Node::As(boxed(value), Kind::General) } else { value };
        Ok((value, of))
    }

    /// `CustomValues["Risk"]`.
    pub(super) fn index(&self, target: Node, of: &Type, name: &str) -> Bound {
        match of {
            Type::Custom | Type::Bag => Ok((Node::CustomValue(boxed(target), name.to_owned()), Type::Any)),
            _ => Err("Only custom values can be taken by name.".to_owned()),
        }
    }
}

/// Members of dates, texts and time spans.
fn of_value(target: Node, of: &Type, lower: &str) -> Option<(Node, Type)> {
    let part = |unit| Some((Node::Part(unit, boxed(target.clone())), Type::Number));
    let total = |unit| Some((Node::Total(unit, boxed(target.clone())), Type::Number));
    match (of, lower) {
        (Type::Time | Type::Any, "year") => part(Unit::Year),
        (Type::Time | Type::Any, "month") => part(Unit::Month),
        (Type::Time | Type::Any, "day") => part(Unit::Day),
        (Type::Time | Type::Any, "hour") => part(Unit::Hour),
        (Type::Time | Type::Any, "minute") => part(Unit::Minute),
        (Type::Time | Type::Any, "dayofweek") => part(Unit::Weekday),
        (Type::Time | Type::Any, "date") => Some((Node::Part(Unit::Date, boxed(target)), Type::Time)),
        (Type::Span, "totaldays" | "days") => total(Unit::Day),
        (Type::Span, "totalhours" | "hours") => total(Unit::Hour),
        (Type::Span, "totalminutes" | "minutes") => total(Unit::Minute),
        (Type::Text | Type::Any, "length") => {
            Some((Node::OfText(OfText::Length, boxed(target)), Type::Number))
        }
        // A custom reference's id.
        (Type::Any, "id") => Some((Node::Convert(Into::Integer, boxed(target)), Type::Number)),
        _ => None,
    }
}
