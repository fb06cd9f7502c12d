//! Custom fields: what kinds there are, and what a value is.

use crate::frame::table::Row;
use crate::targetprocess::catalog::Process;
use crate::targetprocess::schema::Kind;

/// What a custom field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Text,
    RichText,
    Number,
    Money,
    Date,
    DropDown,
    MultipleSelectionList,
    CheckBox,
    Url,
    /// A reference to another entity, given with its kind.
    Entity,
}

impl Shape {
    /// The field type's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Text => "Text",
            Self::RichText => "RichText",
            Self::Number => "Number",
            Self::Money => "Money",
            Self::Date => "Date",
            Self::DropDown => "DropDown",
            Self::MultipleSelectionList => "MultipleSelectionList",
            Self::CheckBox => "CheckBox",
            Self::Url => "URL",
            Self::Entity => "Entity",
        }
    }
}

/// A custom field of one entity type in one process.
#[derive(Clone, Debug)]
pub(crate) struct CustomField {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
    pub(crate) shape: Shape,
    pub(crate) options: Vec<Box<str>>,
    pub(crate) process: Row<Process>,
    pub(crate) kind: Kind,
}

/// A custom field's value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Held {
    /// Also a list of selected options, comma-separated as the API has it.
    Text(Box<str>),
    Number(f64),
    Flag(bool),
    Time(i64),
    Link {
        url: Box<str>,
        label: Option<Box<str>>,
    },
    /// The id and the kind of an entity.
    Entity(u32, Kind),
}
