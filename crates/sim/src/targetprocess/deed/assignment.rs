//! Assigning people to items in roles. Assignments are appended, never replaced; taking one away is a delete.

use serde_json::Value;

use super::{Hand, Members, named, required};
use crate::targetprocess::hook;
use crate::targetprocess::item::{Assignment, Deed};
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::site::Site;

/// Makes the assignment a body describes; the answer is its id.
pub(crate) fn create(site: &mut Site, hand: &Hand<'_>, body: &Value) -> Result<u32, Refusal> {
    let assignable = required("Assignable", Members::of(body)?.get("Assignable"))?;
    add(site, hand, assignable, body)
}

/// Assigns whom a body names (`GeneralUser`, `Role`) to an item; the answer is the assignment's id.
pub(crate) fn add(site: &mut Site, hand: &Hand<'_>, assignable: u32, body: &Value) -> Result<u32, Refusal> {
    let members = Members::of(body)?;
    for name in members.names() {
        hand.admit(name)?;
    }
    let user = required("GeneralUser", members.get("GeneralUser"))?;
    let role = required("Role", members.get("Role"))?;
    let missing = |what: &str, id: u32| Refusal::bad(format!("{what} with Id {id} not found."));
    let user = site.catalog.person(|account| account.id == user).ok_or_else(|| missing("User", user))?;
    let role = site.catalog.roles.find(|found| found.id == role).ok_or_else(|| missing("Role", role))?;
    if site.items.get(assignable).is_none() {
        return Err(missing("Assignable", assignable));
    }
    let id = site.assignments.next_id();
    site.assignments.add(Assignment { id, assignable, user, role });
    let write = (Deed::Assign, id, named(&mut site.names, std::iter::empty()));
    site.change(assignable, hand.by, write, |item, _, _, _| {
        item.assignments.push(id);
        Vec::new()
    });
    hook::assignment(site, id, assignable, hand.by.who, "Created");
    Ok(id)
}

/// Takes an assignment away.
pub(crate) fn delete(site: &mut Site, hand: &Hand<'_>, id: u32) -> Result<(), Refusal> {
    let assignment = site.assignments.remove(id).ok_or_else(|| Refusal::missing("Assignment", id))?;
    let write = (Deed::Unassign, id, named(&mut site.names, std::iter::empty()));
    site.change(assignment.assignable, hand.by, write, |item, _, _, _| {
        item.assignments.retain(|kept| *kept != id);
        Vec::new()
    });
    hook::assignment(site, id, assignment.assignable, hand.by.who, "Deleted");
    Ok(())
}
