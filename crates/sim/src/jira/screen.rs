//! Screens and what leads from a project and issue type to one; layouts (Jira: field configurations), which hide
//! fields and ask for others.

use crate::frame::table::Row;
use crate::jira::catalog::{Catalog, Kind, Project};
use crate::jira::field::Field;

/// A part of a screen.
#[derive(Clone, Debug)]
pub(crate) struct Tab {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
    pub(crate) fields: Vec<Field>,
}

/// Which fields are shown together.
#[derive(Clone, Debug)]
pub(crate) struct Screen {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
    pub(crate) description: Box<str>,
    /// At least one.
    pub(crate) tabs: Vec<Tab>,
}

impl Screen {
    /// All its fields in order.
    pub(crate) fn fields(&self) -> impl Iterator<Item = Field> {
        self.tabs.iter().flat_map(|tab| tab.fields.iter().copied())
    }

    /// Whether a field is on it.
    pub(crate) fn has(&self, field: Field) -> bool {
        self.fields().any(|own| own == field)
    }
}

/// What is done to an issue by its API: each may have a screen of its own. So may looking at it, which the API does not
/// do by a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Create,
    Edit,
}

/// Which screen each operation has.
#[derive(Clone, Debug)]
pub(crate) struct ScreenScheme {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
    pub(crate) description: Box<str>,
    pub(crate) default: Row<Screen>,
    pub(crate) create: Option<Row<Screen>>,
    pub(crate) edit: Option<Row<Screen>>,
    pub(crate) view: Option<Row<Screen>>,
}

impl ScreenScheme {
    /// The screen for an operation.
    pub(crate) fn screen(&self, operation: Operation) -> Row<Screen> {
        let own = match operation {
            Operation::Create => self.create,
            Operation::Edit => self.edit,
        };
        own.unwrap_or(self.default)
    }

    /// All it uses.
    pub(crate) fn uses(&self) -> impl Iterator<Item = Row<Screen>> {
        [Some(self.default), self.create, self.edit, self.view].into_iter().flatten()
    }
}

/// Which screen scheme each issue type has.
#[derive(Clone, Debug)]
pub(crate) struct TypeScreenScheme {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
    pub(crate) description: Box<str>,
    pub(crate) default: Row<ScreenScheme>,
    pub(crate) mapped: Vec<(Row<Kind>, Row<ScreenScheme>)>,
}

impl TypeScreenScheme {
    /// The screen scheme for a type.
    pub(crate) fn scheme(&self, kind: Option<Row<Kind>>) -> Row<ScreenScheme> {
        let own = self.mapped.iter().find(|(row, _)| Some(*row) == kind);
        own.map_or(self.default, |(_, scheme)| *scheme)
    }
}

/// How a field behaves, when not as usual.
#[derive(Clone, Debug, Default)]
pub(crate) struct Manner {
    pub(crate) hidden: bool,
    pub(crate) required: bool,
    pub(crate) description: Option<Box<str>>,
    pub(crate) renderer: Option<Box<str>>,
}

/// How fields behave. Jira calls it a field configuration.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
    pub(crate) description: Box<str>,
    /// Only fields that behave unlike usual.
    pub(crate) manners: Vec<(Field, Manner)>,
}

impl Layout {
    /// How a field behaves; `None` is as usual.
    pub(crate) fn manner(&self, field: Field) -> Option<&Manner> {
        self.manners.iter().find(|(own, _)| *own == field).map(|(_, manner)| manner)
    }
}

/// Which layout each issue type has; that for `None` is for the others.
#[derive(Clone, Debug)]
pub(crate) struct LayoutScheme {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
    pub(crate) description: Box<str>,
    pub(crate) mapped: Vec<(Option<Row<Kind>>, Row<Layout>)>,
}

impl Catalog {
    /// The layout of a project's issues of a type: the first one there is unless the project has a scheme.
    pub(crate) fn layout(&self, project: Row<Project>, kind: Option<Row<Kind>>) -> Option<&Layout> {
        let scheme = self.projects.get(project).layouts.map(|row| self.layout_schemes.get(row));
        let named = |wanted: Option<Row<Kind>>| {
            scheme?.mapped.iter().find(|(own, _)| *own == wanted).map(|(_, layout)| *layout)
        };
        let row =
            named(kind).or_else(|| named(None)).or_else(|| self.layouts.iter().next().map(|(row, _)| row));
        row.map(|row| self.layouts.get(row))
    }

    /// The screen for an operation on a project's issues of a type.
    pub(crate) fn screen(
        &self,
        project: Row<Project>,
        kind: Option<Row<Kind>>,
        operation: Operation,
    ) -> &Screen {
        let types = self.type_screen_schemes.get(self.projects.get(project).screens);
        self.screens.get(self.screen_schemes.get(types.scheme(kind)).screen(operation))
    }

    /// Whether a project's issues of a type have a field at all: it is in force there, not hidden and not in the trash.
    pub(crate) fn is_shown(&self, project: Row<Project>, kind: Option<Row<Kind>>, field: Field) -> bool {
        let there = match field {
            Field::Custom(row) => {
                let custom = self.custom.get(row);
                self.custom.holds(row) && custom.trashed.is_none() && custom.applies(project, kind)
            }
            _ => true,
        };
        let manner = self.layout(project, kind).and_then(|layout| layout.manner(field));
        there && !manner.is_some_and(|manner| manner.hidden)
    }

    /// Whether a field must have a value: always, or by the layout.
    pub(crate) fn is_required(&self, project: Row<Project>, kind: Option<Row<Kind>>, field: Field) -> bool {
        let always = matches!(field, Field::Summary | Field::IssueType | Field::Project);
        let manner = self.layout(project, kind).and_then(|layout| layout.manner(field));
        always || manner.is_some_and(|manner| manner.required)
    }

    /// The fields of the screen for an operation, in order, but for those that issues of the type do not have.
    pub(crate) fn on_screen(
        &self,
        project: Row<Project>,
        kind: Option<Row<Kind>>,
        operation: Operation,
    ) -> Vec<Field> {
        let fields = self.screen(project, kind, operation).fields();
        fields.filter(|field| self.is_shown(project, kind, *field)).collect()
    }
}
