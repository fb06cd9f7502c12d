//! JQL's grammar: clauses joined by and, or, not and parentheses, then an order.

use super::lex::{Kind, Token, lex};
use super::tree::{Clause, Field, Operand, Operator, Parsed, Predicate, Sort, Tree};
use super::word::{is_empty, is_grammar, is_reserved};

/// How deeply parentheses and `not` may be nested.
const DEPTH: usize = 60;

const OPERATORS: &str =
    "The valid operators are '=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'.";

/// The words that begin a predicate of history.
const PREDICATES: &[&str] = &["after", "before", "by", "during", "from", "on", "to"];

/// Reads a query; the error is Jira's sentence about the first thing that cannot be read.
pub(crate) fn parse(jql: &str) -> Result<Parsed, String> {
    // Jira says "in JQL Query" about operands only.
    tokens(jql).map_err(|text| {
        let the = if text.starts_with("Expecting either a value") { "" } else { "the " };
        format!("Error in {the}JQL Query: {text}")
    })
}

fn tokens(jql: &str) -> Result<Parsed, String> {
    let tokens = lex(jql)?;
    let mut parser = Parser { tokens: &tokens, next: 0, depth: 0 };
    let tree = if parser.peek().is_none() || parser.is_word("order") { None } else { Some(parser.any()?) };
    let order = parser.order()?;
    match parser.peek() {
        None => Ok(Parsed { tree, order }),
        Some(token) if order.is_empty() => {
            Err(format!("Expecting either 'OR' or 'AND' but got '{}'. {}", token.shown(), token.place()))
        }
        Some(token) if order.last().is_some_and(|last| last.descending.is_none()) => {
            Err(format!("Expecting either 'ASC' or 'DESC' but got '{}'. {}", token.shown(), token.place()))
        }
        Some(token) => Err(format!("Expecting ',' but got '{}'. {}", token.shown(), token.place())),
    }
}

struct Parser<'a> {
    tokens: &'a [Token],
    next: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.next)
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Some(Token { kind: Kind::Word(text), .. }) if text.eq_ignore_ascii_case(word))
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let is = self.is_word(word);
        self.next += usize::from(is);
        is
    }

    fn is_sign(&self, signs: &[&str]) -> bool {
        matches!(self.peek(), Some(Token { kind: Kind::Sign(sign), .. }) if signs.contains(sign))
    }

    fn eat_sign(&mut self, signs: &[&str]) -> bool {
        let is = self.is_sign(signs);
        self.next += usize::from(is);
        is
    }

    /// `Expecting ')' but got 'x'`, or at the end.
    fn expected<T>(&self, what: &str) -> Result<T, String> {
        Err(match self.peek() {
            Some(token) => format!("Expecting {what} but got '{}'. {}", token.shown(), token.place()),
            None => format!("Expecting {what} before the end of the query."),
        })
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

    fn deeper(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth > DEPTH { Err("The query is nested too deeply.".to_owned()) } else { Ok(()) }
    }

    fn not(&mut self) -> Result<Tree, String> {
        self.deeper()?;
        let tree = if self.eat_word("not") || self.eat_sign(&["!"]) {
            Tree::Not(Box::new(self.not()?))
        } else if self.eat_sign(&["("]) {
            let tree = self.any()?;
            if !self.eat_sign(&[")"]) {
                return self.expected("')'");
            }
            tree
        } else {
            Tree::Clause(self.clause()?)
        };
        self.depth -= 1;
        Ok(tree)
    }

    fn field(&mut self) -> Result<Field, String> {
        let Some(token) = self.peek() else {
            return Err("Expecting a field name at the end of the query.".to_owned());
        };
        let name = match &token.kind {
            Kind::Word(text) if text.eq_ignore_ascii_case("cf") => {
                self.next += 1;
                return self.numbered();
            }
            Kind::Word(text) if is_reserved(text) => return Err(reserved(token)),
            Kind::Word(text) if !is_grammar(text) && !is_empty(text) => text.clone(),
            Kind::Quoted(text) if !text.is_empty() => text.clone(),
            Kind::Quoted(_) => {
                return Err(format!("The field name must not be empty. {}", token.place()));
            }
            _ => {
                let got = token.shown();
                return Err(format!(
                    "Expecting a field name but got '{got}'. You must surround '{got}' in quotation marks to use it as \
                     a field name. {}",
                    token.place()
                ));
            }
        };
        self.next += 1;
        let property = if self.eat_sign(&["["]) { Some(self.property()?) } else { None };
        Ok(Field { name, property })
    }

    /// The number of `cf[10010]`.
    fn numbered(&mut self) -> Result<Field, String> {
        if !self.eat_sign(&["["]) {
            return self.expected("'['");
        }
        let digits = match self.peek().map(|token| &token.kind) {
            Some(Kind::Word(text)) if text.bytes().all(|byte| byte.is_ascii_digit()) => text.clone(),
            _ => return self.expected("a custom field identifier (positive integer)"),
        };
        self.next += 1;
        if !self.eat_sign(&["]"]) {
            return self.expected("']'");
        }
        Ok(Field { name: format!("cf[{digits}]"), property: None })
    }

    /// The key and the path of an entity property, after the bracket.
    fn property(&mut self) -> Result<(String, String), String> {
        let key = match self.peek().map(|token| &token.kind) {
            Some(Kind::Word(text) | Kind::Quoted(text)) => text.clone(),
            _ => return self.expected("a property key"),
        };
        self.next += 1;
        if !self.eat_sign(&["]"]) {
            return self.expected("']'");
        }
        let path = match self.peek() {
            Some(Token { kind: Kind::Word(text), glued: true, .. }) => text.strip_prefix('.'),
            _ => None,
        };
        self.next += usize::from(path.is_some());
        Ok((key, path.unwrap_or_default().to_owned()))
    }

    fn clause(&mut self) -> Result<Clause, String> {
        let field = self.field()?;
        let operator = self.operator()?;
        let operand = if operator == Operator::Changed { None } else { Some(self.operand()?) };
        let mut predicates = Vec::new();
        while let Some(word) = PREDICATES.iter().find(|word| self.is_word(word)) {
            if !operator.is_past() {
                let got = self.peek().map_or("", Token::shown);
                return Err(format!(
                    "The '{}' operator does not support the '{got}' predicate.",
                    operator.shown()
                ));
            }
            self.next += 1;
            predicates.push(Predicate { word, operand: self.operand()? });
        }
        Ok(Clause { field, operator, operand, predicates })
    }

    fn operator(&mut self) -> Result<Operator, String> {
        let start = self.next;
        if self.eat_word("is") {
            return Ok(if self.eat_word("not") { Operator::IsNot } else { Operator::Is });
        }
        if self.eat_word("changed") {
            return Ok(Operator::Changed);
        }
        if self.eat_word("was") {
            let not = self.eat_word("not");
            return Ok(match (not, self.eat_word("in")) {
                (false, false) => Operator::Was,
                (true, false) => Operator::WasNot,
                (false, true) => Operator::WasIn,
                (true, true) => Operator::WasNotIn,
            });
        }
        let not = self.eat_word("not");
        if self.eat_word("in") {
            return Ok(if not { Operator::NotIn } else { Operator::In });
        }
        self.next = start;
        let known = [
            Operator::Equal,
            Operator::NotEqual,
            Operator::Like,
            Operator::NotLike,
            Operator::Less,
            Operator::LessEqual,
            Operator::Greater,
            Operator::GreaterEqual,
        ];
        if let Some(operator) = known.into_iter().find(|operator| self.eat_sign(&[operator.shown()])) {
            return Ok(operator);
        }
        Err(match self.peek() {
            Some(token @ Token { kind: Kind::Word(word), .. }) if is_reserved(word) => reserved(token),
            Some(token) => {
                format!("Expecting operator but got '{}'. {OPERATORS} {}", token.shown(), token.place())
            }
            None => format!("Expecting operator before the end of the query. {OPERATORS}"),
        })
    }

    fn operand(&mut self) -> Result<Operand, String> {
        let Some(token) = self.peek() else {
            return Err("Expecting either a value, list or function before the end of the query.".to_owned());
        };
        self.next += 1;
        let text = match &token.kind {
            Kind::Sign("(") => {
                self.deeper()?;
                let list = self.list()?;
                self.depth -= 1;
                return Ok(list);
            }
            Kind::Word(text) if is_empty(text) => return Ok(Operand::Empty),
            Kind::Word(text) if is_reserved(text) => return Err(reserved(token)),
            Kind::Word(text) if !is_grammar(text) => text,
            Kind::Quoted(text) => text,
            _ => {
                let got = token.shown();
                return Err(format!(
                    "Expecting either a value, list or function but got '{got}'. You must surround '{got}' in quotation \
                     marks to use it as a value. {}",
                    token.place()
                ));
            }
        };
        if self.eat_sign(&["("]) {
            return Ok(Operand::Function(text.clone(), self.arguments()?));
        }
        Ok(Operand::Text(text.clone()))
    }

    fn list(&mut self) -> Result<Operand, String> {
        let mut values = vec![self.operand()?];
        while self.eat_sign(&[","]) {
            values.push(self.operand()?);
        }
        if self.eat_sign(&[")"]) { Ok(Operand::List(values)) } else { self.expected("either ')' or ','") }
    }

    fn arguments(&mut self) -> Result<Vec<String>, String> {
        let mut arguments = Vec::new();
        if self.eat_sign(&[")"]) {
            return Ok(arguments);
        }
        loop {
            match self.peek() {
                Some(Token { kind: Kind::Quoted(text), .. }) => arguments.push(text.clone()),
                Some(token @ Token { kind: Kind::Word(text), .. }) if is_reserved(text) => {
                    return Err(reserved(token));
                }
                Some(Token { kind: Kind::Word(text), .. }) if !is_grammar(text) => {
                    arguments.push(text.clone())
                }
                _ if arguments.is_empty() => return self.expected("')'"),
                _ => return self.expected("a function argument"),
            }
            self.next += 1;
            if !self.eat_sign(&[","]) {
                break;
            }
        }
        if self.eat_sign(&[")"]) { Ok(arguments) } else { self.expected("either ')' or ','") }
    }

    fn order(&mut self) -> Result<Vec<Sort>, String> {
        let mut keys = Vec::new();
        if !self.eat_word("order") {
            return Ok(keys);
        }
        if !self.eat_word("by") {
            return self.expected("'BY'");
        }
        loop {
            let field = self.field()?;
            let descending = if self.eat_word("desc") {
                Some(true)
            } else if self.eat_word("asc") {
                Some(false)
            } else {
                None
            };
            keys.push(Sort { field, descending });
            if !self.eat_sign(&[","]) {
                return Ok(keys);
            }
        }
    }
}

fn reserved(token: &Token) -> String {
    format!(
        "'{}' is a reserved JQL word. You must surround it in quotation marks to use it in a query. {}",
        token.shown(),
        token.place()
    )
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
