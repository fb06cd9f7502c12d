//! Tags as resources.

use serde_json::Value;

use super::Hand;
use super::given::Given;
use crate::frame::table::Name;
use crate::targetprocess::read::Thing;
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::Kind;
use crate::targetprocess::site::Site;

/// Makes a tag that is on nothing yet; the answer is its id.
pub(crate) fn create(site: &mut Site, hand: &Hand<'_>, body: &Value) -> Result<u32, Refusal> {
    let given = Given::read(site, hand, Kind::Tag, body)?;
    let name = given.filled("Name")?.ok_or_else(|| given.lacks("Name"))?;
    let name = name.trim();
    if name.contains(',') {
        return Err(Refusal::bad("A tag's name cannot have a comma in it."));
    }
    let living = site.tags.find(name).filter(|tag| !site.dead_tags.contains(tag));
    if living.is_some() {
        return Err(Refusal::bad("A tag with this name already exists."));
    }
    let tag = site.tags.intern(name);
    site.dead_tags.remove(&tag);
    Ok(tag.number())
}

/// Takes a tag away from everything it is on, and for good.
pub(crate) fn delete(site: &mut Site, hand: &Hand<'_>, tag: Name) {
    let on = |tags: &[Name]| tags.contains(&tag);
    let items: Vec<u32> = site.items.iter().filter(|item| on(&item.tags)).map(|item| item.id).collect();
    for id in items {
        let write = (crate::targetprocess::item::Deed::Update, 0, [].into());
        let changed = site.change(id, hand.by, write, |item, _, _, _| {
            item.tags.retain(|kept| *kept != tag);
            vec!["Tags"]
        });
        if let Some((changed, former)) = changed {
            crate::targetprocess::hook::item(site, id, hand.by.who, "Updated", (&changed, former.as_deref()));
        }
    }
    let generals = site.all(Kind::General);
    for thing in generals.into_iter().filter(|thing| !matches!(thing, Thing::Item(_) | Thing::Past(_))) {
        if let Some(base) = site.base_mut(thing) {
            base.tags.retain(|kept| *kept != tag);
        }
    }
    site.dead_tags.insert(tag);
}
