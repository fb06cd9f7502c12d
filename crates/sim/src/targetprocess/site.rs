//! A whole simulated Targetprocess: settings, items, webhook, and the one way items change.

use std::sync::Arc;

use crate::WebhookTarget;
use crate::frame::call::Person;
use crate::frame::slab::Slab;
use crate::frame::stale::Stale;
use crate::frame::table::{Name, Names};
use crate::frame::world::Frame;
use crate::targetprocess::catalog::Catalog;
use crate::targetprocess::item::{Assignment, Comment, Deed, Item, Relation, Via, Write};

/// The id of the first item. Projects, releases and iterations are numbered below: ids are global over all of them.
pub(crate) const FIRST_ITEM: u32 = 1_000;

/// Behaviour that can be switched because the vendor's is not known, or differs between sites.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Switches {
    /// A comment counts as a change of its item: `EntityVersion` and `ModifyDate` move.
    pub(crate) comment_bumps: bool,
    /// Webhooks about comments and assignments name the item in a member `general`.
    pub(crate) general_in_hooks: bool,
}

/// Who changes something, and by which way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct By {
    pub(crate) who: Person,
    pub(crate) via: Via,
}

/// A deleted item, for oracles.
#[derive(Clone, Debug)]
pub(crate) struct Gone {
    pub(crate) id: u32,
    pub(crate) at: i64,
    pub(crate) who: Person,
}

/// A simulated Targetprocess. A copy of it is a snapshot: items are shared until one changes.
#[derive(Clone)]
pub(crate) struct Site {
    pub(crate) frame: Frame,
    /// The base URL without a slash at its end.
    pub(crate) base: String,
    pub(crate) catalog: Catalog,
    /// Names of members in write records.
    pub(crate) names: Names,
    pub(crate) tags: Names,
    pub(crate) items: Slab<Item>,
    pub(crate) comments: Slab<Comment>,
    pub(crate) assignments: Slab<Assignment>,
    pub(crate) relations: Slab<Relation>,
    pub(crate) hook: Option<WebhookTarget>,
    pub(crate) switches: Switches,
    pub(crate) gone: Vec<Gone>,
    pub(crate) stale: Stale<Item>,
}

impl Site {
    /// A Targetprocess with settings and no items.
    pub(crate) fn new(frame: Frame, base: String, catalog: Catalog, switches: Switches) -> Self {
        Self {
            frame,
            base,
            catalog,
            names: Names::default(),
            tags: Names::default(),
            items: Slab::new(FIRST_ITEM),
            comments: Slab::new(1),
            assignments: Slab::new(1),
            relations: Slab::new(1),
            hook: None,
            switches,
            gone: Vec::new(),
            stale: Stale::default(),
        }
    }

    /// Adds a new item.
    pub(crate) fn add(&mut self, item: Item) -> u32 {
        self.stale.keep(item.created, self.frame.faults.index_lag(), item.id, || None);
        self.items.add(item)
    }

    /// Takes an item out, with its comments, assignments and relations.
    pub(crate) fn remove(&mut self, id: u32, who: Person) -> Option<Arc<Item>> {
        let at = self.frame.clock.now();
        self.keep_former(at, id);
        let item = self.items.remove(id)?;
        for comment in &item.comments {
            self.comments.remove(*comment);
        }
        for assignment in &item.assignments {
            self.assignments.remove(*assignment);
        }
        let related = self.relations.iter().filter(|relation| relation.master == id || relation.slave == id);
        for relation in related.map(|relation| relation.id).collect::<Vec<_>>() {
            self.relations.remove(relation);
        }
        self.gone.push(Gone { id, at, who });
        Some(item)
    }

    /// Changes an item: `apply` answers the names of the fields that changed, and gets the time of the change.
    ///
    /// `EntityVersion` and `ModifyDate` move, strictly, if any did.
    pub(crate) fn change(
        &mut self,
        id: u32,
        by: By,
        write: (Deed, u32, Box<[Name]>),
        apply: impl FnOnce(&mut Item, &Catalog, &mut Names, i64) -> Vec<&'static str>,
    ) -> Option<Vec<&'static str>> {
        let now = self.frame.clock.now();
        self.keep_former(now, id);
        let item = self.items.get_mut(id)?;
        let at = now.max(item.modified + 1);
        let changed = apply(item, &self.catalog, &mut self.tags, at);
        if !changed.is_empty() {
            item.modified = at;
            item.version += 1;
            item.editor = by.who;
        }
        let (deed, part, fields) = write;
        item.writes.push(Write { at: now, who: by.who, via: by.via, deed, part, fields });
        Some(changed)
    }

    fn keep_former(&mut self, now: i64, id: u32) {
        let Self { stale, items, frame, .. } = self;
        stale.keep(now, frame.faults.index_lag(), id, || items.share(id));
    }
}
