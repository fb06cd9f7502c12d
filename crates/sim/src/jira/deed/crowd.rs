//! Watching issues and voting for them. Neither moves `updated`, stands in the history or is told to webhooks.

use crate::frame::call::Person;
use crate::jira::issue::Deed;
use crate::jira::site::{By, Site};
use crate::jira::view::crowd::Crowd;

/// Puts somebody into a crowd of an issue.
pub(crate) fn join(site: &mut Site, by: By, issue: u32, crowd: Crowd, person: Person) {
    let deed = if crowd == Crowd::Watchers { Deed::Watch } else { Deed::Vote };
    site.change(issue, by, (deed, 0, Box::default()), false, |issue, _| {
        match crowd {
            Crowd::Watchers => {
                issue.watch(person);
            }
            Crowd::Voters if issue.parts().voters.contains(&person) => {}
            Crowd::Voters => issue.parts_mut().voters.push(person),
        }
        Vec::new()
    });
}

/// Takes somebody out of a crowd of an issue.
pub(crate) fn leave(site: &mut Site, by: By, issue: u32, crowd: Crowd, person: Person) {
    let deed = if crowd == Crowd::Watchers { Deed::Unwatch } else { Deed::Unvote };
    site.change(issue, by, (deed, 0, Box::default()), false, |issue, _| {
        match crowd {
            Crowd::Watchers => {
                issue.watchers = issue.watchers.iter().copied().filter(|one| *one != person).collect();
            }
            Crowd::Voters => issue.parts_mut().voters.retain(|one| *one != person),
        }
        Vec::new()
    });
}
