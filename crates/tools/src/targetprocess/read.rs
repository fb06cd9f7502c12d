//! Reading items, and finding the one that carries our marker.

use bowline_core::code::{TOOL_BAD_ANSWER, TOOL_UNKNOWN_TYPE};
use bowline_core::failure::Words;
use bowline_core::item::{Item, Locator, Version};
use bowline_core::port::MarkerAsk;
use bowline_core::{Failure, FieldName, ShareId};
use serde_json::Value as Json;

use super::date;
use super::field::{Field, tags};
use super::kind::{collection, spelled};
use super::query::{Query, id, literal};
use super::refusal::failure;
use super::tool::TargetprocessTool;

/// What every read needs.
const ALWAYS: [&str; 5] = ["Id", "EntityVersion", "ModifyDate", "Tags", "Project[Id,Name]"];

/// The tag that marks an item made for a share.
pub(super) fn marker_tag(share: ShareId) -> String {
    format!("bowline-{share}")
}

impl TargetprocessTool {
    /// Reads an item; `None` if it does not exist, may not be seen, or is of a type that cannot be shared. Without a
    /// type it is looked up first: ids are unique over all types.
    pub(super) async fn find_item(
        &self,
        item: &str,
        kind: Option<&str>,
        wanted: &[FieldName],
    ) -> Result<Option<Item>, Failure> {
        let Some(number) = id(item) else { return Ok(None) };
        let kind = match kind {
            Some(kind) => kind.to_owned(),
            None => match self.kind_of(number).await? {
                Some(kind) => kind,
                None => return Ok(None),
            },
        };
        let Some(collection) = collection(&kind) else { return Ok(None) };
        let target = (collection, number);
        let found =
            self.site().get("targetprocess.item.get", target, &include(wanted)).await.map_err(failure)?;
        found.map(|found| self.item(&kind, &found, wanted)).transpose()
    }

    /// The type of an item.
    async fn kind_of(&self, item: u64) -> Result<Option<String>, Failure> {
        let query = Query::one("General", item).select(&["id", "kind:entityType.name"]);
        let found = self.site().find("targetprocess.item.kind", query).await.map_err(failure)?;
        Ok(found.and_then(|found| found.get("kind")?.as_str().map(str::to_owned)))
    }

    /// The item that carries a marker. The database itself is asked, so nothing lags. Tags are one string there, so
    /// what the query finds is looked at again.
    pub(super) async fn find_marked(&self, ask: &MarkerAsk) -> Result<Option<Item>, Failure> {
        let kind = spelled(&ask.kind).ok_or_else(|| unknown(&ask.kind))?;
        let tag = literal(&marker_tag(ask.marker)).ok_or_else(|| Failure::park(TOOL_BAD_ANSWER))?;
        let query = Query::all(kind).filter(&format!("tags.contains({tag})")).select(&["id"]).order_by("id");
        for found in self.site().all("targetprocess.item.marked", query).await.map_err(failure)? {
            let Some(number) = found.get("id").and_then(Json::as_u64) else { continue };
            let item = self.find_item(&number.to_string(), Some(kind), &ask.fields).await?;
            if let Some(item) = item.filter(|item| item.marker == Some(ask.marker)) {
                return Ok(Some(item));
            }
        }
        Ok(None)
    }

    /// An item as v1 tells it, with camelCase names.
    pub(super) fn item(&self, kind: &str, found: &Json, wanted: &[FieldName]) -> Result<Item, Failure> {
        let number = found.get("id").and_then(Json::as_u64);
        let updated = found.get("modifyDate").and_then(Json::as_str).and_then(date::parse);
        let scope = found.get("project").and_then(|project| project.get("name")?.as_str());
        let (Some(number), Some(updated)) = (number, updated) else {
            return Err(Failure::park(TOOL_BAD_ANSWER));
        };
        let version = found.get("entityVersion").and_then(Json::as_i64);
        let read =
            |name: &FieldName| Some((name.clone(), Field::of(name.as_str()).read(found, self.role_name())?));
        Ok(Item {
            at: self.locator(kind, number, scope.unwrap_or_default()),
            version: Version(version.unwrap_or_else(|| updated.at.as_millisecond())),
            updated_at: updated.at,
            fields: wanted.iter().filter_map(read).collect(),
            changed_at: std::collections::BTreeMap::new(),
            marker: tags(found.get("tags")).iter().find_map(|tag| tag.strip_prefix("bowline-")?.parse().ok()),
        })
    }

    /// Where an item is.
    pub(super) fn locator(&self, kind: &str, number: u64, scope: &str) -> Locator {
        let id = number.to_string();
        Locator {
            kind: kind.to_owned(),
            key: id.clone(),
            scope: scope.to_owned(),
            url: format!("{}/entity/{id}", self.connection.browse_url),
            id,
        }
    }
}

/// The collection of a type that a profile or share names.
pub(super) fn checked(kind: &str) -> Result<&'static str, Failure> {
    collection(kind).ok_or_else(|| unknown(kind))
}

/// The failure of a call about a type that there is not.
pub(super) fn unknown(kind: &str) -> Failure {
    Failure::park(TOOL_UNKNOWN_TYPE).with_words(Words::new(kind))
}

/// What to ask for, when an item is read and when it was written.
pub(super) fn include(wanted: &[FieldName]) -> String {
    let mut parts: Vec<String> = ALWAYS.map(str::to_owned).into();
    for part in wanted.iter().filter_map(|field| Field::of(field.as_str()).include()) {
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    parts.join(",")
}
