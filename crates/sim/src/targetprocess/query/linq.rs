//! v2's expressions, like LINQ: `(effort>3 and tags.Contains("a"))`, `{id, state: entityState.name}`,
//! `comments.where(isPrivate==false).select({id, description})`; and the filters of boards: `Owner is Me`,
//! `Comments.Where(CreateDate >= Today - 7(days))`.

use super::expr::{Expr, Op};
use super::lex::{Cursor, Token, lex};

/// A day in milliseconds.
const DAY: i64 = 86_400_000;

/// Units of time spans on boards.
const UNITS: &[(&str, i64)] = &[
    ("minute", 60_000),
    ("hour", 3_600_000),
    ("day", DAY),
    ("week", 7 * DAY),
    ("month", 30 * DAY),
    ("year", 365 * DAY),
];

/// Reads an expression; on `board`s `is` compares as well.
pub(super) fn parse(text: &str, board: bool) -> Result<Expr, String> {
    let tokens = lex(text)?;
    let mut reader = Reader { cursor: Cursor::new(&tokens), board };
    let expression = reader.any()?;
    match reader.cursor.peek() {
        None => Ok(expression),
        Some(_) => Err(format!("{} is not understood after the expression.", reader.cursor.here())),
    }
}

/// What a board's simple filter looks for: the words in the name, or the number of the entity.
pub(super) fn words(text: &str) -> Expr {
    let name = Expr::Call(
        Some(Box::new(Expr::Name("Name".to_owned()))),
        "Contains".to_owned(),
        vec![Expr::Text(text.to_owned())],
    );
    match text.trim_start_matches('#').parse::<u32>() {
        Ok(id) => {
            let id = Box::new(Expr::Number(f64::from(id)));
            let same = Expr::Binary(Op::Equal, Box::new(Expr::Name("Id".to_owned())), id);
            Expr::Binary(Op::Or, Box::new(same), Box::new(name))
        }
        Err(_) => name,
    }
}

/// The parts of a text between commas that stand in no parentheses.
pub(super) fn separate(text: &str) -> Vec<&str> {
    let (mut parts, mut from, mut depth) = (Vec::new(), 0, 0_i32);
    for (at, character) in text.char_indices() {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth <= 0 => {
                parts.push(text.get(from..at).unwrap_or_default());
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text.get(from..).unwrap_or_default());
    parts
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    board: bool,
}

impl Reader<'_> {
    fn any(&mut self) -> Result<Expr, String> {
        self.cursor.enter()?;
        let mut left = self.all()?;
        while self.cursor.eat(&["||"]).is_some() || self.cursor.eat_word("or") {
            self.cursor.grow()?;
            left = Expr::Binary(Op::Or, Box::new(left), Box::new(self.all()?));
        }
        self.cursor.leave();
        Ok(left)
    }

    fn all(&mut self) -> Result<Expr, String> {
        let mut left = self.comparison()?;
        while self.cursor.eat(&["&&"]).is_some() || self.cursor.eat_word("and") {
            self.cursor.grow()?;
            left = Expr::Binary(Op::And, Box::new(left), Box::new(self.comparison()?));
        }
        Ok(left)
    }

    fn comparison(&mut self) -> Result<Expr, String> {
        // `not` binds less than what it is said of: `not Name == "x"`.
        if self.cursor.is_word("not") && self.cursor.after() != Some(&Token::Sign(".")) {
            self.cursor.take();
            self.cursor.enter()?;
            let negated = Expr::Not(Box::new(self.comparison()?));
            self.cursor.leave();
            return Ok(negated);
        }
        let left = self.sum()?;
        if self.cursor.eat_word("in") {
            return Ok(Expr::In(Box::new(left), self.list()?));
        }
        if self.board && self.cursor.eat_word("is") {
            let op = if self.cursor.eat_word("not") { Op::NotEqual } else { Op::Equal };
            return Ok(Expr::Binary(op, Box::new(left), Box::new(self.sum()?)));
        }
        let Some(sign) = self.cursor.eat(&["==", "=", "!=", "<>", ">=", "<=", ">", "<"]) else {
            return Ok(left);
        };
        let op = match sign {
            "==" | "=" => Op::Equal,
            "!=" | "<>" => Op::NotEqual,
            ">=" => Op::GreaterEqual,
            "<=" => Op::LessEqual,
            ">" => Op::Greater,
            _ => Op::Less,
        };
        Ok(Expr::Binary(op, Box::new(left), Box::new(self.sum()?)))
    }

    fn sum(&mut self) -> Result<Expr, String> {
        let mut left = self.product()?;
        while let Some(sign) = self.cursor.eat(&["+", "-"]) {
            self.cursor.grow()?;
            let op = if sign == "+" { Op::Add } else { Op::Subtract };
            left = Expr::Binary(op, Box::new(left), Box::new(self.product()?));
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Expr, String> {
        let mut left = self.unary()?;
        while let Some(sign) = self.cursor.eat(&["*", "/", "%"]) {
            self.cursor.grow()?;
            let op = match sign {
                "*" => Op::Multiply,
                "/" => Op::Divide,
                _ => Op::Remainder,
            };
            left = Expr::Binary(op, Box::new(left), Box::new(self.unary()?));
        }
        Ok(left)
    }

    fn list(&mut self) -> Result<Vec<Expr>, String> {
        let end = match self.cursor.eat(&["[", "("]) {
            Some("[") => "]",
            Some(_) => ")",
            None => return Err(format!("'[' is expected after 'in', not {}.", self.cursor.here())),
        };
        let mut values = vec![self.unary()?];
        while self.cursor.eat(&[","]).is_some() {
            values.push(self.unary()?);
        }
        self.cursor.expect(end)?;
        Ok(values)
    }

    fn unary(&mut self) -> Result<Expr, String> {
        if let Some(sign) = self.cursor.eat(&["!", "-"]) {
            self.cursor.enter()?;
            let inner = self.unary()?;
            self.cursor.leave();
            return Ok(match (sign, inner) {
                ("!", inner) => Expr::Not(Box::new(inner)),
                (_, Expr::Number(number)) => Expr::Number(-number),
                (_, inner) => Expr::Negate(Box::new(inner)),
            });
        }
        let mut expression = self.primary()?;
        loop {
            if self.cursor.eat(&["."]).is_some() {
                expression = self.member(expression)?;
            } else if self.cursor.eat(&["["]).is_some() {
                self.cursor.grow()?;
                let Some(Token::Text(name)) = self.cursor.take() else {
                    return Err("A name in quotes is expected after '['.".to_owned());
                };
                self.cursor.expect("]")?;
                expression = Expr::Index(Box::new(expression), name.clone());
            } else {
                return Ok(expression);
            }
        }
    }

    fn member(&mut self, target: Expr) -> Result<Expr, String> {
        self.cursor.grow()?;
        let name = match self.cursor.take() {
            Some(Token::Word(name)) => name.clone(),
            _ => return Err("A name is expected after '.'.".to_owned()),
        };
        if name.eq_ignore_ascii_case("as") && self.cursor.eat(&["<"]).is_some() {
            let Some(Token::Word(kind)) = self.cursor.take() else {
                return Err("A type is expected after 'As<'.".to_owned());
            };
            self.cursor.expect(">")?;
            if self.cursor.eat(&["("]).is_some() {
                self.cursor.expect(")")?;
            }
            return Ok(Expr::As(Box::new(target), kind.clone()));
        }
        Ok(match self.arguments()? {
            Some(arguments) => Expr::Call(Some(Box::new(target)), name, arguments),
            None => Expr::Member(Box::new(target), name),
        })
    }

    fn primary(&mut self) -> Result<Expr, String> {
        let here = self.cursor.here();
        match self.cursor.take() {
            Some(Token::Number(number)) => self.number(*number),
            Some(Token::Text(text)) => Ok(Expr::Text(text.clone())),
            Some(Token::Word(word)) => match word.to_lowercase().as_str() {
                "null" => Ok(Expr::Null),
                "none" if self.board => Ok(Expr::Null),
                "true" => Ok(Expr::Flag(true)),
                "false" => Ok(Expr::Flag(false)),
                _ => Ok(match self.arguments()? {
                    Some(arguments) => Expr::Call(None, word.clone(), arguments),
                    None => Expr::Name(word.clone()),
                }),
            },
            Some(Token::Sign("(")) => {
                let expression = self.any()?;
                self.cursor.expect(")")?;
                Ok(expression)
            }
            Some(Token::Sign("{")) => self.object(),
            _ => Err(format!("An expression is expected, not {here}.")),
        }
    }

    /// A number, or a time span: `7(days)`.
    fn number(&mut self, number: f64) -> Result<Expr, String> {
        if !self.board || self.cursor.eat(&["("]).is_none() {
            return Ok(Expr::Number(number));
        }
        let here = self.cursor.here();
        let unit = if let Some(Token::Word(word)) = self.cursor.take() {
            word.to_lowercase()
        } else {
            String::new()
        };
        let unit = UNITS.iter().find(|(name, _)| *name == unit.trim_end_matches('s'));
        let (_, unit) = unit.ok_or_else(|| format!("A unit of time is expected, not {here}."))?;
        self.cursor.expect(")")?;
        Ok(Expr::Span((number * *unit as f64) as i64))
    }

    /// The arguments of a call, if there is one here.
    fn arguments(&mut self) -> Result<Option<Vec<Expr>>, String> {
        if self.cursor.eat(&["("]).is_none() {
            return Ok(None);
        }
        let mut arguments = Vec::new();
        if self.cursor.eat(&[")"]).is_some() {
            return Ok(Some(arguments));
        }
        loop {
            self.cursor.grow()?;
            arguments.push(self.any()?);
            if self.cursor.eat(&[","]).is_none() {
                self.cursor.expect(")")?;
                return Ok(Some(arguments));
            }
        }
    }

    fn object(&mut self) -> Result<Expr, String> {
        let mut members = Vec::new();
        while self.cursor.eat(&["}"]).is_none() {
            self.cursor.grow()?;
            let first = self.any()?;
            let member = match (self.cursor.eat(&[":"]), first) {
                (None, expression) => (None, expression),
                (Some(_), Expr::Name(name) | Expr::Text(name)) => (Some(name), self.any()?),
                (Some(_), _) => return Err("A member's name must be a single word.".to_owned()),
            };
            members.push(member);
            if self.cursor.eat(&[","]).is_none() {
                self.cursor.expect("}")?;
                break;
            }
        }
        Ok(Expr::Object(members))
    }
}
