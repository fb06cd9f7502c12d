//! An expression whose names were looked up: it can be evaluated and cannot fail.

use super::expr::Op;
use crate::targetprocess::schema::{Kind, Slot};

/// A constant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Const {
    Null,
    Flag(bool),
    Number(f64),
    Text(String),
    Time(i64),
    /// Milliseconds.
    Span(i64),
    /// Whoever asks.
    Me(crate::frame::call::Person),
}

/// How a text is looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Like {
    Contains,
    StartsWith,
    EndsWith,
}

/// What is made of a list of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fold {
    Sum,
    Average,
    Min,
    Max,
}

/// What is made of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OfText {
    Lower,
    Upper,
    Trim,
    Length,
    /// Without markup.
    Plain,
}

/// A unit in which dates are moved and taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Minute,
    Hour,
    Day,
    Month,
    Year,
    /// The day of the week, or the day without its time: only for taking dates apart.
    Weekday,
    Date,
}

/// What a value is turned into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Into {
    Number,
    /// A whole number.
    Integer,
    Text,
    Time,
    Flag,
}

/// An expression whose names are fields.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    It,
    Const(Const),
    Now,
    Today,
    Get(Box<Node>, Slot),
    /// The type's name: `resourceType`.
    TypeName(Box<Node>),
    /// A member of an object made by a `select`.
    Member(Box<Node>, String),
    /// A custom field's value, by the field's name.
    CustomValue(Box<Node>, String),
    /// The custom field with its name and type.
    CustomWhole(Box<Node>, String),
    /// The resource if it is of this kind, or a custom field's reference to one.
    As(Box<Node>, Kind),
    Not(Box<Node>),
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    Compare(Op, Box<Node>, Box<Node>),
    /// Compares the name of a resource with a text, as boards do.
    Named(bool, Box<Node>, String),
    In(Box<Node>, Vec<Const>),
    Like(Like, Box<Node>, Box<Node>),
    /// v1's `Tags contains`: one of the tags is that, with `*` at its ends.
    Tagged(Box<Node>, String),
    Arithmetic(Op, Box<Node>, Box<Node>),
    Negate(Box<Node>),
    OfText(OfText, Box<Node>),
    Substring(Box<Node>, Box<Node>, Option<Box<Node>>),
    Replace(Box<Node>, String, String),
    Convert(Into, Box<Node>),
    /// A date moved by an amount.
    Move(Unit, Box<Node>, Box<Node>),
    /// A part of a date.
    Part(Unit, Box<Node>),
    /// A time span in a unit.
    Total(Unit, Box<Node>),
    /// Whether a release is one of so many before or after the present one, per project.
    Near {
        past: bool,
        of: Box<Node>,
        count: Box<Node>,
    },
    Count(Box<Node>),
    Where(Box<Node>, Box<Node>),
    Select(Box<Node>, Box<Node>),
    Sort {
        list: Box<Node>,
        key: Box<Node>,
        down: bool,
    },
    First(Box<Node>),
    Last(Box<Node>),
    Take(Box<Node>, Box<Node>),
    Skip(Box<Node>, Box<Node>),
    Distinct(Box<Node>),
    All(Box<Node>, Box<Node>),
    Fold(Fold, Box<Node>),
    If(Box<Node>, Box<Node>, Box<Node>),
    IfNone(Box<Node>, Box<Node>),
    Object(Vec<(String, Node)>),
}
