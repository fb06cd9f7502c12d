//! Sub-tasks and their parents: both know of each other, and a link of Jira's own ties them.

use super::link;
use crate::frame::table::Row;
use crate::jira::part::LinkType;
use crate::jira::site::{By, Site};

/// The link type of sub-tasks.
fn kind(site: &Site) -> Option<Row<LinkType>> {
    site.catalog.link_types.find(|kind| kind.system)
}

/// Makes parents know a sub-task that just got its parent, or another one than it had.
pub(crate) fn settle(site: &mut Site, by: By, child: u32, old: Option<u32>) {
    let new = site.issues.get(child).and_then(|issue| issue.parts().parent);
    if old == new {
        return;
    }
    if let Some(old) = old {
        leave(site, child, old);
        let ids = site.issues.get(child).map(|issue| issue.parts().links.clone()).unwrap_or_default();
        let known = ids.into_iter().filter_map(|id| site.parts.links.get(&id));
        let tie = known.filter(|link| Some(link.kind) == kind(site)).map(|link| link.id).next();
        if let Some(tie) = tie {
            link::delete(site, by, tie);
        }
    }
    if let Some(parent) = new {
        if let Some(parent) = site.issues.get_mut(parent) {
            parent.parts_mut().children.push(child);
        }
        if let Some(kind) = kind(site) {
            link::create(site, by, kind, (parent, child));
        }
    }
}

/// Takes a sub-task out of its parent's list.
pub(crate) fn leave(site: &mut Site, child: u32, parent: u32) {
    if let Some(parent) = site.issues.get_mut(parent) {
        parent.parts_mut().children.retain(|kept| *kept != child);
    }
}
