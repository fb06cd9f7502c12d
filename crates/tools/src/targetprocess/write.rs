//! Creating and changing items, each with its read-back.
//!
//! Everything but the assigned person goes in one POST, whose answer is the read-back. Assignments follow in calls
//! of their own, and a failed assignment never fails what went before it.

use std::collections::BTreeSet;

use bowline_core::code::TOOL_NOT_FOUND;
use bowline_core::command::{Fields, Written};
use bowline_core::item::{Item, Locator};
use bowline_core::{Failure, FieldName, ShareId};
use serde_json::{Map, Value as Json, json};

use super::field::{is_markdown, tags};
use super::plan::{Plan, Printed};
use super::query::Query;
use super::read::{checked, include, marker_tag};
use super::refusal::{Error, complaint, failure, write_failure};
use super::tool::{TargetprocessTool, item_id};
use crate::create::make;
use crate::split::{self, Said, after_write, split, unfit};

/// Dates that are refused one without the other when both move past each other.
const TOGETHER: &[&[&str]] = &[&["PlannedStartDate", "PlannedEndDate"]];

impl TargetprocessTool {
    /// Creates an item that carries the marker as a tag.
    pub(super) async fn create(
        &self,
        scope: &str,
        kind: &str,
        marker: ShareId,
        fields: &Fields,
        read: &[FieldName],
    ) -> Result<Written, Failure> {
        let collection = checked(kind)?;
        let project = self.project(scope).await?.id;
        let mut plan = self.plan(kind, fields).await?;
        let include = include(read);
        let attempt = |chosen: BTreeSet<FieldName>| {
            let mut body = plan.body(chosen.iter());
            body.insert("Project".to_owned(), json!({ "Id": project }));
            let tags = with_tag(body.get("Tags").and_then(Json::as_str), &marker_tag(marker));
            body.insert("Tags".to_owned(), tags.into());
            let read = &include;
            async move {
                said(self.site().write("targetprocess.item.create", (collection, None), read, body).await)
            }
        };
        let name = BTreeSet::from([FieldName::new("Name")]);
        let made = make(plan.printed.keys().cloned().collect(), name, attempt).await?;
        let item = self.item(kind, &made.answer, read).map_err(after_write)?;
        plan.refused.extend(made.refused);
        plan.printed.retain(|field, _| made.withheld.contains(field));
        if let Some(Printed::Member(_, tags)) = plan.printed.get_mut(&FieldName::new("Tags")) {
            *tags = with_tag(tags.as_str(), &marker_tag(marker)).into();
        }
        // It exists now. Whatever fails from here on, where it is must be known.
        let place = item.at.clone();
        let finished = self.finish(&place, plan, read, Some(item)).await;
        Ok(finished.unwrap_or_else(|_| Written { place: Some(place), ..Written::default() }))
    }

    /// Changes fields of an item.
    pub(super) async fn update(
        &self,
        at: &Locator,
        fields: &Fields,
        read: &[FieldName],
    ) -> Result<Written, Failure> {
        checked(&at.kind)?;
        let mut plan = self.plan(&at.kind, fields).await?;
        let description = FieldName::new("Description");
        if plan.printed.contains_key(&description) && self.is_in_markdown(at).await? {
            plan.printed.remove(&description);
            let reason =
                "the description is in Markdown there, and HTML written over it would destroy its form";
            plan.refused.push(unfit(&description, reason));
        }
        self.finish(at, plan, read, None).await
    }

    /// Takes the marker's tag away, if it is still there.
    pub(super) async fn unmark(&self, at: &Locator, marker: ShareId) -> Result<Written, Failure> {
        let collection = checked(&at.kind)?;
        let query = Query::one(&at.kind, item_id(&at.id)?).select(&["id", "tags"]);
        let found = self.site().find("targetprocess.item.tags", query).await.map_err(failure)?;
        let mut tags = tags(found.as_ref().and_then(|found| found.get("tags")));
        let before = tags.len();
        tags.retain(|tag| *tag != marker_tag(marker));
        if tags.len() < before {
            let body = Map::from_iter([("Tags".to_owned(), tags.join(",").into())]);
            let target = (collection, Some(item_id(&at.id)?));
            self.site()
                .write("targetprocess.item.unmark", target, "Id", body)
                .await
                .map_err(write_failure)?;
        }
        Ok(Written::default())
    }

    /// Sends a plan for an item that exists, and reads back. `known` is what an earlier call gave.
    async fn finish(
        &self,
        at: &Locator,
        plan: Plan,
        read: &[FieldName],
        known: Option<Item>,
    ) -> Result<Written, Failure> {
        let (collection, number) = (checked(&at.kind)?, item_id(&at.id)?);
        let include = include(read);
        let attempt = |chosen: Vec<FieldName>| {
            let (body, read) = (plan.body(chosen.iter()), &include);
            let target = (collection, Some(number));
            async move { said(self.site().write("targetprocess.item.update", target, read, body).await) }
        };
        let units = split::units(plan.printed.keys().cloned(), TOGETHER);
        let outcome = split(units, &plan.labels(), attempt).await?;
        let Plan { assign, mut refused, .. } = plan;
        refused.extend(outcome.refused);
        let written =
            outcome.last.map(|answer| self.item(&at.kind, &answer, read)).transpose().map_err(after_write)?;
        let mut item = written.or(known);
        if let Some((field, value)) = assign {
            let assigned = self.assign(&at.kind, number, &field, &value).await;
            refused.extend(if item.is_some() { assigned.map_err(after_write)? } else { assigned? });
            item = None;
        }
        let item = match item {
            Some(item) => item,
            None => {
                let found = self.find_item(&at.id, Some(&at.kind), read).await.map_err(after_write)?;
                found.ok_or_else(|| after_write(Failure::park(TOOL_NOT_FOUND)))?
            }
        };
        Ok(Written { item: Some(item), refused, ..Written::default() })
    }

    async fn is_in_markdown(&self, at: &Locator) -> Result<bool, Failure> {
        let query = Query::one(&at.kind, item_id(&at.id)?).select(&["id", "description"]);
        let found = self.site().find("targetprocess.item.description", query).await.map_err(failure)?;
        Ok(found
            .is_some_and(|found| found.get("description").and_then(Json::as_str).is_some_and(is_markdown)))
    }
}

/// Sorts an answer into taken, refused because of its fields, and failed.
fn said(answer: Result<Json, Error>) -> Result<Said<Json>, Failure> {
    match answer {
        Ok(answer) => Ok(Said::Taken(answer)),
        Err(error) => complaint(error).map(Said::Refused),
    }
}

/// A list of tags with one more.
fn with_tag(tags: Option<&str>, tag: &str) -> String {
    match tags {
        Some(tags) if !tags.is_empty() => format!("{tags},{tag}"),
        _ => tag.to_owned(),
    }
}
