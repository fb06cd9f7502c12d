//! What can be done with a field or an issue: schemas, create screens, transitions.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::held::{BranchView, HeldView, OptionView};
use super::settings::{
    ComponentView, KindView, LevelView, PriorityView, ProjectView, ResolutionView, StatusView, VersionView,
};
use super::{Show, each};
use crate::frame::table::Row;
use crate::jira::catalog::{Catalog, Kind, Project};
use crate::jira::custom::{Custom, Shape};
use crate::jira::field::Field;
use crate::jira::issue::Issue;
use crate::jira::workflow::Transition;

/// A field's `schema`.
pub(crate) struct SchemaView<'a>(pub(crate) &'a Catalog, pub(crate) Field);

impl Serialize for SchemaView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Field::Custom(row) = self.1 {
            let custom = self.0.custom.get(row);
            let (kind, items) = custom.shape.schema();
            map.serialize_entry("type", kind)?;
            if let Some(items) = items {
                map.serialize_entry("items", items)?;
            }
            map.serialize_entry("custom", &custom.shape.key())?;
            map.serialize_entry("customId", &custom.number)?;
        } else if let Some(system) = self.1.system() {
            map.serialize_entry("type", system.kind)?;
            if let Some(items) = system.items {
                map.serialize_entry("items", items)?;
            }
            map.serialize_entry("system", system.id)?;
        }
        map.end()
    }
}

/// A field as `GET field` lists it.
pub(crate) struct FieldMeta<'a>(pub(crate) Show<'a>, pub(crate) Field);

impl Serialize for FieldMeta<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, field) = *self;
        let catalog = &show.site.catalog;
        let (id, name, system) = (field.id(catalog), field.name(catalog), field.system());
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", id)?;
        if show.site.is_cloud() {
            map.serialize_entry("key", id)?;
        }
        map.serialize_entry("name", name)?;
        if show.site.is_cloud() {
            map.serialize_entry("untranslatedName", name)?;
        }
        map.serialize_entry("custom", &system.is_none())?;
        map.serialize_entry("orderable", &system.is_none_or(|system| system.orderable))?;
        map.serialize_entry("navigable", &system.is_none_or(|system| system.navigable))?;
        map.serialize_entry("searchable", &true)?;
        match field {
            Field::Custom(row) => {
                let number = catalog.custom.get(row).number;
                map.serialize_entry("clauseNames", &[format!("cf[{number}]"), name.to_owned()])?;
            }
            Field::Security => map.serialize_entry("clauseNames", &["level"])?,
            _ => map.serialize_entry("clauseNames", &[id])?,
        }
        map.serialize_entry("schema", &SchemaView(catalog, field))?;
        map.end()
    }
}

/// On which form a field stands: each names it in its own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Create,
    /// All of Cloud's creation data at once, which does not name the field twice.
    Whole,
    Edit,
    Transition,
}

/// A field on a screen for a project and type.
#[derive(Clone, Copy)]
pub(crate) struct ScreenField<'a> {
    pub(crate) show: Show<'a>,
    pub(crate) field: Field,
    pub(crate) project: Row<Project>,
    pub(crate) kind: Row<Kind>,
    pub(crate) form: Form,
}

impl ScreenField<'_> {
    fn required(&self) -> bool {
        let catalog = &self.show.site.catalog;
        let resolves = self.form == Form::Transition && self.field == Field::Resolution;
        let belongs = self.field == Field::Parent && catalog.kinds.get(self.kind).is_subtask();
        resolves || belongs || catalog.is_required(self.project, Some(self.kind), self.field)
    }

    /// What the field holds when nothing is given.
    fn usual(&self) -> Option<Usual<'_>> {
        let (show, catalog) = (self.show, &self.show.site.catalog);
        match self.field {
            Field::Priority => {
                let row = catalog.usual_priority(self.project)?;
                Some(Usual::Priority(PriorityView(show, row, false)))
            }
            Field::Custom(row) => {
                let context = catalog.custom.get(row).context(self.project, Some(self.kind))?;
                Some(Usual::Held(HeldView(show, row, context.default.as_ref()?)))
            }
            _ => None,
        }
    }

    /// Whether whoever looks finds it on the screen.
    pub(crate) fn is_offered(&self) -> bool {
        self.field != Field::Security
            || self.show.site.offers_level(self.show.viewer, Some(self.project), Some(self.kind))
    }

    fn operations(&self) -> &'static [&'static str] {
        let list = |row| self.show.site.catalog.custom.get(row).shape.is_list();
        match self.field {
            Field::Labels | Field::Components | Field::FixVersions | Field::Versions => {
                &["add", "set", "remove"]
            }
            Field::Custom(row) if list(row) => &["add", "set", "remove"],
            Field::TimeTracking => &["set", "edit"],
            Field::IssueLinks | Field::Worklog => &["add"],
            Field::Comment => &["add", "edit", "remove"],
            // Files come by a call of their own.
            Field::Attachment => &[],
            _ => &["set"],
        }
    }

    /// Where suggestions for its values come from.
    fn suggestions(&self) -> Option<String> {
        let (base, cloud) = (&self.show.site.base, self.show.site.is_cloud());
        let shape = |row: Row<Custom>| self.show.site.catalog.custom.get(row).shape;
        let people = || {
            let name = if cloud { "query" } else { "username" };
            format!("{base}/rest/api/{}/user/search?{name}=", self.show.api)
        };
        match self.field {
            Field::IssueLinks => Some(format!(
                "{base}/rest/api/{}/issue/picker?currentProjectId=&showSubTaskParent=true&showSubTasks=true&query=",
                self.show.api
            )),
            Field::Assignee => {
                let project = &self.show.site.catalog.projects.get(self.project).key;
                let name = if cloud { "query" } else { "username" };
                Some(format!(
                    "{base}/rest/api/{}/user/assignable/search?project={project}&{name}=",
                    self.show.api
                ))
            }
            Field::Reporter => Some(people()),
            Field::Labels => Some(format!("{base}/rest/api/1.0/labels/suggest?query=")),
            Field::Custom(row) => match shape(row) {
                Shape::Person | Shape::People => Some(people()),
                Shape::Group | Shape::Groups => {
                    Some(format!("{base}/rest/api/{}/groups/picker?query=", self.show.api))
                }
                Shape::Labels => {
                    let number = self.show.site.catalog.custom.get(row).number;
                    Some(format!("{base}/rest/api/1.0/labels/suggest?customFieldId={number}&query="))
                }
                _ => None,
            },
            _ => None,
        }
    }
}

/// A default value.
enum Usual<'a> {
    Priority(PriorityView<'a>),
    Held(HeldView<'a>),
}

impl Serialize for Usual<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Priority(view) => view.serialize(serializer),
            Self::Held(view) => view.serialize(serializer),
        }
    }
}

impl Serialize for ScreenField<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (catalog, cloud) = (&self.show.site.catalog, self.show.site.is_cloud());
        let id = self.field.id(catalog);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("required", &self.required())?;
        map.serialize_entry("schema", &SchemaView(catalog, self.field))?;
        map.serialize_entry("name", self.field.name(catalog))?;
        if cloud {
            map.serialize_entry("key", id)?;
        }
        if self.form == Form::Create || !cloud {
            map.serialize_entry("fieldId", id)?;
        }
        if let Some(url) = self.suggestions() {
            map.serialize_entry("autoCompleteUrl", &url)?;
        }
        let usual = self.usual();
        map.serialize_entry("hasDefaultValue", &usual.is_some())?;
        map.serialize_entry("operations", self.operations())?;
        self.allowed(&mut map)?;
        if let Some(usual) = usual {
            map.serialize_entry("defaultValue", &usual)?;
        }
        map.end()
    }
}

impl ScreenField<'_> {
    fn allowed<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let (show, project) = (self.show, self.project);
        let (catalog, name) = (&show.site.catalog, "allowedValues");
        match self.field {
            Field::Priority => {
                let rows = &catalog.priority_schemes.get(catalog.projects.get(project).priorities).priorities;
                map.serialize_entry(name, &each(rows.iter(), |row| PriorityView(show, *row, false)))
            }
            Field::Resolution => {
                let rows: Vec<_> = catalog.resolutions.iter().map(|(row, _)| row).collect();
                map.serialize_entry(name, &each(rows.iter(), |row| ResolutionView(show, *row)))
            }
            Field::IssueType => {
                let rows = match self.form {
                    Form::Whole => vec![self.kind],
                    _ => catalog.kinds_of(project).to_vec(),
                };
                map.serialize_entry(name, &each(rows.iter(), |row| KindView(show, *row)))
            }
            Field::Project => map.serialize_entry(name, &[ProjectView(show, project)]),
            Field::Security => {
                let levels = show.site.levels_for(show.viewer, project);
                map.serialize_entry(name, &each(levels.iter(), |level| LevelView(show, level)))
            }
            Field::Components => {
                let rows = catalog.components.iter().filter(|(_, component)| component.project == project);
                let rows: Vec<_> = rows.map(|(row, _)| row).collect();
                map.serialize_entry(name, &each(rows.iter(), |row| ComponentView(show, *row)))
            }
            Field::FixVersions | Field::Versions => self.versions(map),
            Field::Custom(row) => self.chosen(map, row),
            _ => Ok(()),
        }
    }

    fn versions<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let versions = self.show.site.catalog.versions.iter();
        let rows = versions.filter(|(_, version)| version.project == self.project && !version.archived);
        let rows: Vec<_> = rows.map(|(row, _)| row).collect();
        map.serialize_entry("allowedValues", &each(rows.iter(), |row| VersionView(self.show, *row)))
    }

    /// What can be chosen in a custom field.
    fn chosen<M: SerializeMap>(&self, map: &mut M, row: Row<Custom>) -> Result<(), M::Error> {
        let (show, catalog) = (self.show, &self.show.site.catalog);
        let custom = catalog.custom.get(row);
        match custom.shape {
            Shape::Version | Shape::Versions => self.versions(map),
            Shape::Project => {
                let rows: Vec<_> = catalog.projects.iter().map(|(row, _)| row).collect();
                map.serialize_entry("allowedValues", &each(rows.iter(), |row| ProjectView(show, *row)))
            }
            shape if shape.is_chosen() => {
                let context = custom.context(self.project, Some(self.kind));
                let offered = context.into_iter().flat_map(|context| custom.offered(context.id, None));
                let ids: Vec<u32> =
                    offered.filter(|option| !option.disabled).map(|option| option.id).collect();
                if shape == Shape::Cascade {
                    map.serialize_entry("allowedValues", &each(ids.iter(), |id| BranchView(show, row, *id)))
                } else {
                    map.serialize_entry("allowedValues", &each(ids.iter(), |id| OptionView(show, row, *id)))
                }
            }
            _ => Ok(()),
        }
    }
}

/// Fields of a screen by their ids.
pub(crate) struct ScreenFields<'a>(pub(crate) Vec<ScreenField<'a>>);

impl Serialize for ScreenFields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|one| (one.field.id(&one.show.site.catalog), one)))
    }
}

/// A transition of an issue; with the fields of its screen if these are wanted.
#[derive(Clone, Copy)]
pub(crate) struct TransitionView<'a> {
    pub(crate) show: Show<'a>,
    pub(crate) issue: &'a Issue,
    pub(crate) step: &'a Transition,
    pub(crate) fields: bool,
}

impl Serialize for TransitionView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { show, issue, step, fields } = *self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &format_args!("{}", step.id))?;
        map.serialize_entry("name", &step.name)?;
        if !show.site.is_cloud() {
            map.serialize_entry("opsbarSequence", &10)?;
        }
        map.serialize_entry("to", &StatusView(show, step.to))?;
        if show.site.is_cloud() {
            map.serialize_entry("hasScreen", &step.screen.is_some())?;
            map.serialize_entry("isGlobal", &step.is_global())?;
            map.serialize_entry("isInitial", &false)?;
            map.serialize_entry("isAvailable", &step.admits(show.site, show.viewer, issue))?;
            map.serialize_entry("isConditional", &!step.conditions.is_empty())?;
            map.serialize_entry("looped", &(step.to == issue.status))?;
        }
        if fields {
            map.serialize_entry("fields", &ScreenFields(self.on_screen()))?;
        }
        map.end()
    }
}

impl<'a> TransitionView<'a> {
    fn on_screen(&self) -> Vec<ScreenField<'a>> {
        let Self { show, issue, step, .. } = *self;
        let (catalog, project, kind) = (&show.site.catalog, issue.project, issue.kind);
        let screen = step.screen.map(|row| catalog.screens.get(row));
        let fields = screen.into_iter().flat_map(crate::jira::screen::Screen::fields);
        fields
            .filter(|field| catalog.is_shown(project, Some(kind), *field))
            .map(|field| ScreenField { show, field, project, kind, form: Form::Transition })
            .filter(ScreenField::is_offered)
            .collect()
    }
}
