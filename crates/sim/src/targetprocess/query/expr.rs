//! An expression as it was written, before its names are looked up.

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expr {
    Null,
    Flag(bool),
    Number(f64),
    Text(String),
    /// A time span in milliseconds: `7(days)`.
    Span(i64),
    /// A field of the resource at hand.
    Name(String),
    /// A member of something.
    Member(Box<Expr>, String),
    /// `target["name"]`.
    Index(Box<Expr>, String),
    /// `target.As<Kind>`.
    As(Box<Expr>, String),
    /// `target.method(arguments)`, or a function.
    Call(Option<Box<Expr>>, String, Vec<Expr>),
    Not(Box<Expr>),
    Negate(Box<Expr>),
    Binary(Op, Box<Expr>, Box<Expr>),
    In(Box<Expr>, Vec<Expr>),
    /// `{name: expression, …}`; a name that is not given is made from the expression.
    Object(Vec<(Option<String>, Expr)>),
}

/// A binary operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    And,
    Or,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Op {
    /// Whether it computes, instead of comparing or joining conditions.
    pub(crate) fn computes(self) -> bool {
        matches!(self, Self::Add | Self::Subtract | Self::Multiply | Self::Divide | Self::Remainder)
    }
}
