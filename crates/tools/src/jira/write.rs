//! Creating, editing and commenting, each with its read-back.

use std::collections::{BTreeMap, BTreeSet};

use bowline_core::code::TOOL_NOT_FOUND;
use bowline_core::command::{Fields, Refusal, Written};
use bowline_core::item::{Item, Locator};
use bowline_core::text::Doc;
use bowline_core::{CommandId, Failure, FieldName, ShareId};
use bowline_jira::wire::{Created, Issue, Property};
use bowline_jira::{Edit, Error, NewComment};
use serde_json::{Map, Value as Json, json};

use super::kind::FieldList;
use super::read::{ALWAYS, MARKER};
use super::refusal::{complaint, write_failure};
use super::tool::JiraTool;
use crate::create::make;
use crate::split::{self, Said, after_write, split, unfit};

/// Values in Jira's JSON.
type Printed = BTreeMap<FieldName, Json>;

impl JiraTool {
    /// Creates an issue with our marker in the same call, then reads it back.
    pub(super) async fn create(
        &self,
        scope: &str,
        kind: &str,
        marker: ShareId,
        fields: &Fields,
        read: &[FieldName],
    ) -> Result<Written, Failure> {
        let list = self.field_list(&fields.keys().cloned().collect::<Vec<_>>()).await?;
        let (printed, mut refused) = self.printed(fields, &list);
        let property = Property { key: MARKER.to_owned(), value: json!({ "share": marker }) };
        let attempt = |chosen: BTreeSet<FieldName>| {
            let mut sent = chosen_of(&printed, chosen.iter());
            sent.insert("project".to_owned(), json!({ "key": scope }));
            sent.insert("issuetype".to_owned(), json!({ "name": kind }));
            let properties = [property.clone()];
            async move { self.said(self.jira().create_issue(&sent, &properties).await).await }
        };
        let summary = BTreeSet::from([FieldName::new("summary")]);
        let made = make(printed.keys().cloned().collect(), summary, attempt).await?;
        let Created { id, key } = &made.answer;
        let place = Locator {
            id: id.to_string(),
            kind: kind.to_owned(),
            key: key.clone(),
            scope: scope.to_owned(),
            url: format!("{}/browse/{key}", self.connection.browse_url),
        };
        refused.extend(made.refused);
        let rest = printed.iter().filter(|(field, _)| made.withheld.contains(*field));
        let rest: Printed = rest.map(|(field, value)| (field.clone(), value.clone())).collect();
        // It exists now. Whatever fails from here on, where it is must be known.
        let Ok((_, more)) = self.set(&place.id, &rest, &Printed::new(), &list).await else {
            return Ok(Written { place: Some(place), ..Written::default() });
        };
        refused.extend(more);
        match self.read_back(&place.id, read).await {
            Ok(item) => Ok(Written { item: Some(item), refused, ..Written::default() }),
            Err(_) => Ok(Written { place: Some(place), ..Written::default() }),
        }
    }

    /// Sets fields of an issue and reads it back. Sets are added to and taken from, so that a label that somebody
    /// adds in between stays.
    pub(super) async fn update(
        &self,
        id: &str,
        fields: &Fields,
        was: &Fields,
        read: &[FieldName],
    ) -> Result<Written, Failure> {
        let wanted: Vec<FieldName> = fields.keys().chain(read).cloned().collect();
        let list = self.field_list(&wanted).await?;
        let (printed, mut refused) = self.printed(fields, &list);
        let (before, _) = self.printed(was, &list);
        let (returned, more) = self.set(id, &printed, &before, &list).await?;
        refused.extend(more);
        let item = match returned.filter(|issue| is_whole(issue, read)) {
            Some(issue) => self.item(&issue, read, &list).map_err(after_write)?,
            None => self.read_back(id, read).await?,
        };
        Ok(Written { item: Some(item), refused, ..Written::default() })
    }

    /// Writes a comment that carries our marker.
    pub(super) async fn comment(
        &self,
        at: &Locator,
        marker: CommandId,
        body: &Doc,
    ) -> Result<Written, Failure> {
        let property = Property { key: MARKER.to_owned(), value: json!({ "command": marker }) };
        let comment = NewComment { body: self.face.dialect().print(body), properties: vec![property] };
        let written = self.jira().create_comment(&at.id, &comment).await.map_err(write_failure)?;
        let comment = self.read_comment(&written).map_err(after_write)?;
        Ok(Written { comment: Some(comment), ..Written::default() })
    }

    /// Changes a comment.
    pub(super) async fn edit_comment(&self, at: &Locator, id: &str, body: &Doc) -> Result<Written, Failure> {
        let body = self.face.dialect().print(body);
        let written = self.jira().edit_comment(&at.id, id, &body).await.map_err(write_failure)?;
        let comment = self.read_comment(&written).map_err(after_write)?;
        Ok(Written { comment: Some(comment), ..Written::default() })
    }

    /// Reads an issue after a write; it must be there.
    pub(super) async fn read_back(&self, id: &str, read: &[FieldName]) -> Result<Item, Failure> {
        let item = self.find_item(id, read, false).await.map_err(after_write)?;
        item.ok_or_else(|| after_write(Failure::park(TOOL_NOT_FOUND)))
    }

    /// Sends what Jira takes of the fields; the issue as the last accepted edit returned it, and the refusals.
    async fn set(
        &self,
        id: &str,
        printed: &Printed,
        before: &Printed,
        list: &FieldList,
    ) -> Result<(Option<Issue>, Vec<Refusal>), Failure> {
        let units = split::units(printed.keys().cloned(), &[]);
        let attempt = |chosen: Vec<FieldName>| {
            let (sets, scalars): (Vec<_>, Vec<_>) =
                chosen.iter().partition(|field| verbs(printed, before, field).is_some());
            let verbs = sets.into_iter().filter_map(|field| {
                Some((field.as_str().to_owned(), Json::Array(verbs(printed, before, field)?)))
            });
            let (sent, verbs) = (chosen_of(printed, scalars.into_iter()), verbs.collect());
            async move { self.said(self.jira().edit_issue(id, &sent, &verbs).await).await }
        };
        let outcome = split(units, list.labels(), attempt).await?;
        let returned = match outcome.last {
            Some(Edit::Returned(issue)) => Some(*issue),
            Some(Edit::Done) | None => None,
        };
        Ok((returned, outcome.refused))
    }

    /// Sorts an answer into taken, refused because of its fields, and failed.
    async fn said<T>(&self, answer: Result<T, Error>) -> Result<Said<T>, Failure> {
        let complaint = match answer {
            Ok(answer) => return Ok(Said::Taken(answer)),
            Err(error) => complaint(error)?,
        };
        if !complaint.named.is_empty() {
            self.forget_site().await;
        }
        Ok(Said::Refused(complaint))
    }

    /// The fields in Jira's JSON, and the refusals of those that have none.
    fn printed(&self, fields: &Fields, list: &FieldList) -> (Printed, Vec<Refusal>) {
        let mut printed = Printed::new();
        let mut refused = Vec::new();
        for (field, value) in fields {
            match self.face.print(list.kind(field), value) {
                Ok(json) => drop(printed.insert(field.clone(), json)),
                Err(reason) => refused.push(unfit(field, &reason)),
            }
        }
        (printed, refused)
    }
}

fn chosen_of<'a>(printed: &Printed, chosen: impl Iterator<Item = &'a FieldName>) -> Map<String, Json> {
    chosen.filter_map(|field| Some((field.as_str().to_owned(), printed.get(field)?.clone()))).collect()
}

/// How a set gets from what it was to what it is to be; none for a field that is no set, or was not read.
///
/// Jira's `add` and `remove` verbs (Data Center page “Updating an issue via the REST APIs”) work on every field that
/// holds an array.
fn verbs(printed: &Printed, before: &Printed, field: &FieldName) -> Option<Vec<Json>> {
    let (wanted, was) = (printed.get(field)?.as_array()?, before.get(field)?.as_array()?);
    let added = wanted.iter().filter(|value| !was.contains(value)).map(|value| json!({ "add": value }));
    let removed = was.iter().filter(|value| !wanted.contains(value)).map(|value| json!({ "remove": value }));
    Some(added.chain(removed).collect())
}

/// Whether an edit returned everything that a read would: Cloud may return the edited fields only.
fn is_whole(issue: &Issue, read: &[FieldName]) -> bool {
    let members = issue.fields.get();
    let has = |name: &str| members.is_some_and(|fields| fields.contains_key(name));
    read.iter().map(FieldName::as_str).chain(ALWAYS).all(has)
}
