//! What can be done with a field or an issue: schemas, create screens, transitions.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::settings::{
    ComponentView, KindView, OptionView, PriorityView, ProjectView, ResolutionView, StatusView, VersionView,
};
use super::{Show, each, object};
use crate::frame::table::Row;
use crate::jira::catalog::{Catalog, Project, Shape, Transition};
use crate::jira::field::Field;

/// A field's `schema`.
pub(crate) struct SchemaView<'a>(pub(crate) &'a Catalog, pub(crate) Field);

impl Serialize for SchemaView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Field::Custom(row) = self.1 {
            let custom = self.0.custom.get(row);
            let (kind, items) = match custom.shape {
                Shape::Text | Shape::Area => ("string", None),
                Shape::Number => ("number", None),
                Shape::Select => ("option", None),
                Shape::MultiSelect => ("array", Some("option")),
                Shape::Sprint => ("array", Some("string")),
                Shape::EpicLink | Shape::Rank => ("any", None),
                Shape::EpicName | Shape::EpicColor => ("string", None),
                Shape::EpicStatus => ("option", None),
            };
            map.serialize_entry("type", kind)?;
            if let Some(items) = items {
                map.serialize_entry("items", items)?;
            }
            map.serialize_entry("custom", custom.shape.key())?;
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
            _ => map.serialize_entry("clauseNames", &[id])?,
        }
        map.serialize_entry("schema", &SchemaView(catalog, field))?;
        map.end()
    }
}

/// A field on a create or transition screen of a project.
pub(crate) struct ScreenField<'a> {
    pub(crate) show: Show<'a>,
    pub(crate) field: Field,
    pub(crate) project: Option<Row<Project>>,
    pub(crate) required: bool,
}

impl Serialize for ScreenField<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let catalog = &self.show.site.catalog;
        let id = self.field.id(catalog);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("required", &self.required)?;
        map.serialize_entry("schema", &SchemaView(catalog, self.field))?;
        map.serialize_entry("name", self.field.name(catalog))?;
        // What can be created has both names on Cloud; a transition's screen, which names no project here, only the first.
        if self.show.site.is_cloud() {
            map.serialize_entry("key", id)?;
        }
        if self.project.is_some() || !self.show.site.is_cloud() {
            map.serialize_entry("fieldId", id)?;
        }
        let usual = matches!(self.field, Field::Priority);
        map.serialize_entry("hasDefaultValue", &usual)?;
        let many = matches!(
            self.field,
            Field::Labels | Field::Components | Field::FixVersions | Field::Versions
        ) || matches!(self.field, Field::Custom(row) if catalog.custom.get(row).shape == Shape::MultiSelect);
        let operations: &[&str] = if many { &["add", "set", "remove"] } else { &["set"] };
        map.serialize_entry("operations", operations)?;
        self.allowed(&mut map)?;
        map.end()
    }
}

impl ScreenField<'_> {
    fn allowed<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let (show, project) = (self.show, self.project);
        let catalog = &show.site.catalog;
        match self.field {
            Field::Priority => {
                let rows: Vec<_> = catalog.priorities.iter().map(|(row, _)| row).collect();
                map.serialize_entry(
                    "allowedValues",
                    &each(rows.iter(), |row| PriorityView(show, *row, false)),
                )?;
                let middle = catalog.priorities.find(|priority| &*priority.name == "Medium");
                map.serialize_entry("defaultValue", &middle.map(|row| PriorityView(show, row, false)))
            }
            Field::Resolution => {
                let rows: Vec<_> = catalog.resolutions.iter().map(|(row, _)| row).collect();
                map.serialize_entry("allowedValues", &each(rows.iter(), |row| ResolutionView(show, *row)))
            }
            Field::IssueType => {
                let rows: Vec<_> = project.map(|row| catalog.kinds_of(row).to_vec()).unwrap_or_default();
                map.serialize_entry("allowedValues", &each(rows.iter(), |row| KindView(show, *row)))
            }
            Field::Project => {
                map.serialize_entry("allowedValues", &each(project.iter(), |row| ProjectView(show, *row)))
            }
            Field::Components => {
                let rows =
                    catalog.components.iter().filter(|(_, component)| Some(component.project) == project);
                let rows: Vec<_> = rows.map(|(row, _)| row).collect();
                map.serialize_entry("allowedValues", &each(rows.iter(), |row| ComponentView(show, *row)))
            }
            Field::FixVersions | Field::Versions => {
                let rows = catalog.versions.iter().filter(|(_, version)| Some(version.project) == project);
                let rows: Vec<_> = rows.map(|(row, _)| row).collect();
                map.serialize_entry("allowedValues", &each(rows.iter(), |row| VersionView(show, *row)))
            }
            Field::Custom(row) if !catalog.custom.get(row).options.is_empty() => {
                let options = &catalog.custom.get(row).options;
                map.serialize_entry(
                    "allowedValues",
                    &each(options.iter(), |(id, _)| OptionView(show, row, *id)),
                )
            }
            _ => Ok(()),
        }
    }
}

/// A transition; with the fields of its screen if these are wanted.
pub(crate) struct TransitionView<'a>(pub(crate) Show<'a>, pub(crate) &'a Transition, pub(crate) bool);

impl Serialize for TransitionView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, transition, fields) = *self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &format_args!("{}", transition.id))?;
        map.serialize_entry("name", &transition.name)?;
        if !show.site.is_cloud() {
            map.serialize_entry("opsbarSequence", &10)?;
        }
        map.serialize_entry("to", &StatusView(show, transition.to))?;
        if show.site.is_cloud() {
            map.serialize_entry("hasScreen", &transition.screen)?;
            map.serialize_entry("isGlobal", &transition.from.is_none())?;
            map.serialize_entry("isInitial", &false)?;
            map.serialize_entry("isAvailable", &true)?;
            map.serialize_entry("isConditional", &false)?;
            map.serialize_entry("looped", &false)?;
        }
        if fields {
            map.serialize_entry("fields", &Screen(show, transition.screen))?;
        }
        map.end()
    }
}

/// A transition's screen: the required resolution, or nothing.
struct Screen<'a>(Show<'a>, bool);

impl Serialize for Screen<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, screen) = *self;
        if !screen {
            return serializer.serialize_map(Some(0))?.end();
        }
        let resolution = ScreenField { show, field: Field::Resolution, project: None, required: true };
        object!(serializer, {"resolution": resolution})
    }
}
