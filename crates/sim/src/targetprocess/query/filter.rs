//! v1's `where`: conditions joined by `and`, without `or`.
//!
//! `EntityState.Name eq 'Done' and Effort gt 3 and Tags contains 'a' and 'CustomFields.Release Notes' is not null`;
//! each condition may stand in parentheses.

use super::expr::{Expr, Op};
use super::lex::{Cursor, Token, lex};

/// Reads a `where`.
pub(super) fn parse(text: &str) -> Result<Expr, String> {
    let tokens = lex(text)?;
    let mut cursor = Cursor::new(&tokens);
    let condition = all(&mut cursor)?;
    match cursor.peek() {
        None => Ok(condition),
        Some(Token::Word(word)) if word.eq_ignore_ascii_case("or") => {
            Err("'or' is not supported in where: conditions are joined by 'and' only.".to_owned())
        }
        Some(_) => Err(format!("'and' is expected, not {}.", cursor.here())),
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
        cursor.expect(")")?;
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
        return match text.split_once('.') {
            Some((collection, name)) => {
                Ok(Expr::Member(Box::new(Expr::Name(collection.to_owned())), name.to_owned()))
            }
            None => Ok(Expr::Name(text.clone())),
        };
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
