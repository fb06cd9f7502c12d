//! Deleting Generals with what hangs on them, and bringing them back (developer hub, "Undelete API").

use std::sync::Arc;

use super::{Hand, named};
use crate::frame::call::Person;
use crate::targetprocess::hook;
use crate::targetprocess::item::{Deed, Item, Parts, Write};
use crate::targetprocess::part::Gone;
use crate::targetprocess::read::Thing;
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::Kind;
use crate::targetprocess::site::Site;

/// Deletes an item with everything on it. The tasks of a user story go with it: there is no task without a story.
pub(crate) fn item(site: &mut Site, hand: &Hand<'_>, id: u32) -> Result<(), Refusal> {
    let item = site.items.get(id).ok_or_else(|| Refusal::missing("General", id))?;
    let tasks: Vec<u32> = match item.kind {
        Kind::UserStory => {
            let tasks = site.items.iter().filter(|task| task.kind == Kind::Task && task.story == Some(id));
            tasks.map(|task| task.id).collect()
        }
        _ => Vec::new(),
    };
    for task in tasks {
        take(site, hand, task, Some(id));
    }
    take(site, hand, id, None);
    Ok(())
}

/// Takes one item out and keeps it with its parts.
fn take(site: &mut Site, hand: &Hand<'_>, id: u32, with: Option<u32>) {
    if let Some(gone) = put_away(site, hand, id, with) {
        let item = gone.item.clone();
        site.gone.insert(id, gone);
        hook::deleted(site, &item, hand.by.who);
    }
}

/// Takes an item out of the site with everything on it.
pub(super) fn put_away(site: &mut Site, hand: &Hand<'_>, id: u32, with: Option<u32>) -> Option<Gone> {
    let at = site.frame.clock.now();
    site.keep_former(at, id);
    let mut item = Arc::unwrap_or_clone(site.items.remove(id)?);
    let effort = site.effort(&item);
    let parts = std::mem::take(&mut item.parts);
    let relations: Vec<u32> =
        site.relations.iter().filter(|one| one.master == id || one.slave == id).map(|one| one.id).collect();
    let gone = Gone {
        at,
        who: hand.by.who,
        comments: parts
            .comments
            .iter()
            .filter_map(|id| site.comments.remove(*id))
            .map(Arc::unwrap_or_clone)
            .collect(),
        attachments: parts
            .attachments
            .iter()
            .filter_map(|id| site.attachments.remove(*id))
            .map(Arc::unwrap_or_clone)
            .collect(),
        assignments: parts
            .assignments
            .iter()
            .filter_map(|id| site.assignments.remove(*id))
            .map(Arc::unwrap_or_clone)
            .collect(),
        teams: parts
            .teams
            .iter()
            .filter_map(|id| site.team_assignments.remove(*id))
            .map(Arc::unwrap_or_clone)
            .collect(),
        efforts: parts
            .efforts
            .iter()
            .filter_map(|id| site.efforts.remove(*id))
            .map(Arc::unwrap_or_clone)
            .collect(),
        times: parts.times.iter().filter_map(|id| site.times.remove(*id)).map(Arc::unwrap_or_clone).collect(),
        relations: relations
            .iter()
            .filter_map(|id| site.relations.remove(*id))
            .map(Arc::unwrap_or_clone)
            .collect(),
        with,
        converted: false,
        item: Box::new(Item { parts: Parts { record: parts.record, ..Parts::default() }, effort, ..item }),
    };
    Some(gone)
}

/// Brings a deleted item back under its id, with what was deleted with it.
fn restore(site: &mut Site, hand: &Hand<'_>, id: u32) {
    let Some(gone) = site.gone.remove(&id) else { return };
    let Gone { mut item, comments, attachments, assignments, teams, efforts, times, relations, .. } = gone;
    item.parts.comments = comments.iter().map(|one| one.id).collect();
    item.parts.attachments = attachments.iter().map(|one| one.id).collect();
    item.parts.assignments = assignments.iter().map(|one| one.id).collect();
    item.parts.teams = teams.iter().map(|one| one.id).collect();
    item.parts.efforts = efforts.iter().map(|one| one.id).collect();
    item.parts.times = times.iter().map(|one| one.id).collect();
    let (now, version) = (site.frame.clock.now(), site.next_version());
    item.modified = now.max(item.modified + 1);
    item.version = version;
    item.editor = hand.by.who;
    let fields = named(&mut site.names, std::iter::empty());
    let (who, via) = (hand.by.who, hand.by.via);
    item.writes.push(Write { at: now, who, via, deed: Deed::Undelete, part: 0, fields });
    site.items.restore(id, *item);
    for one in comments {
        site.comments.restore(one.id, one);
    }
    for one in attachments {
        site.attachments.restore(one.id, one);
    }
    for one in assignments {
        site.assignments.restore(one.id, one);
    }
    for one in teams {
        site.team_assignments.restore(one.id, one);
    }
    for one in efforts {
        site.efforts.restore(one.id, one);
    }
    for one in times {
        site.times.restore(one.id, one);
    }
    for relation in relations {
        let there = |id: u32| site.items.get(id).is_some();
        if there(relation.master) && there(relation.slave) {
            site.relations.restore(relation.id, relation);
        }
    }
    site.record(id, vec!["ModifyDate"]);
    // The product does not say what its rules hear of this; an item that is there again has been made, for all they know.
    hook::item(site, id, hand.by.who, "Created", (&[], None));
    let followers: Vec<u32> =
        site.gone.values().filter(|gone| gone.with == Some(id)).map(|gone| gone.item.id).collect();
    for id in followers {
        restore(site, hand, id);
    }
}

/// Deletes a project, a release, a team or the like. The items of a project go with it.
pub(crate) fn general(site: &mut Site, hand: &Hand<'_>, thing: Thing) -> Result<(), Refusal> {
    let now = site.frame.clock.now();
    if let Thing::Project(row) = thing {
        super::account::administrates(site, hand.by.who)?;
        let id = site.catalog.projects.get(row).base.id;
        let inside: Vec<u32> =
            site.items.iter().filter(|item| item.project == row).map(|item| item.id).collect();
        for item in inside {
            if let Some(gone) = put_away(site, hand, item, Some(id)) {
                site.gone.insert(item, gone);
            }
        }
    }
    hook::general(site, thing, hand.by.who, "Deleted", &[]);
    if let Some(base) = site.base_mut(thing) {
        base.deleted = Some(now);
    }
    Ok(())
}

/// Deletes a person's account. Nobody deletes their own.
pub(crate) fn account(site: &mut Site, hand: &Hand<'_>, person: Person) -> Result<(), Refusal> {
    super::account::administrates(site, hand.by.who)?;
    if person == hand.by.who {
        return Err(Refusal::forbidden("Nobody can delete their own account."));
    }
    hook::general(site, Thing::User(person), hand.by.who, "Deleted", &[]);
    let now = site.frame.clock.now();
    if let Some(account) = site.catalog.people.get_mut(usize::from(person.0)) {
        account.deleted = Some(now);
    }
    Ok(())
}

/// Brings back what was deleted under this kind and id. Comments, milestones and what was converted cannot be brought back.
pub(crate) fn undelete(site: &mut Site, hand: &Hand<'_>, kind: Kind, id: u32) -> Result<(), Refusal> {
    super::account::administrates(site, hand.by.who)?;
    if matches!(kind, Kind::Comment | Kind::Milestone) {
        return Err(Refusal::bad(format!("{} cannot be undeleted.", kind.name())));
    }
    let missing = || Refusal::missing(kind.name(), id);
    if site.gone.get(&id).is_some_and(|gone| kind.takes(gone.item.kind)) {
        let gone = site.gone.get(&id).ok_or_else(missing)?;
        if gone.converted {
            return Err(Refusal::bad(format!(
                "{} with Id {id} was converted and cannot be undeleted.",
                kind.name()
            )));
        }
        let project = &site.catalog.projects.get(gone.item.project).base;
        if project.deleted.is_some() {
            return Err(Refusal::bad(format!("Its project with Id {} is deleted as well.", project.id)));
        }
        restore(site, hand, id);
        return Ok(());
    }
    let is_it = |site: &Site, thing: &Thing| match thing {
        Thing::User(person) => site.catalog.account(*person).is_some_and(|account| account.id == id),
        other => site.base(*other).is_some_and(|base| base.id == id),
    };
    let found = site.deleted(kind).into_iter().find(|thing| is_it(site, thing)).ok_or_else(missing)?;
    if let Thing::User(person) = found {
        if let Some(account) = site.catalog.people.get_mut(usize::from(person.0)) {
            account.deleted = None;
        }
    } else if let Some(base) = site.base_mut(found) {
        base.deleted = None;
    }
    hook::general(site, found, hand.by.who, "Created", &[]);
    let inside: Vec<u32> =
        site.gone.values().filter(|gone| gone.with == Some(id)).map(|gone| gone.item.id).collect();
    for item in inside {
        restore(site, hand, item);
    }
    Ok(())
}
