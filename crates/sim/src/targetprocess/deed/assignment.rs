//! Assigning people to items in roles. Assignments are appended, never replaced; taking one away is a delete.

use serde_json::Value;

use super::given::Given;
use super::{Hand, Members, required, touch, unknown};
use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::targetprocess::catalog::Role;
use crate::targetprocess::hook;
use crate::targetprocess::item::Deed;
use crate::targetprocess::part::Assignment;
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::Kind;
use crate::targetprocess::site::Site;

/// An assignment to be made.
#[derive(Debug)]
pub(crate) struct New {
    user: Person,
    role: Row<Role>,
}

impl New {
    /// Reads whom a body names (`GeneralUser`, `Role`).
    pub(super) fn read(site: &Site, hand: &Hand<'_>, body: &Value) -> Result<Self, Refusal> {
        let given = Given::read(site, hand, Kind::Assignment, body)?;
        Ok(Self {
            user: given.person("GeneralUser")?.flatten().ok_or_else(|| given.lacks("GeneralUser"))?,
            role: given.role("Role")?.flatten().ok_or_else(|| given.lacks("Role"))?,
        })
    }

    /// The same for somebody known.
    pub(crate) fn of(user: Person, role: Row<Role>) -> Self {
        Self { user, role }
    }
}

/// Makes the assignment a body describes; the answer is its id.
pub(crate) fn create(site: &mut Site, hand: &Hand<'_>, body: &Value) -> Result<u32, Refusal> {
    let new = New::read(site, hand, body)?;
    let assignable = assignable(site, body)?;
    Ok(add(site, hand, assignable, &new))
}

/// The item a body names as its `Assignable`.
pub(super) fn assignable(site: &Site, body: &Value) -> Result<u32, Refusal> {
    let id = required("Assignable", Members::of(body)?.get("Assignable"))?;
    site.find(Kind::Assignable, id).map(|_| id).ok_or_else(|| unknown("Assignable", id))
}

/// Assigns somebody to an item; the answer is the assignment's id.
pub(crate) fn add(site: &mut Site, hand: &Hand<'_>, assignable: u32, new: &New) -> u32 {
    let id = site.assignments.next_id();
    site.assignments.add(Assignment { id, assignable, user: new.user, role: new.role });
    if let Some(item) = site.items.get_mut(assignable) {
        item.parts.assignments.push(id);
    }
    touch(site, hand, assignable, (Deed::Assign, id), Vec::new());
    hook::part(site, (Kind::Assignment, id), (Some(assignable), hand.by.who), "Created", &[]);
    id
}

/// Gives an assignment another person or role.
pub(crate) fn update(site: &mut Site, hand: &Hand<'_>, id: u32, body: &Value) -> Result<(), Refusal> {
    let given = Given::read(site, hand, Kind::Assignment, body)?;
    let (user, role) = (given.person("GeneralUser")?.flatten(), given.role("Role")?.flatten());
    let assignment = site.assignments.get_mut(id).ok_or_else(|| Refusal::missing("Assignment", id))?;
    let mut changed = Vec::new();
    if user.is_some_and(|user| super::apply::put(&mut assignment.user, user)) {
        changed.push("GeneralUser");
    }
    if role.is_some_and(|role| super::apply::put(&mut assignment.role, role)) {
        changed.push("Role");
    }
    let assignable = assignment.assignable;
    if !changed.is_empty() {
        touch(site, hand, assignable, (Deed::Assign, id), Vec::new());
        hook::part(site, (Kind::Assignment, id), (Some(assignable), hand.by.who), "Updated", &changed);
    }
    Ok(())
}

/// Takes an assignment away.
pub(crate) fn delete(site: &mut Site, hand: &Hand<'_>, id: u32) -> Result<(), Refusal> {
    let assignment = site.assignments.remove(id).ok_or_else(|| Refusal::missing("Assignment", id))?;
    let assignable = assignment.assignable;
    if let Some(item) = site.items.get_mut(assignable) {
        item.parts.assignments.retain(|kept| *kept != id);
    }
    touch(site, hand, assignable, (Deed::Unassign, id), Vec::new());
    hook::part(site, (Kind::Assignment, id), (Some(assignable), hand.by.who), "Deleted", &[]);
    Ok(())
}
