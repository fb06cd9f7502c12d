//! A whole issue: its fields and whatever else `expand` asks for.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::change::ChangeView;
use super::comment::PropertiesView;
use super::fields::FieldsView;
use super::meta::{SchemaView, ScreenFields, TransitionView};
use super::rendered::Rendered;
use super::{Show, each};
use crate::jira::field::Field;
use crate::jira::issue::Issue;
use crate::jira::route::editmeta;
use crate::jira::site::Right;

/// What is shown of an issue.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    /// The fields; no `fields` object at all when empty.
    pub(crate) fields: Vec<Field>,
    /// What to expand.
    pub(crate) expand: Vec<String>,
    /// Which properties; no `properties` object when empty.
    pub(crate) properties: Vec<String>,
    /// Whether the key is wanted even when nothing else is: it is no field, but `search/jql` is asked for it as one.
    pub(crate) keyed: bool,
}

impl Wanted {
    /// Whether nothing is wanted but who the issue is.
    pub(crate) fn is_bare(&self) -> bool {
        self.fields.is_empty() && self.expand.is_empty() && self.properties.is_empty()
    }

    pub(crate) fn expands(&self, what: &str) -> bool {
        self.expand.iter().any(|name| name == what)
    }

    /// The same for an issue of a list, which has names and schemas beside it once for all.
    pub(crate) fn within_list(&self) -> Self {
        let mut own = self.clone();
        own.expand.retain(|name| name != "names" && name != "schema");
        own
    }
}

/// An issue.
#[derive(Clone, Copy)]
pub(crate) struct IssueView<'a>(pub(crate) Show<'a>, pub(crate) &'a Issue, pub(crate) &'a Wanted);

impl Serialize for IssueView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, issue, wanted) = *self;
        let mut map = serializer.serialize_map(None)?;
        if wanted.is_bare() && !wanted.keyed {
            // search/jql without `fields`: the id is all there is.
            map.serialize_entry("id", &format_args!("{}", issue.id))?;
            return map.end();
        }
        if !show.hook {
            map.serialize_entry(
                "expand",
                "operations,versionedRepresentations,editmeta,changelog,renderedFields,names,schema",
            )?;
        }
        let path = if show.hook && show.site.is_cloud() { "" } else { "issue/" };
        map.serialize_entry("id", &format_args!("{}", issue.id))?;
        map.serialize_entry(
            "self",
            &format_args!("{}/rest/api/{}/{path}{}", show.site.base, show.api, issue.id),
        )?;
        map.serialize_entry("key", &show.site.key(issue))?;
        if !wanted.fields.is_empty() {
            map.serialize_entry("fields", &FieldsView(show, issue, &wanted.fields))?;
        }
        self.expanded(&mut map)?;
        if !wanted.properties.is_empty() {
            map.serialize_entry("properties", &PropertiesView(show, &issue.properties, &wanted.properties))?;
        }
        map.end()
    }
}

impl IssueView<'_> {
    fn expanded<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let Self(show, issue, wanted) = *self;
        let catalog = &show.site.catalog;
        if wanted.expands("names") {
            map.serialize_entry("names", &Names(show, &wanted.fields))?;
        }
        if wanted.expands("schema") {
            map.serialize_entry("schema", &Schemas(show, &wanted.fields))?;
        }
        if wanted.expands("renderedFields") {
            map.serialize_entry("renderedFields", &Rendered(show, issue, &wanted.fields))?;
        }
        if wanted.expands("transitions") {
            let workflow = catalog.workflow_of(issue.project, issue.kind);
            let leaving = workflow.leaving(issue.status);
            let leaving: Vec<_> = leaving.filter(|step| step.admits(show.site, show.viewer, issue)).collect();
            map.serialize_entry(
                "transitions",
                &each(leaving.iter(), |step| TransitionView { show, issue, step, fields: false }),
            )?;
        }
        if wanted.expands("editmeta") {
            let fields = if show.site.may(show.viewer, issue.project, Right::Edit) {
                editmeta::fields(show, issue)
            } else {
                Vec::new()
            };
            map.serialize_entry("editmeta", &serde_json::json!({"fields": ScreenFields(fields)}))?;
        }
        if wanted.expands("changelog") {
            map.serialize_entry("changelog", &Changelog(*self))?;
        }
        Ok(())
    }
}

/// The newest hundred entries, newest first, as `expand=changelog` shows them on Cloud; all, oldest first, on DC.
struct Changelog<'a>(IssueView<'a>);

impl Serialize for Changelog<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let IssueView(show, issue, _) = self.0;
        let total = issue.history.len();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("startAt", &0)?;
        if show.site.is_cloud() {
            let shown = total.min(100);
            map.serialize_entry("maxResults", &shown)?;
            map.serialize_entry("total", &total)?;
            let newest = issue.history.iter().rev().take(shown);
            map.serialize_entry("histories", &each(newest, |change| ChangeView(show, change)))?;
        } else {
            map.serialize_entry("maxResults", &total)?;
            map.serialize_entry("total", &total)?;
            map.serialize_entry("histories", &each(issue.history.iter(), |change| ChangeView(show, change)))?;
        }
        map.end()
    }
}

/// The names of fields by their ids.
pub(crate) struct Names<'a>(pub(crate) Show<'a>, pub(crate) &'a [Field]);

impl Serialize for Names<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let catalog = &self.0.site.catalog;
        serializer.collect_map(self.1.iter().map(|field| (field.id(catalog), field.name(catalog))))
    }
}

/// What fields hold, by their ids.
pub(crate) struct Schemas<'a>(pub(crate) Show<'a>, pub(crate) &'a [Field]);

impl Serialize for Schemas<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let catalog = &self.0.site.catalog;
        serializer.collect_map(self.1.iter().map(|field| (field.id(catalog), SchemaView(catalog, *field))))
    }
}
