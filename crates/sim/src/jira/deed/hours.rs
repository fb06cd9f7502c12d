//! Moving and deleting worklogs without a word: no webhook, no history.

use super::worklog::{Adjust, take};
use crate::jira::site::Site;

/// Puts a worklog onto another issue, with the time it stands for.
pub(crate) fn relocate(site: &mut Site, (from, to): (u32, u32), id: u32, adjust: Adjust) {
    let Some(worklog) = take(site, from, id) else { return };
    // It is not gone, only elsewhere.
    site.parts.gone_worklogs.retain(|(gone, _)| *gone != id);
    site.parts.worklogs.insert(id, to);
    count(site, from, (worklog.seconds, 0), adjust);
    count(site, to, (0, worklog.seconds), adjust);
    if let Some(issue) = site.issues.get_mut(to) {
        issue.parts_mut().worklogs.push(worklog);
    }
}

/// Takes a worklog away.
pub(crate) fn delete(site: &mut Site, issue: u32, id: u32, adjust: Adjust) {
    if let Some(worklog) = take(site, issue, id) {
        count(site, issue, (worklog.seconds, 0), adjust);
    }
}

fn count(site: &mut Site, issue: u32, (before, after): (u64, u64), adjust: Adjust) {
    if let Some(issue) = site.issues.get_mut(issue) {
        adjust.apply(&mut issue.parts_mut().tracking, before, after);
    }
}
