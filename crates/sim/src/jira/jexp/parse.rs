//! Reading an expression.

use serde_json::Value;

use super::lex::{Placed, Word, fault, words};
use super::{Fault, Tree};

/// How deeply expressions may stand within each other.
const DEPTH: usize = 60;

/// Operators of two sides by how tightly they bind, the loosest first.
const BINARY: &[&[&str]] =
    &[&["??", "||"], &["&&"], &["==", "!="], &["<=", ">=", "<", ">"], &["+", "-"], &["*", "/", "%"]];

/// Reads an expression; the error says where it is none.
pub(crate) fn parse(text: &str) -> Result<Tree, Fault> {
    let mut reader = Reader { text, words: words(text)?, place: 0, depth: 0 };
    let tree = reader.whole()?;
    match reader.words.get(reader.place) {
        None => Ok(tree),
        Some(_) => Err(reader.unexpected()),
    }
}

struct Reader<'a> {
    text: &'a str,
    words: Vec<Placed>,
    place: usize,
    depth: usize,
}

type Read<T> = Result<T, Fault>;

impl Reader<'_> {
    fn sees(&self, sign: &str) -> bool {
        matches!(self.words.get(self.place), Some((Word::Sign(seen), _)) if *seen == sign)
    }

    fn takes(&mut self, sign: &str) -> bool {
        let seen = self.sees(sign);
        self.place += usize::from(seen);
        seen
    }

    fn wants(&mut self, sign: &str) -> Read<()> {
        if self.takes(sign) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn name(&mut self) -> Read<String> {
        let Some((Word::Name(name), _)) = self.words.get(self.place) else { return Err(self.unexpected()) };
        let name = name.clone();
        self.place += 1;
        Ok(name)
    }

    fn unexpected(&self) -> Fault {
        match self.words.get(self.place) {
            None => fault(self.text, self.text.len(), "unexpected end of the expression"),
            Some((word, place)) => {
                let shown = match word {
                    Word::Name(name) => name.clone(),
                    Word::Number(number) => number.to_string(),
                    Word::Text(text) => format!("'{text}'"),
                    Word::Sign(sign) => (*sign).to_owned(),
                };
                fault(self.text, *place, format!("unexpected token \"{shown}\""))
            }
        }
    }

    /// `let` bindings, and the expression after them.
    fn whole(&mut self) -> Read<Tree> {
        let binds = matches!(self.words.get(self.place), Some((Word::Name(name), _)) if name == "let");
        if !binds {
            let tree = self.expression()?;
            self.takes(";");
            return Ok(tree);
        }
        self.place += 1;
        let name = self.name()?;
        self.wants("=")?;
        let value = self.expression()?;
        self.wants(";")?;
        Ok(Tree::Let(name, Box::new(value), Box::new(self.whole()?)))
    }

    fn expression(&mut self) -> Read<Tree> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(fault(self.text, 0, "the expression is nested too deeply"));
        }
        let found = match self.lambda() {
            Some(names) => Tree::Lambda(names, Box::new(self.expression()?)),
            None => {
                let test = self.binary(0)?;
                if self.takes("?") {
                    let yes = self.expression()?;
                    self.wants(":")?;
                    Tree::Choice(Box::new(test), Box::new(yes), Box::new(self.expression()?))
                } else {
                    test
                }
            }
        };
        self.depth -= 1;
        Ok(found)
    }

    /// The names before `=>`, if that is what comes.
    fn lambda(&mut self) -> Option<Vec<String>> {
        let before = self.place;
        let mut names = Vec::new();
        if self.takes("(") {
            while let Ok(name) = self.name() {
                names.push(name);
                if !self.takes(",") {
                    break;
                }
            }
            if !self.takes(")") {
                self.place = before;
                return None;
            }
        } else if let Ok(name) = self.name() {
            names.push(name);
        }
        if self.takes("=>") {
            return Some(names);
        }
        self.place = before;
        None
    }

    fn binary(&mut self, level: usize) -> Read<Tree> {
        let Some(signs) = BINARY.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1)?;
        while let Some(sign) = signs.iter().find(|sign| self.sees(sign)) {
            self.place += 1;
            left = Tree::Binary(sign, Box::new(left), Box::new(self.binary(level + 1)?));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Read<Tree> {
        for (sign, mark) in [("!", '!'), ("-", '-')] {
            if self.takes(sign) {
                self.depth += 1;
                if self.depth > DEPTH {
                    return Err(fault(self.text, 0, "the expression is nested too deeply"));
                }
                let tree = Tree::Unary(mark, Box::new(self.unary()?));
                self.depth -= 1;
                return Ok(tree);
            }
        }
        self.postfix()
    }

    fn postfix(&mut self) -> Read<Tree> {
        let mut tree = self.primary()?;
        loop {
            let maybe = self.sees("?.");
            if self.takes(".") || self.takes("?.") {
                let name = self.name()?;
                tree = if self.takes("(") {
                    Tree::Call(Box::new(tree), name, self.list(")")?)
                } else {
                    Tree::Member(Box::new(tree), name, maybe)
                };
            } else if self.takes("[") {
                let at = self.expression()?;
                self.wants("]")?;
                tree = Tree::Index(Box::new(tree), Box::new(at));
            } else {
                return Ok(tree);
            }
        }
    }

    /// Expressions up to a closing sign.
    fn list(&mut self, end: &str) -> Read<Vec<Tree>> {
        let mut items = Vec::new();
        while !self.takes(end) {
            items.push(self.expression()?);
            if !self.takes(",") {
                self.wants(end)?;
                break;
            }
        }
        Ok(items)
    }

    fn primary(&mut self) -> Read<Tree> {
        let word =
            self.words.get(self.place).map(|(word, _)| word.clone()).ok_or_else(|| self.unexpected())?;
        let literal = |value: Value| Ok(Tree::Literal(value));
        self.place += 1;
        match word {
            Word::Number(number) => literal(super::run::number(number)),
            Word::Text(text) => literal(text.into()),
            Word::Name(name) => match name.as_str() {
                "true" => literal(true.into()),
                "false" => literal(false.into()),
                "null" => literal(Value::Null),
                _ => Ok(Tree::Name(name)),
            },
            Word::Sign("(") => {
                let tree = self.expression()?;
                self.wants(")")?;
                Ok(tree)
            }
            Word::Sign("[") => Ok(Tree::List(self.list("]")?)),
            Word::Sign("{") => self.members(),
            Word::Sign(_) => {
                self.place -= 1;
                Err(self.unexpected())
            }
        }
    }

    /// The members of a map, after its opening brace.
    fn members(&mut self) -> Read<Tree> {
        let mut members = Vec::new();
        while !self.takes("}") {
            members.push(self.member()?);
            if !self.takes(",") {
                self.wants("}")?;
                break;
            }
        }
        Ok(Tree::Map(members))
    }

    fn member(&mut self) -> Read<(String, Tree)> {
        let key = match self.words.get(self.place) {
            Some((Word::Text(text), _)) => {
                let text = text.clone();
                self.place += 1;
                text
            }
            _ => self.name()?,
        };
        self.wants(":")?;
        Ok((key, self.expression()?))
    }
}
