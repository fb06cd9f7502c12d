//! Jira expressions: a small language that apps ask Jira questions in ("Jira expressions", developer.atlassian.com).
//!
//! [`parse`] reads one, [`run`] evaluates it over what [`context`] says of issues, people and projects. What is not
//! understood: `new`, dates, and the beans of other products.

pub(crate) mod context;
mod lex;
mod method;
pub(crate) mod parse;
pub(crate) mod run;

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tree {
    Literal(serde_json::Value),
    Name(String),
    List(Vec<Tree>),
    Map(Vec<(String, Tree)>),
    /// `a.b`, or `a?.b`, which is null where there is no `a`.
    Member(Box<Tree>, String, bool),
    Index(Box<Tree>, Box<Tree>),
    Call(Box<Tree>, String, Vec<Tree>),
    /// `x => …`, as an argument.
    Lambda(Vec<String>, Box<Tree>),
    Unary(char, Box<Tree>),
    Binary(&'static str, Box<Tree>, Box<Tree>),
    /// `a ? b : c`
    Choice(Box<Tree>, Box<Tree>, Box<Tree>),
    /// `let a = b; c`
    Let(String, Box<Tree>, Box<Tree>),
}

/// What is wrong with the text of an expression, and where: line and column from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) message: String,
}

impl Tree {
    /// How often things are read from the store: comments, attachments, worklogs and the like.
    pub(crate) fn expensive(&self) -> usize {
        const READ: &[&str] = &[
            "comments",
            "attachments",
            "worklogs",
            "changelogs",
            "links",
            "subtasks",
            "properties",
            "issues",
        ];
        let own = match self {
            Self::Member(_, name, _) => usize::from(READ.contains(&name.as_str())),
            _ => 0,
        };
        own + self.parts().iter().map(|part| part.expensive()).sum::<usize>()
    }

    /// The expressions it is made of.
    fn parts(&self) -> Vec<&Tree> {
        match self {
            Self::Literal(_) | Self::Name(_) => Vec::new(),
            Self::List(items) => items.iter().collect(),
            Self::Map(members) => members.iter().map(|(_, tree)| tree).collect(),
            Self::Member(of, ..) | Self::Lambda(_, of) | Self::Unary(_, of) => vec![of],
            Self::Index(of, at) => vec![of, at],
            Self::Call(of, _, arguments) => std::iter::once(&**of).chain(arguments).collect(),
            Self::Binary(_, left, right) | Self::Let(_, left, right) => vec![left, right],
            Self::Choice(test, yes, no) => vec![test, yes, no],
        }
    }

    /// What it gives, as far as that can be told from its text.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Literal(value) if value.is_string() => "string",
            Self::Literal(value) if value.is_number() => "number",
            Self::Literal(value) if value.is_boolean() => "boolean",
            Self::Literal(_) => "null",
            Self::List(_) => "list",
            Self::Map(_) => "map",
            Self::Unary('!', _) => "boolean",
            Self::Unary(..) => "number",
            Self::Binary("==" | "!=" | "<" | "<=" | ">" | ">=", ..) => "boolean",
            Self::Binary("-" | "*" | "/" | "%", ..) => "number",
            Self::Let(_, _, rest) => rest.kind(),
            _ => "any",
        }
    }
}
