//! The custom fields of a fresh simulator.

use crate::jira::catalog::Catalog;
use crate::jira::custom::{Choice, Context, Custom, Shape};

/// A field that is in force everywhere, with options from an id on.
fn field(number: u32, name: &str, shape: Shape, (first, options): (u32, &[&str])) -> Custom {
    let context = Context::everywhere(number, name);
    let options = (first..).zip(options).map(|(id, value)| Choice {
        id,
        value: (*value).into(),
        parent: None,
        context: context.id,
        disabled: false,
    });
    Custom {
        number,
        id: format!("customfield_{number}").into(),
        name: name.into(),
        description: "".into(),
        shape,
        searcher: Some(shape.searcher().into()),
        options: options.collect(),
        contexts: vec![context],
        trashed: None,
    }
}

/// Adds those that all projects have. The first options of all are those of Jira Software's own field.
pub(super) fn add(catalog: &mut Catalog) {
    let none = (0, [].as_slice());
    for (number, name, shape, options) in [
        (10_010, "Customer", Shape::Text, none),
        (10_011, "Story Points", Shape::Number, none),
        (10_012, "Severity", Shape::Select, (10_020, ["Critical", "Major", "Minor"].as_slice())),
        (10_013, "Platforms", Shape::MultiSelect, (10_030, ["Linux", "macOS", "Windows"].as_slice())),
        (10_014, "Acceptance", Shape::Area, none),
        (10_100, "Epic Link", Shape::EpicLink, none),
        (10_101, "Epic Status", Shape::EpicStatus, (10_000, ["To Do", "In Progress", "Done"].as_slice())),
        (10_102, "Epic Name", Shape::EpicName, none),
        (10_103, "Epic Colour", Shape::EpicColor, none),
        (10_104, "Sprint", Shape::Sprint, none),
        (10_105, "Rank", Shape::Rank, none),
    ] {
        catalog.custom.add(field(number, name, shape, options));
    }
}

/// Adds those of the desk, which are in force there only: a day, a person, a place in two steps, and a text.
pub(super) fn desk(catalog: &mut Catalog) -> [crate::jira::field::Field; 4] {
    let none = (0, [].as_slice());
    let mut location = field(10_112, "Location", Shape::Cascade, (10_050, ["Europe", "America"].as_slice()));
    for (id, value, parent) in
        [(10_052, "Berlin", 10_050), (10_053, "Lisbon", 10_050), (10_054, "Toronto", 10_051)]
    {
        location.options.push(Choice {
            id,
            value: value.into(),
            parent: Some(parent),
            context: 10_112,
            disabled: false,
        });
    }
    [
        field(10_110, "Target date", Shape::Date, none),
        field(10_111, "Reviewer", Shape::Person, none),
        location,
        field(10_113, "Release note", Shape::Text, none),
    ]
    .map(|made| crate::jira::field::Field::Custom(catalog.custom.add(made)))
}
