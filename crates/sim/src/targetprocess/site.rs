//! A whole simulated Targetprocess: settings, items, webhook, and the one way items change.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::WebhookTarget;
use crate::frame::call::Person;
use crate::frame::slab::Slab;
use crate::frame::stale::Stale;
use crate::frame::table::{Name, Names};
use crate::frame::world::Frame;
use crate::targetprocess::access::session::Sessions;
use crate::targetprocess::catalog::Catalog;
use crate::targetprocess::hook::Shape;
use crate::targetprocess::item::{Deed, Item, Via, Write};
use crate::targetprocess::part::{
    Assignment, Attachment, Comment, Conversion, Gone, Record, Relation, RoleEffort, TeamAssignment, Time,
};

/// The id of the first item. Projects, releases and iterations of a fresh simulator are numbered below, and those made
/// later among the items: ids are global over all Generals.
pub(crate) const FIRST_ITEM: u32 = 1_000;

/// How many streams an account may read at once (developer hub, "Result": Streaming).
pub(crate) const STREAMS: usize = 10;

/// Behaviour that can be switched because the vendor's is not known, or differs between sites.
#[derive(Clone, Debug)]
pub(crate) struct Switches {
    /// A comment counts as a change of its item: `EntityVersion` and `ModifyDate` move.
    pub(crate) comment_bumps: bool,
    /// Webhooks about comments and assignments name the item in a member `general`.
    pub(crate) general_in_hooks: bool,
    /// Filters of v1 that the product does not support are answered as it answers them, instead of with 400: an `or` finds
    /// nothing, a path through a collection is passed over.
    pub(crate) silent_filters: bool,
    /// How many bytes a file may have.
    pub(crate) file_limit: u64,
    /// How far the server's clock is ahead of UTC, in minutes.
    pub(crate) offset: i32,
    /// What webhooks look like.
    pub(crate) hook: Shape,
}

/// Who changes something, and by which way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct By {
    pub(crate) who: Person,
    pub(crate) via: Via,
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
    /// Tags that were deleted.
    pub(crate) dead_tags: HashSet<Name>,
    pub(crate) items: Slab<Item>,
    pub(crate) comments: Slab<Comment>,
    pub(crate) attachments: Slab<Attachment>,
    pub(crate) assignments: Slab<Assignment>,
    pub(crate) team_assignments: Slab<TeamAssignment>,
    pub(crate) efforts: Slab<RoleEffort>,
    pub(crate) relations: Slab<Relation>,
    pub(crate) times: Slab<Time>,
    pub(crate) conversions: Slab<Conversion>,
    pub(crate) history: Slab<Record>,
    /// Deleted items by id.
    pub(crate) gone: BTreeMap<u32, Gone>,
    pub(crate) sessions: Sessions,
    pub(crate) hook: Option<WebhookTarget>,
    pub(crate) switches: Switches,
    pub(crate) stale: Stale<Item>,
    /// The last `EntityVersion` that was given out: one counter for the whole site, as live answers show.
    pub(crate) version: u32,
    /// Places for streams.
    pub(crate) streams: Arc<Semaphore>,
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
            dead_tags: HashSet::new(),
            items: Slab::new(FIRST_ITEM),
            comments: Slab::new(1),
            attachments: Slab::new(1),
            assignments: Slab::new(1),
            team_assignments: Slab::new(1),
            efforts: Slab::new(1),
            relations: Slab::new(1),
            times: Slab::new(1),
            conversions: Slab::new(1),
            history: Slab::new(1),
            gone: BTreeMap::new(),
            sessions: Sessions::default(),
            hook: None,
            switches,
            stale: Stale::default(),
            version: 0,
            streams: Arc::new(Semaphore::new(STREAMS)),
        }
    }

    /// The next `EntityVersion`.
    pub(crate) fn next_version(&mut self) -> u32 {
        self.version = self.version.saturating_add(1);
        self.version
    }

    /// Adds a new item.
    pub(crate) fn add(&mut self, item: Item) -> u32 {
        self.stale.keep(item.created, self.frame.faults.index_lag(), item.id, || None);
        let id = self.items.add(item);
        self.record(id, Vec::new());
        id
    }

    /// Changes an item: `apply` answers the names of the fields that changed, and gets the time of the change.
    ///
    /// `EntityVersion` and `ModifyDate` move, strictly, if any did. The answer has the item as it was, for webhooks.
    pub(crate) fn change(
        &mut self,
        id: u32,
        by: By,
        write: (Deed, u32, Box<[Name]>),
        apply: impl FnOnce(&mut Item, &Catalog, &mut Names, i64) -> Vec<&'static str>,
    ) -> Option<(Vec<&'static str>, Option<Box<Item>>)> {
        let now = self.frame.clock.now();
        self.keep_former(now, id);
        // Only a webhook with a shape of its own looks at what was before.
        let before = self.hook.is_some() && self.switches.hook.wants_before();
        let item = self.items.get_mut(id)?;
        let former = before.then(|| Box::new(item.clone()));
        let at = now.max(item.modified + 1);
        let changed = apply(item, &self.catalog, &mut self.tags, at);
        let tags = item.tags.clone();
        let (deed, part, fields) = write;
        item.writes.push(Write { at: now, who: by.who, via: by.via, deed, part, fields });
        if changed.is_empty() {
            return Some((changed, former));
        }
        for tag in tags {
            self.dead_tags.remove(&tag);
        }
        let version = self.next_version();
        if let Some(item) = self.items.get_mut(id) {
            item.modified = at;
            item.version = version;
            item.editor = by.who;
        }
        self.record(id, changed.clone());
        Some((changed, former))
    }

    /// Remembers an item as it is now, for searches that lag behind.
    pub(crate) fn keep_former(&mut self, now: i64, id: u32) {
        let Self { stale, items, frame, .. } = self;
        stale.keep(now, frame.faults.index_lag(), id, || items.share(id));
    }
}
