//! The screens of a fresh simulator, with Jira's own names and ids.

use crate::frame::table::Row;
use crate::jira::catalog::Catalog;
use crate::jira::field::Field;
use crate::jira::screen::{Layout, Screen, ScreenScheme, Tab, TypeScreenScheme};

/// The system fields of the default screen, in order.
pub(super) const SYSTEM: &[Field] = &[
    Field::Summary,
    Field::IssueType,
    Field::Project,
    Field::Description,
    Field::Priority,
    Field::Assignee,
    Field::Reporter,
    Field::Labels,
    Field::Components,
    Field::FixVersions,
    Field::Versions,
    Field::Environment,
    Field::DueDate,
    Field::Security,
    Field::TimeTracking,
    Field::Attachment,
    Field::IssueLinks,
    Field::Worklog,
];

/// Adds a screen with one tab.
pub(super) fn screen(
    catalog: &mut Catalog,
    id: u32,
    (name, description): (&str, &str),
    fields: Vec<Field>,
) -> Row<Screen> {
    let tab = Tab { id: catalog.next_tab(), name: "Field Tab".into(), fields };
    catalog.screens.add(Screen { id, name: name.into(), description: description.into(), tabs: vec![tab] })
}

/// Adds a scheme of screens that shows one screen for everything, and one for all issue types.
pub(super) fn schemes(
    catalog: &mut Catalog,
    id: u32,
    names: (&str, &str),
    screen: Row<Screen>,
) -> Row<TypeScreenScheme> {
    let default = catalog.screen_schemes.add(ScreenScheme {
        id,
        name: names.0.into(),
        description: "".into(),
        default: screen,
        create: None,
        edit: None,
        view: None,
    });
    let (name, description, mapped) = (names.1.into(), "".into(), Vec::new());
    catalog.type_screen_schemes.add(TypeScreenScheme { id, name, description, default, mapped })
}

/// Adds those that every Jira has; the custom fields must be there. The answer is the screen for resolving.
pub(super) fn add(catalog: &mut Catalog) -> Row<Screen> {
    let custom = catalog.custom.iter().map(|(row, _)| Field::Custom(row));
    let all = SYSTEM.iter().copied().chain(custom).collect();
    let default = screen(catalog, 1, ("Default Screen", "Allows to update all system fields."), all);
    let assign = "This screen is used in the workflow and enables you to assign issues";
    screen(catalog, 2, ("Workflow Screen", assign), vec![Field::Assignee]);
    let resolve = "Allows to set resolution, change fix versions and assign an issue.";
    let fields = vec![Field::Resolution, Field::FixVersions, Field::Assignee];
    let resolve = screen(catalog, 3, ("Resolve Issue Screen", resolve), fields);
    schemes(catalog, 1, ("Default Screen Scheme", "Default Issue Type Screen Scheme"), default);
    catalog.layouts.add(Layout {
        id: 10_000,
        name: "Default Field Configuration".into(),
        description: "The default field configuration".into(),
        manners: Vec::new(),
    });
    resolve
}
