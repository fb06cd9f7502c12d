//! The bodies of webhooks, as the collected real ones of Cloud and Data Center are.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::frame::call::Person;
use crate::jira::field::Field;
use crate::jira::issue::{Comment, Issue};
use crate::jira::site::{Done, Site};
use crate::jira::view::change::ItemView;
use crate::jira::view::comment::CommentView;
use crate::jira::view::fields::select;
use crate::jira::view::issue::{IssueView, Wanted};
use crate::jira::view::person::PersonView;
use crate::jira::view::{Show, each, object, put};

/// The fields of the short issue in Cloud's comment events.
const SHORT: &[&str] = &["summary", "issuetype", "project", "assignee", "priority", "status"];

/// `jira:issue_created`, `jira:issue_updated` and `jira:issue_deleted`.
pub(super) fn issue(
    site: &Site,
    issue: &Issue,
    who: Person,
    event: &str,
    kind: Option<&str>,
    done: Option<&Done>,
) -> Vec<u8> {
    // A creation's history entry, where there is one, is its changelog.
    let created = issue.history.first().filter(|_| kind == Some("issue_created"));
    let change =
        done.map(|done| (done.change, &*done.items)).or(created.map(|change| (change.id, &*change.items)));
    Body { site, event, kind, who: Some(who), issue: Some((issue, full(site, event))), comment: None, change }
        .bytes()
}

/// `comment_created`, `comment_updated` and `comment_deleted`.
pub(super) fn comment(site: &Site, issue: &Issue, who: Person, event: &str, comment: &Comment) -> Vec<u8> {
    let comment = Some((issue.id, comment));
    if site.is_cloud() {
        let fields = select(site, &[], SHORT);
        let wanted = Wanted { fields, ..Wanted::default() };
        return Body {
            site,
            event,
            kind: None,
            who: None,
            issue: Some((issue, wanted)),
            comment,
            change: None,
        }
        .bytes();
    }
    // Data Center names the user for edits and deletions only, and never the issue.
    let who = (event != "comment_created").then_some(who);
    Body { site, event, kind: None, who, issue: None, comment, change: None }.bytes()
}

/// Data Center's second event about a comment; a deleted one is not in it.
pub(super) fn commented(
    site: &Site,
    issue: &Issue,
    who: Person,
    kind: &str,
    comment: Option<&Comment>,
) -> Vec<u8> {
    let event = "jira:issue_updated";
    let comment = comment.map(|comment| (issue.id, comment));
    Body {
        site,
        event,
        kind: Some(kind),
        who: Some(who),
        issue: Some((issue, full(site, event))),
        comment,
        change: None,
    }
    .bytes()
}

/// `issue_property_set` with the value, and `issue_property_deleted`.
pub(super) fn property(
    site: &Site,
    issue: &Issue,
    who: Person,
    event: &str,
    (key, value): (&str, Option<&str>),
) -> Vec<u8> {
    let show = Show::webhook(site);
    let wanted = Wanted { fields: select(site, &[], SHORT), ..Wanted::default() };
    let mut property = serde_json::json!({"key": key});
    if let Some(value) = value {
        put(&mut property, "value", serde_json::from_str::<serde_json::Value>(value).unwrap_or_default());
    }
    let body = serde_json::json!({
        "timestamp": site.frame.clock.now(),
        "webhookEvent": event,
        "user": PersonView(show, who),
        "issue": IssueView(show, issue, &wanted),
        "property": property,
    });
    body.to_string().into_bytes()
}

/// The fields of a whole issue: Cloud leaves comments and worklogs out unless the issue is deleted.
fn full(site: &Site, event: &str) -> Wanted {
    let mut fields = select(site, &[], &["*all"]);
    if site.is_cloud() && event != "jira:issue_deleted" {
        fields.retain(|field| !matches!(field, Field::Comment | Field::Worklog));
    }
    Wanted { fields, ..Wanted::default() }
}

struct Body<'a> {
    site: &'a Site,
    event: &'a str,
    kind: Option<&'a str>,
    who: Option<Person>,
    issue: Option<(&'a Issue, Wanted)>,
    comment: Option<(u32, &'a Comment)>,
    change: Option<(u32, &'a [crate::jira::issue::Item])>,
}

impl Body<'_> {
    fn bytes(&self) -> Vec<u8> {
        // Every key is a text and every number finite, so this cannot fail.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let show = Show::webhook(self.site);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("timestamp", &self.site.frame.clock.now())?;
        map.serialize_entry("webhookEvent", self.event)?;
        if let Some(kind) = self.kind {
            map.serialize_entry("issue_event_type_name", kind)?;
        }
        if let Some(who) = self.who {
            map.serialize_entry("user", &PersonView(show, who))?;
        }
        if let Some((issue, wanted)) = &self.issue {
            map.serialize_entry("issue", &IssueView(show, issue, wanted))?;
        }
        if let Some((issue, comment)) = self.comment {
            let view = CommentView { show, issue, comment, properties: false, rendered: false };
            map.serialize_entry("comment", &view)?;
        }
        if let Some((id, items)) = self.change {
            map.serialize_entry("changelog", &Changelog(show, id, items))?;
        }
        map.end()
    }
}

struct Changelog<'a>(Show<'a>, u32, &'a [crate::jira::issue::Item]);

impl Serialize for Changelog<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, id, items) = *self;
        object!(serializer, {
            "id": format_args!("{id}"),
            "items": each(items.iter(), |item| ItemView(show, item)),
        })
    }
}
