//! Putting issues into the archive.

use crate::jira::site::Site;

/// Puts an issue and its sub-tasks in or out; how many were not there yet.
pub(crate) fn put(site: &mut Site, issue: u32, archived: bool) -> usize {
    let children = site.issues.get(issue).map(|issue| issue.parts().children.clone()).unwrap_or_default();
    let all = children.into_iter().chain([issue]);
    let archive = &mut site.parts.archived;
    all.filter(|id| if archived { archive.insert(*id) } else { archive.remove(id) }).count()
}
