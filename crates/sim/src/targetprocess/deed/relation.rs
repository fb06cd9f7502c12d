//! Relations between Generals. They change neither end, and are announced as resources of their own.

use serde_json::Value;

use super::given::Given;
use super::{Hand, Members, required, unknown};
use crate::frame::table::Row;
use crate::targetprocess::catalog::RelationType;
use crate::targetprocess::hook;
use crate::targetprocess::part::Relation;
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::Kind;
use crate::targetprocess::site::Site;

/// One end of a relation, and its type.
#[derive(Debug)]
pub(crate) struct Half {
    end: u32,
    kind: Row<RelationType>,
}

impl Half {
    /// Reads a relation in the body of one end; the other is named as `Master` (or `Inbound`), else as `Slave`.
    pub(super) fn read(site: &Site, hand: &Hand<'_>, is_master: bool, body: &Value) -> Result<Self, Refusal> {
        Given::read(site, hand, Kind::Relation, body)?;
        let names = if is_master { ("Master", "Inbound") } else { ("Slave", "Outbound") };
        Ok(Self { end: end(site, body, names)?, kind: kind(site, body)? })
    }
}

fn end(site: &Site, body: &Value, (old, new): (&str, &str)) -> Result<u32, Refusal> {
    let members = Members::of(body)?;
    let id = required(new, members.get(old).or(members.get(new)))?;
    site.find(Kind::General, id).map(|_| id).ok_or_else(|| unknown("General", id))
}

fn kind(site: &Site, body: &Value) -> Result<Row<RelationType>, Refusal> {
    let kind =
        Members::of(body)?.get("RelationType").ok_or_else(|| Refusal::bad("RelationType is required."))?;
    let has = |name: &str| kind.as_object().is_some_and(|kind| Members(kind).get(name).is_some());
    if has("Name") && !has("Id") {
        // A type given by name would be made on the way, which the API does not allow.
        return Err(Refusal::not_allowed("Creating a RelationType"));
    }
    let id = required("RelationType", Some(kind))?;
    site.catalog.relation_types.find(|found| found.id == id).ok_or_else(|| unknown("RelationType", id))
}

/// Makes the relation a body describes; the answer is its id.
pub(crate) fn create(site: &mut Site, hand: &Hand<'_>, body: &Value) -> Result<u32, Refusal> {
    Given::read(site, hand, Kind::Relation, body)?;
    let (master, slave) = (end(site, body, ("Master", "Inbound"))?, end(site, body, ("Slave", "Outbound"))?);
    let kind = kind(site, body)?;
    if master == slave {
        return Err(Refusal::bad("An entity cannot be related to itself."));
    }
    Ok(add(site, hand, master, true, &Half { end: slave, kind }))
}

/// Relates two Generals; the answer is the relation's id.
pub(super) fn add(site: &mut Site, hand: &Hand<'_>, one: u32, is_master: bool, half: &Half) -> u32 {
    let (master, slave) = if is_master { (one, half.end) } else { (half.end, one) };
    let id = site.relations.next_id();
    site.relations.add(Relation { id, master, slave, kind: half.kind });
    hook::part(site, (Kind::Relation, id), (Some(master), hand.by.who), "Created", &[]);
    id
}

/// Gives a relation another type or other ends.
pub(crate) fn update(site: &mut Site, hand: &Hand<'_>, id: u32, body: &Value) -> Result<(), Refusal> {
    Given::read(site, hand, Kind::Relation, body)?;
    let old = site.relations.get(id).ok_or_else(|| Refusal::missing("Relation", id))?;
    let members = Members::of(body)?;
    let named = |names: (&str, &str)| members.get(names.0).or(members.get(names.1)).is_some();
    let mut new = old.clone();
    if named(("Master", "Inbound")) {
        new.master = end(site, body, ("Master", "Inbound"))?;
    }
    if named(("Slave", "Outbound")) {
        new.slave = end(site, body, ("Slave", "Outbound"))?;
    }
    if members.get("RelationType").is_some() {
        new.kind = kind(site, body)?;
    }
    let changed = old.master != new.master || old.slave != new.slave || old.kind != new.kind;
    let master = new.master;
    if let Some(relation) = site.relations.get_mut(id) {
        *relation = new;
    }
    if changed {
        hook::part(site, (Kind::Relation, id), (Some(master), hand.by.who), "Updated", &["RelationType"]);
    }
    Ok(())
}

/// Takes a relation away.
pub(crate) fn delete(site: &mut Site, hand: &Hand<'_>, id: u32) -> Result<(), Refusal> {
    let gone = site.relations.remove(id).ok_or_else(|| Refusal::missing("Relation", id))?;
    hook::part(site, (Kind::Relation, id), (Some(gone.master), hand.by.who), "Deleted", &[]);
    Ok(())
}
