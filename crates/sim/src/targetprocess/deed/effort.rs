//! How much effort items take, role by role. The item's own effort is the sum.

use serde_json::Value;

use super::apply::put;
use super::given::Given;
use super::{Hand, touch};
use crate::frame::table::Row;
use crate::targetprocess::catalog::Role;
use crate::targetprocess::hook;
use crate::targetprocess::item::Deed;
use crate::targetprocess::part::RoleEffort;
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::Kind;
use crate::targetprocess::site::Site;

/// A role effort to be made.
#[derive(Debug)]
pub(crate) struct New {
    role: Row<Role>,
    effort: f64,
    estimate: f64,
}

impl New {
    pub(super) fn read(site: &Site, hand: &Hand<'_>, body: &Value) -> Result<Self, Refusal> {
        let given = Given::read(site, hand, Kind::RoleEffort, body)?;
        Ok(Self {
            role: given.role("Role")?.flatten().ok_or_else(|| given.lacks("Role"))?,
            effort: given.number("Effort")?.ok_or_else(|| given.lacks("Effort"))?,
            estimate: given.number("InitialEstimate")?.unwrap_or(0.0),
        })
    }
}

/// Makes the role effort a body describes; the answer is its id.
pub(crate) fn create(site: &mut Site, hand: &Hand<'_>, body: &Value) -> Result<u32, Refusal> {
    let new = New::read(site, hand, body)?;
    let assignable = super::assignment::assignable(site, body)?;
    Ok(add(site, hand, assignable, &new))
}

/// Gives an item an effort in a role; one that is there takes the new value.
pub(super) fn add(site: &mut Site, hand: &Hand<'_>, assignable: u32, new: &New) -> u32 {
    let there = site.efforts.iter().find(|one| one.assignable == assignable && one.role == new.role);
    if let Some(id) = there.map(|one| one.id) {
        set(site, hand, id, Some(new.effort), None);
        return id;
    }
    let id = site.efforts.next_id();
    let before = site.items.get(assignable).map(|item| site.effort(item));
    site.efforts.add(RoleEffort {
        id,
        assignable,
        role: new.role,
        estimate: new.estimate,
        effort: new.effort,
    });
    if let Some(item) = site.items.get_mut(assignable) {
        item.parts.efforts.push(id);
    }
    moved(site, hand, assignable, id, before);
    hook::part(site, (Kind::RoleEffort, id), (Some(assignable), hand.by.who), "Created", &[]);
    id
}

/// Notes on the item that its effort may be another one.
fn moved(site: &mut Site, hand: &Hand<'_>, assignable: u32, id: u32, before: Option<f64>) {
    let after = site.items.get(assignable).map(|item| site.effort(item));
    let changed = if before == after { Vec::new() } else { vec!["Effort"] };
    touch(site, hand, assignable, (Deed::Part, id), changed);
}

fn set(site: &mut Site, hand: &Hand<'_>, id: u32, effort: Option<f64>, estimate: Option<f64>) {
    let Some(assignable) = site.efforts.get(id).map(|one| one.assignable) else { return };
    let before = site.items.get(assignable).map(|item| site.effort(item));
    let mut changed = Vec::new();
    if let Some(one) = site.efforts.get_mut(id) {
        if effort.is_some_and(|effort| put(&mut one.effort, effort)) {
            changed.push("Effort");
        }
        if estimate.is_some_and(|estimate| put(&mut one.estimate, estimate)) {
            changed.push("InitialEstimate");
        }
    }
    if !changed.is_empty() {
        moved(site, hand, assignable, id, before);
        hook::part(site, (Kind::RoleEffort, id), (Some(assignable), hand.by.who), "Updated", &changed);
    }
}

/// Changes a role effort.
pub(crate) fn update(site: &mut Site, hand: &Hand<'_>, id: u32, body: &Value) -> Result<(), Refusal> {
    let given = Given::read(site, hand, Kind::RoleEffort, body)?;
    let (effort, estimate) = (given.number("Effort")?, given.number("InitialEstimate")?);
    site.efforts.get(id).ok_or_else(|| Refusal::missing("RoleEffort", id))?;
    set(site, hand, id, effort, estimate);
    Ok(())
}

/// Takes a role effort away.
pub(crate) fn delete(site: &mut Site, hand: &Hand<'_>, id: u32) -> Result<(), Refusal> {
    let assignable = site.efforts.get(id).ok_or_else(|| Refusal::missing("RoleEffort", id))?.assignable;
    let before = site.items.get(assignable).map(|item| site.effort(item));
    site.efforts.remove(id);
    if let Some(item) = site.items.get_mut(assignable) {
        item.parts.efforts.retain(|kept| *kept != id);
    }
    moved(site, hand, assignable, id, before);
    hook::part(site, (Kind::RoleEffort, id), (Some(assignable), hand.by.who), "Deleted", &[]);
    Ok(())
}

/// Spreads a total that was written to an item with role efforts: the first role takes the difference. Whether anything moved.
pub(super) fn spread(site: &mut Site, item: u32, total: f64) -> bool {
    let Some(item) = site.items.get(item) else { return false };
    let (first, now) = (item.parts.efforts.first().copied(), site.effort(item));
    match first.and_then(|id| site.efforts.get_mut(id)) {
        Some(first) => {
            let wanted = (first.effort + total - now).max(0.0);
            put(&mut first.effort, wanted)
        }
        None => false,
    }
}
