//! Sprints, epics and ranks of issues: each is a change of one of the issue's fields, told and remembered as any other.

use super::named;
use crate::jira::custom::Held;
use crate::jira::custom::Shape;
use crate::jira::edit::Set;
use crate::jira::edit::agile::joined;
use crate::jira::hook::{self, News};
use crate::jira::issue::Deed;
use crate::jira::rank;
use crate::jira::site::{By, Site};

/// Puts a value into the field of a shape.
pub(crate) fn put(site: &mut Site, by: By, id: u32, shape: Shape, held: Option<Held>) {
    let Some(row) = site.catalog.field_of(shape) else { return };
    set(site, by, id, Set::Custom(row, held));
}

/// Sets one field of an issue and tells of it if that changed anything.
pub(crate) fn set(site: &mut Site, by: By, id: u32, set: Set) {
    let field = set.field().id(&site.catalog).to_owned();
    let write = (Deed::Update, 0, named(&mut site.names, &[field]));
    let done = site.change(id, by, write, false, |issue, desk| desk.apply(issue, set));
    if let Some(done) = done.filter(|done| done.change != 0) {
        hook::announce(site, id, by.who, &News::IssueUpdated { event: "issue_updated", done });
    }
}

/// Moves issues into a sprint, or out of every one that is not over.
pub(crate) fn plan(site: &mut Site, by: By, ids: &[u32], sprint: Option<u32>) {
    for id in ids {
        let held = joined(site, site.issues.get(*id), sprint.as_slice());
        put(site, by, *id, Shape::Sprint, held);
    }
}

/// Takes a sprint that is no more out of every issue.
pub(crate) fn unplan(site: &mut Site, by: By, sprint: u32) {
    let held: Vec<(u32, Vec<u32>)> = site
        .issues
        .iter()
        .map(|issue| (issue.id, issue.sprints(&site.catalog).to_vec()))
        .filter(|(_, sprints)| sprints.contains(&sprint))
        .collect();
    for (id, mut sprints) in held {
        sprints.retain(|kept| *kept != sprint);
        put(site, by, id, Shape::Sprint, (!sprints.is_empty()).then_some(Held::Sprints(sprints)));
    }
}

/// Moves issues into an epic, or out of theirs.
pub(crate) fn gather(site: &mut Site, by: By, ids: &[u32], epic: Option<u32>) {
    let held =
        epic.and_then(|epic| site.issues.get(epic)).map(|epic| Held::Epic(epic.id, site.key(epic).into()));
    for id in ids {
        put(site, by, *id, Shape::EpicLink, held.clone());
    }
}

/// Where issues are moved in the order of all.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    Before(u32),
    After(u32),
}

/// Moves issues, in the order given, right before or after another one.
pub(crate) fn rank(site: &mut Site, by: By, ids: &[u32], place: Place) {
    let (Place::Before(anchor) | Place::After(anchor)) = place;
    let Some(anchor) = site.issues.get(anchor).map(|issue| issue.rank(&site.catalog)) else { return };
    let others = site.issues.iter().filter(|issue| !ids.contains(&issue.id));
    let ranks = others.map(|issue| issue.rank(&site.catalog));
    let (mut low, high) = match place {
        Place::Before(_) => (ranks.filter(|rank| *rank < anchor).max(), anchor),
        // Behind the last one there is room up to where the next new issue will stand.
        Place::After(_) => {
            let next = ranks.filter(|rank| *rank > anchor).min();
            (Some(anchor), next.unwrap_or_else(|| rank::usual(site.issues.next_id())))
        }
    };
    for id in ids {
        let made = rank::between(low.as_deref(), Some(&high));
        put(site, by, *id, Shape::Rank, Some(Held::Rank(made.clone())));
        low = Some(made);
    }
}
