//! What is asked of custom fields that hold things rather than words, numbers or times.

use super::test::Found;
use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::jira::catalog::{Project, Version};
use crate::jira::circle::Group;
use crate::jira::custom::Held;

/// A thing that is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pick {
    /// An option; in a cascade on either step.
    Option(u32),
    /// Both steps of a cascade; the second may be none.
    Cascade(u32, Option<u32>),
    Person(Person),
    Group(Row<Group>),
    Version(Row<Version>),
    Project(Row<Project>),
    /// A sprint, by id.
    Sprint(u32),
    /// An epic, by its issue's id.
    Epic(u32),
    /// A label or an address, whatever the case of its letters.
    Word(Box<str>),
}

impl Pick {
    fn is_in(&self, held: &Held) -> bool {
        match (self, held) {
            (Self::Option(id), Held::Option(own)) => own == id,
            (Self::Option(id), Held::Options(own)) => own.contains(id),
            (Self::Option(id), Held::Cascade(above, below)) => above == id || *below == Some(*id),
            (Self::Cascade(above, below), Held::Cascade(own, next)) => own == above && next == below,
            (Self::Person(who), Held::Person(own)) => own == who,
            (Self::Person(who), Held::People(own)) => own.contains(who),
            (Self::Group(row), Held::Group(own)) => own == row,
            (Self::Group(row), Held::Groups(own)) => own.contains(row),
            (Self::Version(row), Held::Version(own)) => own == row,
            (Self::Version(row), Held::Versions(own)) => own.contains(row),
            (Self::Project(row), Held::Project(own)) => own == row,
            (Self::Sprint(id), Held::Sprints(own)) => own.contains(id),
            (Self::Epic(id), Held::Epic(own, _)) => own == id,
            (Self::Word(word), Held::Text(own)) => own.eq_ignore_ascii_case(word),
            (Self::Word(word), Held::Labels(own)) => own.iter().any(|label| label.eq_ignore_ascii_case(word)),
            _ => false,
        }
    }
}

/// Whether a value is among those that are looked for.
pub(super) fn picked(set: &[Option<Pick>], held: Option<&Held>) -> Found {
    match held {
        None if set.contains(&None) => Found::Yes,
        None => Found::Empty,
        Some(held) if set.iter().flatten().any(|pick| pick.is_in(held)) => Found::Yes,
        Some(_) => Found::No,
    }
}
