//! Deleting an issue.

use crate::jira::edit::Hand;
use crate::jira::hook;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// Deletes an issue with everything on it.
pub(crate) fn remove(site: &mut Site, hand: &Hand<'_>, id: u32) -> Result<(), Refusal> {
    let issue = site.remove(id, hand.by.who).ok_or_else(Refusal::no_issue)?;
    hook::announce_deleted(site, &issue, hand.by.who);
    Ok(())
}
