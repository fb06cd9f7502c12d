//! v1's `where`: conditions joined by `and`, without `or` (developer hub, "Sorting and Filters").
//!
//! `EntityState.Name eq 'Done' and Effort gt 3 and Tags contains 'a' and 'CustomFields.Release Notes' is not null`;
//! each condition may stand in parentheses.

use super::expr::{Expr, Op};
use super::lex::{Cursor, Token, lex};
use crate::targetprocess::schema::{Kind, Shape};

/// The refusal of an `or`.
pub(super) const OR: &str = "'or' is not supported in where: conditions are joined by 'and' only.";

/// Reads a `where`.
pub(super) fn parse(text: &str) -> Result<Expr, String> {
    let tokens = lex(text)?;
    let mut cursor = Cursor::new(&tokens);
    let condition = all(&mut cursor)?;
    match cursor.peek() {
        None => Ok(condition),
        Some(_) => Err(expected(&cursor, "'and' is expected")),
    }
}

/// What is wrong at a place where something else is expected; an `or` has a word of its own.
fn expected(cursor: &Cursor<'_>, what: &str) -> String {
    if cursor.is_word("or") { OR.to_owned() } else { format!("{what}, not {}.", cursor.here()) }
}

/// The condition without those that lead through a collection, which Targetprocess passes over without a word: it answers
/// `Assignments.GeneralUser.Id eq 2` on assignables with all of them. `None` if nothing is left.
pub(super) fn passed_over(kind: Kind, expr: Expr) -> Option<Expr> {
    match expr {
        Expr::Binary(Op::And, left, right) => match (passed_over(kind, *left), passed_over(kind, *right)) {
            (Some(left), Some(right)) => Some(Expr::Binary(Op::And, Box::new(left), Box::new(right))),
            (one, other) => one.or(other),
        },
        other => (!through_collection(kind, &other)).then_some(other),
    }
}

fn through_collection(kind: Kind, expr: &Expr) -> bool {
    match expr {
        Expr::Not(inner) | Expr::In(inner, _) | Expr::Call(Some(inner), ..) | Expr::Binary(_, inner, _) => {
            through_collection(kind, inner)
        }
        Expr::Member(target, _) => {
            let mut target = target;
            while let Expr::Member(inner, _) = &**target {
                target = inner;
            }
            let first = if let Expr::Name(name) = &**target { kind.field(name) } else { None };
            first.is_some_and(|field| matches!(field.shape, Shape::Many(_)))
        }
        _ => false,
    }
}

fn all(cursor: &mut Cursor<'_>) -> Result<Expr, String> {
    let mut condition = one(cursor)?;
    while cursor.eat_word("and") {
        cursor.grow()?;
        condition = Expr::Binary(Op::And, Box::new(condition), Box::new(one(cursor)?));
    }
    Ok(condition)
}

fn one(cursor: &mut Cursor<'_>) -> Result<Expr, String> {
    if cursor.eat(&["("]).is_some() {
        cursor.enter()?;
        let condition = all(cursor)?;
        cursor.leave();
        if cursor.eat(&[")"]).is_none() {
            return Err(expected(cursor, "')' is expected"));
        }
        return Ok(condition);
    }
    let path = path(cursor)?;
    let not = cursor.eat_word("not");
    let Some(Token::Word(operator)) = cursor.take() else {
        return Err("An operator is expected after the field.".to_owned());
    };
    let condition = match operator.to_lowercase().as_str() {
        "contains" => Expr::Call(Some(Box::new(path)), "Contains".to_owned(), vec![value(cursor)?]),
        "in" if !not => Expr::In(Box::new(path), list(cursor)?),
        "is" if !not => {
            let negated = cursor.eat_word("not");
            if !cursor.eat_word("null") {
                return Err(format!("'null' is expected, not {}.", cursor.here()));
            }
            let op = if negated { Op::NotEqual } else { Op::Equal };
            Expr::Binary(op, Box::new(path), Box::new(Expr::Null))
        }
        operator if !not => Expr::Binary(compared(operator)?, Box::new(path), Box::new(value(cursor)?)),
        operator => return Err(format!("'not {operator}' is not supported in where.")),
    };
    Ok(if not { Expr::Not(Box::new(condition)) } else { condition })
}

fn compared(operator: &str) -> Result<Op, String> {
    Ok(match operator {
        "eq" => Op::Equal,
        "ne" => Op::NotEqual,
        "lt" => Op::Less,
        "lte" => Op::LessEqual,
        "gt" => Op::Greater,
        "gte" => Op::GreaterEqual,
        other => return Err(format!("The operator '{other}' is not supported in where.")),
    })
}

/// `A.B.C`, or a quoted one for names with spaces.
fn path(cursor: &mut Cursor<'_>) -> Result<Expr, String> {
    if let Some(Token::Text(text)) = cursor.peek() {
        cursor.take();
        let mut names = text.split('.');
        let first = Expr::Name(names.next().unwrap_or_default().to_owned());
        return names.try_fold(first, |path, name| {
            cursor.grow()?;
            Ok(Expr::Member(Box::new(path), name.to_owned()))
        });
    }
    let mut path = Expr::Name(word(cursor)?);
    while cursor.eat(&["."]).is_some() {
        cursor.grow()?;
        path = Expr::Member(Box::new(path), word(cursor)?);
    }
    Ok(path)
}

fn word(cursor: &mut Cursor<'_>) -> Result<String, String> {
    match cursor.peek() {
        Some(Token::Word(word)) => {
            cursor.take();
            Ok(word.clone())
        }
        _ => Err(format!("A field is expected, not {}.", cursor.here())),
    }
}

fn list(cursor: &mut Cursor<'_>) -> Result<Vec<Expr>, String> {
    cursor.expect("(")?;
    let mut values = vec![value(cursor)?];
    while cursor.eat(&[","]).is_some() {
        values.push(value(cursor)?);
    }
    cursor.expect(")")?;
    Ok(values)
}

fn value(cursor: &mut Cursor<'_>) -> Result<Expr, String> {
    let negative = cursor.eat(&["-"]).is_some();
    let here = cursor.here();
    match cursor.take() {
        Some(Token::Number(number)) => Ok(Expr::Number(if negative { -number } else { *number })),
        Some(Token::Text(text)) if !negative => Ok(Expr::Text(text.clone())),
        Some(Token::Word(word)) if !negative => match word.to_lowercase().as_str() {
            "true" => Ok(Expr::Flag(true)),
            "false" => Ok(Expr::Flag(false)),
            "null" => Ok(Expr::Null),
            _ => Err(format!("A value is expected, not {here}; texts stand in quotes.")),
        },
        _ => Err(format!("A value is expected, not {here}.")),
    }
}
