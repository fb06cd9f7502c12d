//! Linking issues to each other.

use crate::frame::table::Row;
use crate::jira::edit::Side;
use crate::jira::hook;
use crate::jira::issue::Deed;
use crate::jira::part::{Link, LinkType, Numbered};
use crate::jira::site::{By, Site};

/// How the history calls links.
const NAME: &str = "Link";

/// Links two issues; nothing happens if they are linked so already.
pub(crate) fn create(site: &mut Site, by: By, kind: Row<LinkType>, (source, destination): (u32, u32)) {
    let same = |link: &&Link| link.kind == kind && link.source == source && link.destination == destination;
    let ids = site.issues.get(source).map(|issue| issue.parts().links.as_slice()).unwrap_or_default();
    if ids.iter().filter_map(|id| site.parts.links.get(id)).any(|link| same(&link)) {
        return;
    }
    let id = site.parts.number(Numbered::Link);
    let link = Link { id, kind, source, destination };
    site.parts.links.insert(id, link);
    for end in [source, destination] {
        let to = said(site, &link, end);
        site.change(end, by, (Deed::LinkCreate, id, Box::default()), false, |issue, desk| {
            issue.parts_mut().links.push(id);
            to.map(|to| desk.note(NAME, (None, None), to)).into_iter().collect()
        });
    }
    hook::part::link(site, by.who, "issuelink_created", &link);
}

/// Takes a link away.
pub(crate) fn delete(site: &mut Site, by: By, id: u32) {
    let Some(link) = site.parts.links.remove(&id) else { return };
    for end in [link.source, link.destination] {
        let from = said(site, &link, end);
        site.change(end, by, (Deed::LinkDelete, id, Box::default()), false, |issue, desk| {
            issue.parts_mut().links.retain(|kept| *kept != id);
            from.map(|from| desk.note(NAME, from, (None, None))).into_iter().collect()
        });
    }
    hook::part::link(site, by.who, "issuelink_deleted", &link);
}

/// Takes away the links of an issue that is about to go; the issues at the other ends do not note it.
pub(crate) fn cut(site: &mut Site, by: By, issue: u32) {
    let ids = site.issues.get(issue).map(|issue| issue.parts().links.clone()).unwrap_or_default();
    for id in ids {
        let Some(link) = site.parts.links.remove(&id) else { continue };
        for end in [link.source, link.destination] {
            if let Some(issue) = site.issues.get_mut(end) {
                issue.parts_mut().links.retain(|kept| *kept != id);
            }
        }
        hook::part::cut(site, by.who, &link);
    }
}

/// What the history of an end says about the other one; nothing about links that Jira makes itself.
fn said(site: &Site, link: &Link, end: u32) -> Option<Side> {
    let kind = site.catalog.link_types.get(link.kind);
    let (other, words) =
        if end == link.source { (link.destination, &kind.outward) } else { (link.source, &kind.inward) };
    let key = site.issues.get(other).map(|other| site.key(other)).filter(|_| !kind.system)?;
    Some((Some(key.as_str().into()), Some(format!("This issue {words} {key}").into())))
}
