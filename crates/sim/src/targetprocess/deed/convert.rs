//! Turning an item into one of another kind: the new one gets a new id, the old one is gone, and a conversion remembers both.
//!
//! Only people convert, in the product's pages (developer hub, "Conversion API"); here, through the control API.

use super::Hand;
use super::removal::put_away;
use crate::targetprocess::catalog::Priority;
use crate::targetprocess::hook;
use crate::targetprocess::part::Conversion;
use crate::targetprocess::schema::Kind;
use crate::targetprocess::site::Site;

/// Converts an item; the answer is the id of what it is now.
pub(crate) fn convert(site: &mut Site, hand: &Hand<'_>, id: u32, kind: Kind) -> Result<u32, String> {
    let item = site.items.get(id).ok_or("there is no such item")?;
    if item.kind == kind {
        return Err(format!("it is a {} already", kind.name()));
    }
    if kind == Kind::Task {
        return Err("a task needs a user story, which a conversion does not give it".to_owned());
    }
    let (catalog, process) = (&site.catalog, site.catalog.projects.get(item.project).process);
    let name = catalog.states.get(item.state).name.clone();
    let same = catalog.states_of(process, kind).find(|(_, state)| state.name == name);
    let initial = || catalog.states_of(process, kind).find(|(_, state)| state.initial);
    let (state, _) = same.or_else(initial).ok_or("its process has no such type")?;
    let level = catalog.priorities.get(item.priority).importance;
    let fits = |priority: &Priority| priority.kind == kind && priority.importance == level;
    let priority = catalog.priorities.find(fits).ok_or("there is no priority for that type")?;
    let severity = catalog.severities.find(|severity| severity.kind == kind && &*severity.name == "Normal");
    let custom: Vec<_> = item
        .custom
        .iter()
        .filter_map(|(row, held)| {
            let old = catalog.custom.get(*row);
            let new = catalog.custom.find(|field| field.kind == kind && field.name == old.name)?;
            Some((new, held.clone()))
        })
        .collect();
    let from_kind = item.kind;
    let mut gone = put_away(site, hand, id, None).ok_or("there is no such item")?;
    let (new, version, now) = (site.items.next_id(), site.next_version(), site.frame.clock.now());
    let mut item = gone.item.clone();
    (item.id, item.kind, item.state, item.priority, item.severity) = (new, kind, state, priority, severity);
    (item.custom, item.version, item.modified, item.editor) = (custom, version, now, hand.by.who);
    (item.feature, item.story, item.epic) = match kind {
        Kind::Bug => (item.feature, item.story, None),
        Kind::UserStory => (item.feature, None, None),
        Kind::Feature => (None, None, item.epic),
        _ => (None, None, None),
    };
    item.parts = crate::targetprocess::item::Parts::default();
    for comment in std::mem::take(&mut gone.comments) {
        item.parts.comments.push(comment.id);
        site.comments.restore(comment.id, crate::targetprocess::part::Comment { general: new, ..comment });
    }
    for file in std::mem::take(&mut gone.attachments) {
        item.parts.attachments.push(file.id);
        site.attachments.restore(file.id, crate::targetprocess::part::Attachment { general: new, ..file });
    }
    for assignment in std::mem::take(&mut gone.assignments) {
        item.parts.assignments.push(assignment.id);
        let moved = crate::targetprocess::part::Assignment { assignable: new, ..assignment };
        site.assignments.restore(moved.id, moved);
    }
    site.add(*item);
    gone.converted = true;
    let former = gone.item.clone();
    site.gone.insert(id, gone);
    remember(site, (id, from_kind), new);
    hook::deleted(site, &former, hand.by.who);
    hook::item(site, new, hand.by.who, "Created", (&[], None));
    Ok(new)
}

fn remember(site: &mut Site, (from, from_kind): (u32, Kind), to: u32) {
    let earlier: Vec<u32> = site.conversions.iter().filter(|one| one.to == from).map(|one| one.id).collect();
    for id in earlier {
        if let Some(conversion) = site.conversions.get_mut(id) {
            conversion.to = to;
        }
    }
    let id = site.conversions.next_id();
    site.conversions.add(Conversion { id, from, from_kind, to });
}
