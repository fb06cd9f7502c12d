//! Entries of the change history, in the history itself and in webhooks.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::person::PersonView;
use super::{Show, each, object};
use crate::jira::date::Stamp;
use crate::jira::issue::{Change, Item};

/// One entry of the history.
pub(crate) struct ChangeView<'a>(pub(crate) Show<'a>, pub(crate) &'a Change);

impl Serialize for ChangeView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, change) = *self;
        object!(serializer, {
            "id": format_args!("{}", change.id),
            "author": PersonView(show, change.author),
            "created": Stamp(change.at),
            "items": each(change.items.iter(), |item| ItemView(show, item)),
        })
    }
}

/// One changed field. The member `toString` is really called so.
pub(crate) struct ItemView<'a>(pub(crate) Show<'a>, pub(crate) &'a Item);

impl Serialize for ItemView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, item) = *self;
        let (names, cloud) = (&show.site.names, show.site.is_cloud());
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("field", names.get(item.field))?;
        map.serialize_entry("fieldtype", if item.custom { "custom" } else { "jira" })?;
        // Some of what is no field of a screen has no id.
        if cloud && !names.get(item.id).is_empty() {
            map.serialize_entry("fieldId", names.get(item.id))?;
        }
        map.serialize_entry("from", &item.from)?;
        map.serialize_entry("fromString", &item.from_text)?;
        map.serialize_entry("to", &item.to)?;
        map.serialize_entry("toString", &item.to_text)?;
        if cloud && matches!(names.get(item.id), "assignee" | "reporter") {
            map.serialize_entry("tmpFromAccountId", &item.from)?;
            map.serialize_entry("tmpToAccountId", &item.to)?;
        }
        map.end()
    }
}
