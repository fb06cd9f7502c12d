//! Putting one priority or resolution in another's place.

use crate::jira::edit::Set;
use crate::jira::hook::{self, News};
use crate::jira::issue::{Deed, Issue};
use crate::jira::site::{By, Site};
use crate::jira::task::Outdated;

/// Gives issues a value, and tells of it.
pub(crate) fn replace(site: &mut Site, by: By, fits: impl Fn(&Issue) -> bool, set: &Set) {
    let ids: Vec<u32> = site.issues.iter().filter(|issue| fits(issue)).map(|issue| issue.id).collect();
    for id in ids {
        let write = (Deed::Update, 0, Box::default());
        let done = site.change(id, by, write, false, |issue, desk| desk.apply(issue, set.clone()));
        if let Some(done) = done.filter(|done| done.change != 0) {
            hook::announce(site, id, by.who, &News::IssueUpdated { event: "issue_updated", done });
        }
    }
}

/// Issues with what is outdated get what stands in its place, and it is no more.
pub(crate) fn supersede(site: &mut Site, by: By, outdated: Outdated) {
    match outdated {
        Outdated::Priority(old, new) => {
            replace(site, by, |issue| issue.priority == old, &Set::Priority(new));
            let rows: Vec<_> = site.catalog.priority_schemes.iter().map(|(row, _)| row).collect();
            for row in rows {
                let scheme = site.catalog.priority_schemes.get_mut(row);
                scheme.priorities.retain(|kept| *kept != old);
                scheme.default = scheme.default.map(|kept| if kept == old { new } else { kept });
            }
            site.catalog.priorities.strike(old);
        }
        Outdated::Resolution(old, new) => {
            replace(site, by, |issue| issue.resolution == Some(old), &Set::Resolution(Some(new)));
            site.catalog.resolutions.strike(old);
        }
    }
}
