//! JQL's grammar: clauses joined by and, or, not and parentheses, then an order.

use super::lex::{Kind, Token, lex};

/// How deeply parentheses and `not` may be nested.
const DEPTH: usize = 60;

/// A query as it is written.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) tree: Option<Tree>,
    /// Field and whether descending was asked for (`None`: neither).
    pub(super) order: Vec<(String, Option<bool>)>,
}

/// A condition.
#[derive(Debug)]
pub(super) enum Tree {
    All(Vec<Tree>),
    Any(Vec<Tree>),
    Not(Box<Tree>),
    Clause(Clause),
}

/// `field operator operand`.
#[derive(Debug)]
pub(super) struct Clause {
    pub(super) field: String,
    pub(super) operator: Operator,
    pub(super) values: Vec<Operand>,
}

/// A value of a clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Operand {
    Text(String),
    Function(String),
    Empty,
}

/// What a clause asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    In,
    NotIn,
    Is,
    IsNot,
    Like,
    NotLike,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

impl Operator {
    /// As an error shows it.
    pub(super) fn shown(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::In => "in",
            Self::NotIn => "not in",
            Self::Is => "is",
            Self::IsNot => "is not",
            Self::Like => "~",
            Self::NotLike => "!~",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
        }
    }
}

/// Reads a query; the error is Jira's sentence about the first thing that cannot be read.
pub(super) fn parse(jql: &str) -> Result<Parsed, String> {
    let tokens = lex(jql)?;
    let mut parser = Parser { tokens: &tokens, next: 0, depth: 0 };
    let tree = if parser.at_end() || parser.is_word("order") { None } else { Some(parser.any()?) };
    let order = parser.order()?;
    match parser.peek() {
        None => Ok(Parsed { tree, order }),
        Some(token) => Err(format!(
            "Expecting either 'OR' or 'AND' but got '{}'.{}",
            token.kind.shown(),
            place(Some(token))
        )),
    }
}

struct Parser<'a> {
    tokens: &'a [Token],
    next: usize,
    depth: usize,
}

fn place(token: Option<&Token>) -> String {
    token.map_or_else(String::new, |token| format!(" (line 1, character {})", token.at))
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.next)
    }

    fn at_end(&self) -> bool {
        self.next >= self.tokens.len()
    }

    fn take(&mut self) -> Option<&'a Token> {
        let token = self.tokens.get(self.next);
        self.next += 1;
        token
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Some(Token { kind: Kind::Word(text), .. }) if text.eq_ignore_ascii_case(word))
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let is = self.is_word(word);
        self.next += usize::from(is);
        is
    }

    fn eat_sign(&mut self, signs: &[&str]) -> bool {
        let is = matches!(self.peek(), Some(Token { kind: Kind::Sign(sign), .. }) if signs.contains(sign));
        self.next += usize::from(is);
        is
    }

    fn any(&mut self) -> Result<Tree, String> {
        let mut parts = vec![self.all()?];
        while self.eat_word("or") || self.eat_sign(&["||", "|"]) {
            parts.push(self.all()?);
        }
        Ok(one_or(parts, Tree::Any))
    }

    fn all(&mut self) -> Result<Tree, String> {
        let mut parts = vec![self.not()?];
        while self.eat_word("and") || self.eat_sign(&["&&", "&"]) {
            parts.push(self.not()?);
        }
        Ok(one_or(parts, Tree::All))
    }

    fn not(&mut self) -> Result<Tree, String> {
        if self.depth >= DEPTH {
            return Err("The query is nested too deeply.".to_owned());
        }
        self.depth += 1;
        let tree = if self.eat_word("not") || self.eat_sign(&["!"]) {
            Tree::Not(Box::new(self.not()?))
        } else if self.eat_sign(&["("]) {
            let tree = self.any()?;
            if !self.eat_sign(&[")"]) {
                let token = self.peek();
                let got = token.map_or("the end of the query", |token| token.kind.shown());
                return Err(format!(
                    "Expecting ')' before the end of the query but got '{got}'.{}",
                    place(token)
                ));
            }
            tree
        } else {
            Tree::Clause(self.clause()?)
        };
        self.depth -= 1;
        Ok(tree)
    }

    fn clause(&mut self) -> Result<Clause, String> {
        let token = self.take();
        let field = match token.map(|token| &token.kind) {
            Some(Kind::Word(text) | Kind::Quoted(text)) => text.clone(),
            Some(Kind::Sign(sign)) => {
                return Err(format!("Expecting a field name but got '{sign}'.{}", place(token)));
            }
            None => return Err("Expecting a field name at the end of the query.".to_owned()),
        };
        let operator = self.operator()?;
        let values = match operator {
            Operator::In | Operator::NotIn if self.eat_sign(&["("]) => self.list()?,
            _ => vec![self.operand()?],
        };
        if matches!(operator, Operator::Is | Operator::IsNot) && values != [Operand::Empty] {
            return Err(format!(
                "The operator '{}' only supports EMPTY and NULL as operand.",
                operator.shown()
            ));
        }
        Ok(Clause { field, operator, values })
    }

    fn operator(&mut self) -> Result<Operator, String> {
        if self.eat_word("in") {
            return Ok(Operator::In);
        }
        if self.eat_word("is") {
            return Ok(if self.eat_word("not") { Operator::IsNot } else { Operator::Is });
        }
        if self.is_word("not") {
            self.next += 1;
            if self.eat_word("in") {
                return Ok(Operator::NotIn);
            }
            self.next -= 1;
        }
        let token = self.take();
        match token.map(|token| &token.kind) {
            Some(Kind::Sign("=")) => Ok(Operator::Equal),
            Some(Kind::Sign("!=")) => Ok(Operator::NotEqual),
            Some(Kind::Sign("~")) => Ok(Operator::Like),
            Some(Kind::Sign("!~")) => Ok(Operator::NotLike),
            Some(Kind::Sign("<")) => Ok(Operator::Less),
            Some(Kind::Sign("<=")) => Ok(Operator::LessEqual),
            Some(Kind::Sign(">")) => Ok(Operator::Greater),
            Some(Kind::Sign(">=")) => Ok(Operator::GreaterEqual),
            Some(kind) => Err(format!(
                "Expecting operator but got '{}'. The valid operators are '=', '!=', '<', '>', '<=', '>=', '~', '!~', \
                 'IN', 'NOT IN', 'IS' and 'IS NOT'.{}",
                kind.shown(),
                place(token)
            )),
            None => Err("Expecting operator before the end of the query.".to_owned()),
        }
    }

    fn list(&mut self) -> Result<Vec<Operand>, String> {
        let mut values = vec![self.operand()?];
        while self.eat_sign(&[","]) {
            values.push(self.operand()?);
        }
        if self.eat_sign(&[")"]) {
            return Ok(values);
        }
        let token = self.peek();
        Err(format!("Expecting ',' or ')' to close the list.{}", place(token)))
    }

    fn operand(&mut self) -> Result<Operand, String> {
        let token = self.take();
        match token.map(|token| &token.kind) {
            Some(Kind::Quoted(text)) => Ok(Operand::Text(text.clone())),
            Some(Kind::Word(text))
                if ["empty", "null"].iter().any(|word| text.eq_ignore_ascii_case(word)) =>
            {
                Ok(Operand::Empty)
            }
            Some(Kind::Word(text)) if self.eat_sign(&["("]) => {
                // None of the functions here takes an argument.
                if self.eat_sign(&[")"]) {
                    Ok(Operand::Function(text.clone()))
                } else {
                    Err(format!("Function '{text}' expected '0' arguments.{}", place(token)))
                }
            }
            Some(Kind::Word(text)) => Ok(Operand::Text(text.clone())),
            Some(Kind::Sign(sign)) => {
                Err(format!("Expecting either a value, list or function but got '{sign}'.{}", place(token)))
            }
            None => Err("Expecting either a value, list or function before the end of the query.".to_owned()),
        }
    }

    fn order(&mut self) -> Result<Vec<(String, Option<bool>)>, String> {
        let mut keys = Vec::new();
        if !self.eat_word("order") {
            return Ok(keys);
        }
        if !self.eat_word("by") {
            return Err(format!("Expecting 'by' after 'order'.{}", place(self.peek())));
        }
        loop {
            let token = self.take();
            let Some(Kind::Word(field) | Kind::Quoted(field)) = token.map(|token| &token.kind) else {
                return Err(format!("Expecting a field name after 'order by'.{}", place(token)));
            };
            let descending = if self.eat_word("desc") {
                Some(true)
            } else if self.eat_word("asc") {
                Some(false)
            } else {
                None
            };
            keys.push((field.clone(), descending));
            if !self.eat_sign(&[","]) {
                return Ok(keys);
            }
        }
    }
}

fn one_or(mut parts: Vec<Tree>, many: impl FnOnce(Vec<Tree>) -> Tree) -> Tree {
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            parts.extend(last);
            many(parts)
        }
    }
}
