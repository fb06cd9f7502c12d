//! Putting files on Generals, describing them and taking them off. What they are on does not change by it.

use std::sync::Arc;

use serde_json::Value;

use super::apply::put;
use super::given::Given;
use super::{Hand, touch};
use crate::frame::upload::Arrived;
use crate::targetprocess::hook;
use crate::targetprocess::item::Deed;
use crate::targetprocess::part::Attachment;
use crate::targetprocess::read::Thing;
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::Kind;
use crate::targetprocess::site::Site;

/// Puts files that were received on a General; the answer is their ids.
pub(crate) fn add(site: &mut Site, hand: &Hand<'_>, general: u32, files: &[Arrived]) -> Vec<u32> {
    let mut ids = Vec::new();
    for file in files {
        let (id, created) = (site.attachments.next_id(), site.frame.clock.now());
        site.attachments.add(Attachment {
            id,
            general,
            name: file.title().into(),
            description: None,
            media: file.media().into(),
            owner: hand.by.who,
            created,
            content: Arc::clone(&file.content),
        });
        list(site, general, |kept| kept.push(id));
        tell(site, hand, (general, id), Deed::Attach, ("Created", &[]));
        ids.push(id);
    }
    ids
}

/// Changes the list of files of a General.
fn list(site: &mut Site, general: u32, change: impl FnOnce(&mut Vec<u32>)) {
    match site.find(Kind::General, general) {
        Some(Thing::Item(id)) => {
            if let Some(item) = site.items.get_mut(id) {
                change(&mut item.parts.attachments);
            }
        }
        Some(other) => {
            if let Some(base) = site.base_mut(other) {
                change(&mut base.attachments);
            }
        }
        None => {}
    }
}

fn tell(
    site: &mut Site,
    hand: &Hand<'_>,
    (general, id): (u32, u32),
    deed: Deed,
    (modification, changed): (&'static str, &[&str]),
) {
    touch(site, hand, general, (deed, id), Vec::new());
    hook::part(site, (Kind::Attachment, id), (Some(general), hand.by.who), modification, changed);
}

/// Gives a file another name or description.
pub(crate) fn update(site: &mut Site, hand: &Hand<'_>, id: u32, body: &Value) -> Result<(), Refusal> {
    let given = Given::read(site, hand, Kind::Attachment, body)?;
    let (name, description) = (given.filled("Name")?, given.text("Description")?);
    let file = site.attachments.get_mut(id).ok_or_else(|| Refusal::missing("Attachment", id))?;
    let mut changed = Vec::new();
    if name.is_some_and(|name| put(&mut file.name, name)) {
        changed.push("Name");
    }
    if description.is_some_and(|text| put(&mut file.description, text)) {
        changed.push("Description");
    }
    let general = file.general;
    if !changed.is_empty() {
        tell(site, hand, (general, id), Deed::Attach, ("Updated", &changed));
    }
    Ok(())
}

/// Takes a file off for good.
pub(crate) fn delete(site: &mut Site, hand: &Hand<'_>, id: u32) -> Result<(), Refusal> {
    let file = site.attachments.remove(id).ok_or_else(|| Refusal::missing("Attachment", id))?;
    list(site, file.general, |kept| kept.retain(|one| *one != id));
    tell(site, hand, (file.general, id), Deed::Detach, ("Deleted", &[]));
    Ok(())
}
