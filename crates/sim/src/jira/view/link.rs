//! Links between issues, and to things elsewhere.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value, json};

use super::settings::{KindView, PriorityView, StatusView};
use super::{Show, each, object, put};
use crate::frame::table::Row;
use crate::jira::issue::Issue;
use crate::jira::part::{Icon, Link, LinkType, Remote};

/// An issue in short, at the other end of something.
pub(crate) struct IssueRef<'a>(pub(crate) Show<'a>, pub(crate) &'a Issue);

impl Serialize for IssueRef<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, issue) = *self;
        object!(serializer, {
            "id": format_args!("{}", issue.id),
            "key": show.site.key(issue),
            "self": format_args!("{}/rest/api/{}/issue/{}", show.site.base, show.api, issue.id),
            "fields": RefFields(show, issue),
        })
    }
}

struct RefFields<'a>(Show<'a>, &'a Issue);

impl Serialize for RefFields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, issue) = *self;
        object!(serializer, {
            "summary": issue.summary,
            "status": StatusView(show, issue.status),
            "priority": PriorityView(show, issue.priority, false),
            "issuetype": KindView(show, issue.kind),
        })
    }
}

/// A link type.
pub(crate) struct LinkTypeView<'a>(pub(crate) Show<'a>, pub(crate) Row<LinkType>);

impl Serialize for LinkTypeView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, row) = *self;
        let kind = show.site.catalog.link_types.get(row);
        object!(serializer, {
            "id": format_args!("{}", kind.id),
            "name": kind.name,
            "inward": kind.inward,
            "outward": kind.outward,
            "self": format_args!("{}/rest/api/{}/issueLinkType/{}", show.site.base, show.api, kind.id),
        })
    }
}

/// A link, with both ends or (in an issue's own field) only the other one.
pub(crate) struct LinkView<'a> {
    pub(crate) show: Show<'a>,
    pub(crate) link: Link,
    /// The issue in whose field it stands.
    pub(crate) of: Option<u32>,
}

impl Serialize for LinkView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { show, link, of } = *self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &format_args!("{}", link.id))?;
        map.serialize_entry(
            "self",
            &format_args!("{}/rest/api/{}/issueLink/{}", show.site.base, show.api, link.id),
        )?;
        map.serialize_entry("type", &LinkTypeView(show, link.kind))?;
        let ends = [("inwardIssue", link.source), ("outwardIssue", link.destination)];
        for (name, id) in ends.into_iter().filter(|(_, id)| of != Some(*id)) {
            if let Some(issue) = show.site.issues.get(id) {
                map.serialize_entry(name, &IssueRef(show, issue))?;
            }
        }
        map.end()
    }
}

/// The links of an issue whose other ends the viewer may see.
pub(crate) fn links<'a>(show: Show<'a>, issue: &Issue) -> Vec<LinkView<'a>> {
    let known = issue.parts().links.iter().filter_map(|id| show.site.parts.links.get(id));
    let shown = known.filter(|link| !show.site.catalog.link_types.get(link.kind).system).filter(|link| {
        let other = if link.source == issue.id { link.destination } else { link.source };
        let other = show.site.issues.get(other);
        other.is_some_and(|other| show.sees(other))
    });
    shown.map(|link| LinkView { show, link: *link, of: Some(issue.id) }).collect()
}

/// The sub-tasks of an issue.
pub(crate) struct SubtasksView<'a>(pub(crate) Show<'a>, pub(crate) &'a Issue);

impl Serialize for SubtasksView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, issue) = *self;
        let children = issue.parts().children.iter().filter_map(|id| show.site.issues.get(*id));
        each(children, |child| IssueRef(show, child)).serialize(serializer)
    }
}

/// A remote link; `key` is the issue as the caller named it.
pub(crate) fn remote(show: Show<'_>, key: &str, remote: &Remote) -> Value {
    let mut shown = json!({
        "id": remote.id,
        "self": format!("{}/rest/api/{}/issue/{key}/remotelink/{}", show.site.base, show.api, remote.id),
    });
    if let Some(global) = &remote.global {
        put(&mut shown, "globalId", &**global);
    }
    let (kind, name) = &remote.application;
    put(&mut shown, "application", members([("type", kind), ("name", name)]));
    if let Some(relationship) = &remote.relationship {
        put(&mut shown, "relationship", &**relationship);
    }
    let mut status = json!({"icon": icon(&remote.status)});
    if let Some(resolved) = remote.resolved {
        put(&mut status, "resolved", resolved);
    }
    let mut object = json!({"url": remote.url, "title": remote.title});
    if let Some(summary) = &remote.summary {
        put(&mut object, "summary", &**summary);
    }
    put(&mut object, "icon", icon(&remote.icon));
    put(&mut object, "status", status);
    put(&mut shown, "object", object);
    shown
}

fn icon(icon: &Icon) -> Value {
    members([("url16x16", &icon.url), ("title", &icon.title), ("link", &icon.link)])
}

/// Those members that are there.
fn members<'a>(all: impl IntoIterator<Item = (&'a str, &'a Option<Box<str>>)>) -> Value {
    let there = all.into_iter().filter_map(|(name, text)| Some((name.to_owned(), json!(text.as_ref()?))));
    there.collect::<Map<_, _>>().into()
}
