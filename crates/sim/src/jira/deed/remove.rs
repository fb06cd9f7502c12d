//! Deleting an issue.

use super::{link, parent, worklog};
use crate::jira::edit::Hand;
use crate::jira::hook;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// Deletes an issue with everything on it, its sub-tasks first.
pub(crate) fn remove(site: &mut Site, hand: &Hand<'_>, id: u32) -> Result<(), Refusal> {
    let children = site.issues.get(id).ok_or_else(Refusal::no_issue)?.parts().children.clone();
    for child in children {
        remove(site, hand, child)?;
    }
    if let Some(parent) = site.issues.get(id).and_then(|issue| issue.parts().parent) {
        parent::leave(site, id, parent);
    }
    link::cut(site, hand.by, id);
    let issue = site.remove(id, hand.by.who).ok_or_else(Refusal::no_issue)?;
    for attachment in &issue.parts().attachments {
        site.parts.attachments.remove(&attachment.id);
    }
    for worklog in &issue.parts().worklogs {
        worklog::forget(site, worklog.id);
    }
    hook::announce_deleted(site, &issue, hand.by.who);
    Ok(())
}
