//! v2's expressions, like LINQ: `(effort>3 and tags.Contains("a"))`, `{id, state: entityState.name}`,
//! `comments.where(isPrivate==false).select({id, description})`.

use super::expr::{Expr, Op};
use super::lex::{Cursor, Token, lex};

/// Reads an expression.
pub(super) fn parse(text: &str) -> Result<Expr, String> {
    let tokens = lex(text)?;
    let mut cursor = Cursor::new(&tokens);
    let expression = any(&mut cursor)?;
    match cursor.peek() {
        None => Ok(expression),
        Some(_) => Err(format!("{} is not understood after the expression.", cursor.here())),
    }
}

fn any(cursor: &mut Cursor<'_>) -> Result<Expr, String> {
    cursor.enter()?;
    let mut left = all(cursor)?;
    while cursor.eat(&["||"]).is_some() || cursor.eat_word("or") {
        cursor.grow()?;
        left = Expr::Binary(Op::Or, Box::new(left), Box::new(all(cursor)?));
    }
    cursor.leave();
    Ok(left)
}

fn all(cursor: &mut Cursor<'_>) -> Result<Expr, String> {
    let mut left = comparison(cursor)?;
    while cursor.eat(&["&&"]).is_some() || cursor.eat_word("and") {
        cursor.grow()?;
        left = Expr::Binary(Op::And, Box::new(left), Box::new(comparison(cursor)?));
    }
    Ok(left)
}

fn comparison(cursor: &mut Cursor<'_>) -> Result<Expr, String> {
    let left = unary(cursor)?;
    if cursor.eat_word("in") {
        return Ok(Expr::In(Box::new(left), list(cursor)?));
    }
    let Some(sign) = cursor.eat(&["==", "=", "!=", "<>", ">=", "<=", ">", "<"]) else { return Ok(left) };
    let op = match sign {
        "==" | "=" => Op::Equal,
        "!=" | "<>" => Op::NotEqual,
        ">=" => Op::GreaterEqual,
        "<=" => Op::LessEqual,
        ">" => Op::Greater,
        _ => Op::Less,
    };
    Ok(Expr::Binary(op, Box::new(left), Box::new(unary(cursor)?)))
}

fn list(cursor: &mut Cursor<'_>) -> Result<Vec<Expr>, String> {
    let end = match cursor.eat(&["[", "("]) {
        Some("[") => "]",
        Some(_) => ")",
        None => return Err(format!("'[' is expected after 'in', not {}.", cursor.here())),
    };
    let mut values = vec![unary(cursor)?];
    while cursor.eat(&[","]).is_some() {
        values.push(unary(cursor)?);
    }
    cursor.expect(end)?;
    Ok(values)
}

fn unary(cursor: &mut Cursor<'_>) -> Result<Expr, String> {
    if cursor.eat(&["!"]).is_some() || cursor.eat_word("not") {
        cursor.enter()?;
        let negated = Expr::Not(Box::new(unary(cursor)?));
        cursor.leave();
        return Ok(negated);
    }
    if cursor.eat(&["-"]).is_some() {
        return match cursor.take() {
            Some(Token::Number(number)) => Ok(Expr::Number(-number)),
            _ => Err("A number is expected after '-'.".to_owned()),
        };
    }
    let mut expression = primary(cursor)?;
    while cursor.eat(&["."]).is_some() {
        cursor.grow()?;
        let name = match cursor.take() {
            Some(Token::Word(name)) => name.clone(),
            _ => return Err("A name is expected after '.'.".to_owned()),
        };
        expression = match arguments(cursor)? {
            Some(arguments) => Expr::Call(Some(Box::new(expression)), name, arguments),
            None => Expr::Member(Box::new(expression), name),
        };
    }
    Ok(expression)
}

fn primary(cursor: &mut Cursor<'_>) -> Result<Expr, String> {
    let here = cursor.here();
    match cursor.take() {
        Some(Token::Number(number)) => Ok(Expr::Number(*number)),
        Some(Token::Text(text)) => Ok(Expr::Text(text.clone())),
        Some(Token::Word(word)) => match word.to_lowercase().as_str() {
            "null" => Ok(Expr::Null),
            "true" => Ok(Expr::Flag(true)),
            "false" => Ok(Expr::Flag(false)),
            _ => Ok(match arguments(cursor)? {
                Some(arguments) => Expr::Call(None, word.clone(), arguments),
                None => Expr::Name(word.clone()),
            }),
        },
        Some(Token::Sign("(")) => {
            let expression = any(cursor)?;
            cursor.expect(")")?;
            Ok(expression)
        }
        Some(Token::Sign("{")) => object(cursor),
        _ => Err(format!("An expression is expected, not {here}.")),
    }
}

/// The arguments of a call, if there is one here.
fn arguments(cursor: &mut Cursor<'_>) -> Result<Option<Vec<Expr>>, String> {
    if cursor.eat(&["("]).is_none() {
        return Ok(None);
    }
    let mut arguments = Vec::new();
    if cursor.eat(&[")"]).is_some() {
        return Ok(Some(arguments));
    }
    loop {
        arguments.push(any(cursor)?);
        if cursor.eat(&[","]).is_none() {
            cursor.expect(")")?;
            return Ok(Some(arguments));
        }
    }
}

fn object(cursor: &mut Cursor<'_>) -> Result<Expr, String> {
    let mut members = Vec::new();
    while cursor.eat(&["}"]).is_none() {
        let first = any(cursor)?;
        let member = match (cursor.eat(&[":"]), first) {
            (None, expression) => (None, expression),
            (Some(_), Expr::Name(name) | Expr::Text(name)) => (Some(name), any(cursor)?),
            (Some(_), _) => return Err("A member's name must be a single word.".to_owned()),
        };
        members.push(member);
        if cursor.eat(&[","]).is_none() {
            cursor.expect("}")?;
            break;
        }
    }
    Ok(Expr::Object(members))
}
