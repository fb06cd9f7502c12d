//! Values of custom fields.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::agile::SprintField;
use super::comment::TextView;
use super::person::{PersonView, group};
use super::settings::{ProjectView, VersionView};
use super::{Show, each};
use crate::frame::table::Row;
use crate::jira::custom::{Custom, Held};
use crate::jira::date::Stamp;

/// A value as issues show it.
pub(crate) struct HeldView<'a>(pub(crate) Show<'a>, pub(crate) Row<Custom>, pub(crate) &'a Held);

impl Serialize for HeldView<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Self(show, row, held) = *self;
        match held {
            Held::Text(text) | Held::Rank(text) => text.serialize(to),
            Held::Area(text) => TextView(show, text).serialize(to),
            Held::Number(number) => number.serialize(to),
            Held::Date(date) => to.collect_str(date),
            Held::Moment(at) => Stamp(*at).serialize(to),
            Held::Option(id) => OptionView(show, row, *id).serialize(to),
            Held::Options(ids) => each(ids.iter(), |id| OptionView(show, row, *id)).serialize(to),
            Held::Cascade(above, below) => {
                let mut map = to.serialize_map(None)?;
                OptionView(show, row, *above).members(&mut map)?;
                if let Some(below) = below {
                    map.serialize_entry("child", &OptionView(show, row, *below))?;
                }
                map.end()
            }
            Held::Person(person) => PersonView(show, *person).serialize(to),
            Held::People(people) => each(people.iter(), |person| PersonView(show, *person)).serialize(to),
            Held::Group(row) => group(show, *row).serialize(to),
            Held::Groups(rows) => each(rows.iter(), |row| group(show, *row)).serialize(to),
            Held::Labels(labels) => labels.serialize(to),
            Held::Version(row) => VersionView(show, *row).serialize(to),
            Held::Versions(rows) => each(rows.iter(), |row| VersionView(show, *row)).serialize(to),
            Held::Project(row) => ProjectView(show, *row).serialize(to),
            Held::Sprints(ids) => {
                let known = ids.iter().filter_map(|id| show.site.agile.sprints.get(id));
                each(known, |sprint| SprintField(show, sprint)).serialize(to)
            }
            Held::Epic(id, key) => match show.site.issues.get(*id) {
                Some(epic) => show.site.key(epic).serialize(to),
                None => key.serialize(to),
            },
        }
    }
}

/// An option of a field.
pub(crate) struct OptionView<'a>(pub(crate) Show<'a>, pub(crate) Row<Custom>, pub(crate) u32);

impl OptionView<'_> {
    /// Writes the members without closing the object.
    fn members<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let Self(show, row, id) = *self;
        let (site, field) = (show.site, show.site.catalog.custom.get(row));
        map.serialize_entry(
            "self",
            &format_args!("{}/rest/api/{}/customFieldOption/{id}", site.base, show.api),
        )?;
        map.serialize_entry("value", field.value(id))?;
        map.serialize_entry("id", &format_args!("{id}"))?;
        if !site.is_cloud() {
            map.serialize_entry("disabled", &field.option(id).is_some_and(|option| option.disabled))?;
        }
        Ok(())
    }
}

impl Serialize for OptionView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.members(&mut map)?;
        map.end()
    }
}

/// An option of a cascade with those below it, as screens offer it.
pub(crate) struct BranchView<'a>(pub(crate) Show<'a>, pub(crate) Row<Custom>, pub(crate) u32);

impl Serialize for BranchView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, row, id) = *self;
        let field = show.site.catalog.custom.get(row);
        let below: Vec<u32> = field
            .options
            .iter()
            .filter(|option| option.parent == Some(id) && !option.disabled)
            .map(|option| option.id)
            .collect();
        let mut map = serializer.serialize_map(None)?;
        OptionView(show, row, id).members(&mut map)?;
        if !below.is_empty() {
            map.serialize_entry("children", &each(below.iter(), |id| OptionView(show, row, *id)))?;
        }
        map.end()
    }
}
