//! Relations between items. They change neither item and are not announced.

use http::StatusCode;
use serde_json::Value;

use super::{Hand, Members, required};
use crate::targetprocess::item::Relation;
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::site::Site;

/// Makes the relation a body describes; the answer is its id.
pub(crate) fn create(site: &mut Site, hand: &Hand<'_>, body: &Value) -> Result<u32, Refusal> {
    let members = Members::of(body)?;
    for name in members.names() {
        hand.admit(name)?;
    }
    let ends = |old: &str, new: &str| required(new, members.get(old).or(members.get(new)));
    let (master, slave) = (ends("Master", "Inbound")?, ends("Slave", "Outbound")?);
    if let Some(end) = [master, slave].into_iter().find(|id| site.items.get(*id).is_none()) {
        return Err(Refusal::bad(format!("General with Id {end} not found.")));
    }
    let kind = members.get("RelationType").ok_or_else(|| Refusal::bad("RelationType is required."))?;
    if kind.get("Id").is_none() && kind.get("Name").is_some() {
        // A type given by name would be made on the way, which the API does not allow.
        return Err(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "A RelationType cannot be created."));
    }
    let kind = required("RelationType", Some(kind))?;
    let kind = site.catalog.relation_types.find(|found| found.id == kind);
    let kind = kind.ok_or_else(|| Refusal::bad("RelationType not found."))?;
    let id = site.relations.next_id();
    Ok(site.relations.add(Relation { id, master, slave, kind }))
}

/// Takes a relation away.
pub(crate) fn delete(site: &mut Site, id: u32) -> Result<(), Refusal> {
    site.relations.remove(id).map(drop).ok_or_else(|| Refusal::missing("Relation", id))
}
