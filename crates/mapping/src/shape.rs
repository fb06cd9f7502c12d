//! Kinds of values, and whether there is one or a set of them: what can be told of a field before any item is
//! read. Transforms say what they turn into what, and a profile is checked against a tool's schema, in these.

use std::fmt;

use bowline_core::Value;
use bowline_core::port::FieldKind;

/// The kind of a single value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Plain text.
    Text,
    /// Formatted text.
    Rich,
    /// A number.
    Number,
    /// Yes or no.
    Bool,
    /// A calendar day.
    Date,
    /// A moment.
    Instant,
    /// One of a list; states too.
    Choice,
    /// A person.
    Person,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Text,
        Self::Rich,
        Self::Number,
        Self::Bool,
        Self::Date,
        Self::Instant,
        Self::Choice,
        Self::Person,
    ];

    /// The word for it, as [`Value::kind`] has it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Rich => "rich text",
            Self::Number => "number",
            Self::Bool => "yes/no",
            Self::Date => "date",
            Self::Instant => "date and time",
            Self::Choice => "choice",
            Self::Person => "person",
        }
    }

    /// One value of this kind.
    pub const fn one(self) -> Shape {
        Shape { kind: self, many: false }
    }

    /// A set of this kind.
    pub const fn many(self) -> Shape {
        Shape { kind: self, many: true }
    }
}

/// What a field holds: one value of a kind, or a set of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The kind of each value.
    pub kind: Kind,
    /// Whether it is a set.
    pub many: bool,
}

impl Shape {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        Kind::ALL.into_iter().flat_map(|kind| [kind.one(), kind.many()])
    }

    /// The shape of a value; `None` for one that is empty, which fits every field.
    pub fn of(value: &Value) -> Option<Self> {
        if value.is_empty() {
            return None;
        }
        let kind = match value {
            Value::Null => return None,
            Value::Text(_) => Kind::Text,
            Value::Rich(_) => Kind::Rich,
            Value::Number(_) => Kind::Number,
            Value::Bool(_) => Kind::Bool,
            Value::Date(_) => Kind::Date,
            Value::Instant(_) => Kind::Instant,
            Value::Choice(_) => Kind::Choice,
            Value::Person(_) => Kind::Person,
            Value::Set(values) => return values.iter().find_map(Self::of).map(|shape| shape.kind.many()),
        };
        Some(kind.one())
    }

    /// The shape of a field of a tool.
    pub const fn of_field(kind: FieldKind) -> Self {
        match kind {
            FieldKind::Text => Kind::Text.one(),
            FieldKind::Rich => Kind::Rich.one(),
            FieldKind::Number => Kind::Number.one(),
            FieldKind::Bool => Kind::Bool.one(),
            FieldKind::Date => Kind::Date.one(),
            FieldKind::Instant => Kind::Instant.one(),
            FieldKind::Choice | FieldKind::State => Kind::Choice.one(),
            FieldKind::Person => Kind::Person.one(),
            FieldKind::Labels => Kind::Text.many(),
            FieldKind::Choices => Kind::Choice.many(),
            FieldKind::People => Kind::Person.many(),
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.many {
            f.write_str("set of ")?;
        }
        f.write_str(self.kind.word())
    }
}
