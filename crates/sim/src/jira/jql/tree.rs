//! A query as it is written: fields, operators and operands by name, nothing looked up yet.

/// A query.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Parsed {
    pub(crate) tree: Option<Tree>,
    pub(crate) order: Vec<Sort>,
}

/// A key of the order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sort {
    pub(crate) field: Field,
    /// Whether descending was asked for (`None`: neither).
    pub(crate) descending: Option<bool>,
}

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tree {
    All(Vec<Tree>),
    Any(Vec<Tree>),
    Not(Box<Tree>),
    Clause(Clause),
}

/// A field's name, and which part of an entity property it means if it is one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Field {
    /// As it is written, without quotes; `cf[10010]` for a custom field's number.
    pub(crate) name: String,
    /// Key and path of `issue.property[key].path`.
    pub(crate) property: Option<(String, String)>,
}

impl Field {
    /// The name as errors show it.
    pub(crate) fn shown(&self) -> String {
        match &self.property {
            Some((key, path)) if path.is_empty() => format!("{}[{key}]", self.name),
            Some((key, path)) => format!("{}[{key}].{path}", self.name),
            None => self.name.clone(),
        }
    }
}

/// `field operator operand`, for history with predicates.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Clause {
    pub(crate) field: Field,
    pub(crate) operator: Operator,
    /// `None` for `changed` only.
    pub(crate) operand: Option<Operand>,
    pub(crate) predicates: Vec<Predicate>,
}

/// `after -1d`, `by ada` and the like.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Predicate {
    pub(crate) word: &'static str,
    pub(crate) operand: Operand,
}

/// A value of a clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Operand {
    Text(String),
    Function(String, Vec<String>),
    Empty,
    List(Vec<Operand>),
}

impl Operand {
    /// The values of a list, or the only one.
    pub(crate) fn values(&self) -> &[Self] {
        match self {
            Self::List(values) => values,
            one => std::slice::from_ref(one),
        }
    }
}

/// What a clause asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
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
    Was,
    WasNot,
    WasIn,
    WasNotIn,
    Changed,
}

impl Operator {
    /// As it is written.
    pub(crate) fn shown(self) -> &'static str {
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
            Self::Was => "was",
            Self::WasNot => "was not",
            Self::WasIn => "was in",
            Self::WasNotIn => "was not in",
            Self::Changed => "changed",
        }
    }

    /// Whether it asks for several values.
    pub(crate) fn takes_list(self) -> bool {
        matches!(self, Self::In | Self::NotIn | Self::WasIn | Self::WasNotIn)
    }

    /// Whether it asks about the past.
    pub(crate) fn is_past(self) -> bool {
        matches!(self, Self::Was | Self::WasNot | Self::WasIn | Self::WasNotIn | Self::Changed)
    }

    /// Whether it asks for the contrary.
    pub(crate) fn is_negated(self) -> bool {
        matches!(
            self,
            Self::NotEqual | Self::NotIn | Self::IsNot | Self::NotLike | Self::WasNot | Self::WasNotIn
        )
    }
}
