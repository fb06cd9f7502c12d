//! Editing an issue.

use serde_json::Value;

use super::along::Along;
use super::{named, parent, property, secrecy};
use crate::jira::edit::Hand;
use crate::jira::edit::read::{Form, read};
use crate::jira::hook::{self, News};
use crate::jira::issue::Deed;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// Edits an issue as a body says (`fields`, `update`, `properties`).
pub(crate) fn update(site: &mut Site, hand: &Hand<'_>, id: u32, body: &Value) -> Result<(), Refusal> {
    let issue = site.issues.get(id).ok_or_else(Refusal::no_issue)?;
    if !body.is_object() {
        return Err(Refusal::bad(
            "No fields to update: the body must be an object with 'fields' or 'update'.",
        ));
    }
    let draft = read(site, hand, Form::Edit, Some(issue), body)?;
    let properties = property::read_list(body)?;
    let along = Along::read(site, hand, &draft)?;
    let old_parent = issue.parts().parent;
    let write = (Deed::Update, 0, named(&mut site.names, &draft.named));
    let done = site.change(id, hand.by, write, false, |issue, desk| {
        draft.sets.into_iter().flat_map(|set| desk.apply(issue, set)).collect()
    });
    let done = done.ok_or_else(Refusal::no_issue)?;
    parent::settle(site, hand.by, id, old_parent);
    if done.items.iter().any(|item| site.names.get(item.id) == "security") {
        secrecy::spread(site, hand.by, id);
    }
    for (key, value) in properties {
        property::set(site, hand, id, &key, value)?;
    }
    if done.change != 0 {
        hook::announce(site, id, hand.by.who, &News::IssueUpdated { event: kind(site, &done.items), done });
    }
    along.add(site, hand, id)
}

/// `issue_event_type_name`: an edit of nothing but the assignee is an event of its own.
fn kind(site: &Site, items: &[crate::jira::issue::Item]) -> &'static str {
    match items {
        [only] if site.names.get(only.id) == "assignee" => "issue_assigned",
        _ => "issue_updated",
    }
}
