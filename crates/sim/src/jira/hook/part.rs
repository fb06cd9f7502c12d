//! Webhooks about links, logged work and files. JQL filters do not hold them back: the form in which webhooks are
//! made says that filters are for issues and comments.

use serde_json::{Value, json};

use super::setup::{proclaim, proclaim_by};
use crate::frame::call::Person;
use crate::frame::delivery::pace::Flow;
use crate::jira::issue::Issue;
use crate::jira::part::{Attachment, Link, Worklog};
use crate::jira::site::Site;
use crate::jira::view::Show;
use crate::jira::view::attachment::AttachmentView;
use crate::jira::view::worklog::WorklogView;

/// The events told here.
pub(crate) const EVENTS: &[&str] = &[
    "issuelink_created",
    "issuelink_deleted",
    "worklog_created",
    "worklog_updated",
    "worklog_deleted",
    "attachment_created",
    "attachment_deleted",
];

/// The issue's id and key, for the record.
fn item(site: &Site, issue: &Issue) -> Vec<String> {
    vec![issue.id.to_string(), site.key(issue)]
}

/// Tells of a link. Its issues are named by id only.
pub(crate) fn link(site: &Site, who: Person, event: &str, link: &Link) {
    link_by(site, who, (event, Flow::Primary), link);
}

/// Tells of a link that went with one of its issues.
pub(crate) fn cut(site: &Site, who: Person, link: &Link) {
    let flow = if site.is_cloud() { Flow::Secondary } else { Flow::Primary };
    link_by(site, who, ("issuelink_deleted", flow), link);
}

fn link_by(site: &Site, who: Person, event: (&str, Flow), link: &Link) {
    let kind = site.catalog.link_types.get(link.kind);
    let shown = json!({
        "id": link.id,
        "sourceIssueId": link.source,
        "destinationIssueId": link.destination,
        "issueLinkType": {
            "id": kind.id,
            "name": kind.name,
            "outwardName": kind.outward,
            "inwardName": kind.inward,
            "isSubTaskLinkType": kind.system,
            "isSystemLinkType": kind.system,
        },
        "systemLink": kind.system,
    });
    let named = site.issues.get(link.source).map(|issue| item(site, issue)).unwrap_or_default();
    proclaim_by(site, who, event, named, &[("issueLink", shown)]);
}

/// Tells of logged work. Its issue is named by id only.
pub(crate) fn worklog(site: &Site, who: Person, event: &str, issue: &Issue, worklog: &Worklog) {
    let view = WorklogView { show: Show::webhook(site), issue: issue.id, worklog, properties: false };
    let shown = serde_json::to_value(view).unwrap_or_default();
    let mut parts: Vec<(&str, Value)> = vec![("worklog", shown)];
    if site.is_cloud() && event == "worklog_created" {
        parts.push(("isFromIssueLimitTransformation", false.into()));
    }
    proclaim(site, who, event, item(site, issue), &parts);
}

/// Tells of a file. Its issue is not named at all.
pub(crate) fn attachment(site: &Site, who: Person, event: &str, issue: &Issue, attachment: &Attachment) {
    let view = AttachmentView { show: Show::webhook(site), attachment, alone: false };
    let shown = serde_json::to_value(view).unwrap_or_default();
    proclaim(site, who, event, item(site, issue), &[("attachment", shown)]);
}

/// Tells of the logged work and the files that went with an issue; only Cloud does.
pub(super) fn dependents(site: &Site, who: Person, issue: &Issue) {
    if !site.is_cloud() {
        return;
    }
    let (show, flow) = (Show::webhook(site), Flow::Secondary);
    for worklog in &issue.parts().worklogs {
        let view = WorklogView { show, issue: issue.id, worklog, properties: false };
        let shown = serde_json::to_value(view).unwrap_or_default();
        proclaim_by(site, who, ("worklog_deleted", flow), item(site, issue), &[("worklog", shown)]);
    }
    for attachment in &issue.parts().attachments {
        let shown = serde_json::to_value(AttachmentView { show, attachment, alone: false });
        let shown = [("attachment", shown.unwrap_or_default())];
        proclaim_by(site, who, ("attachment_deleted", flow), item(site, issue), &shown);
    }
}
