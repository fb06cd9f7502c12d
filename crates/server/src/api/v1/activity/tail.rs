//! The tail of the activity: which lines are new since the last look.
//!
//! Ids rise with the time they were drawn, not with the time they were committed: two workers may swap places. So
//! a tail remembers which of the newest lines it has told, instead of only the last one.

use std::collections::BTreeSet;

use bowline_core::activity::Activity;
use bowline_core::page::{Page, PageAsk};
use bowline_core::port::{Console, StoreError};
use bowline_core::{EventId, TenantId};

/// Lines read at once.
const PAGE: u32 = 200;

/// Pages read in one look; what is older than that is told as a gap.
const PAGES: usize = 5;

/// How many told lines are remembered: more than one look can bring, so that none is told twice.
const MEMORY: usize = 2 * PAGES * PAGE as usize;

/// What was told already.
#[derive(Debug, Default)]
pub(crate) struct Tail {
    told: BTreeSet<EventId>,
    /// Everything up to here was told, or is older than what the reader wants.
    floor: Option<EventId>,
}

/// What is new, oldest first.
#[derive(Debug, Default)]
pub(crate) struct News {
    pub(crate) lines: Vec<Activity>,
    /// Whether older lines were left out.
    pub(crate) gap: bool,
}

impl Tail {
    /// Everything after a line that the reader has.
    pub(crate) fn after(last: EventId) -> Self {
        Self { told: BTreeSet::new(), floor: Some(last) }
    }

    /// Everything from now on.
    pub(crate) async fn from_now(console: &dyn Console, tenant: TenantId) -> Result<Self, StoreError> {
        let newest = console.activity(tenant, &PageAsk { after: None, limit: PAGE }).await?;
        Ok(Self { told: newest.items.iter().map(|line| line.id).collect(), floor: None }.trimmed())
    }

    /// What is new since the last call.
    pub(crate) async fn news(&mut self, console: &dyn Console, tenant: TenantId) -> Result<News, StoreError> {
        let mut news = News::default();
        let mut ask = PageAsk { after: None, limit: PAGE };
        for page in 1..=PAGES {
            let Page { items, next } = console.activity(tenant, &ask).await?;
            let before = news.lines.len();
            news.lines.extend(items.into_iter().filter(|line| self.is_new(line.id)));
            ask.after = next;
            if news.lines.len() == before || ask.after.is_none() {
                break;
            }
            news.gap = page == PAGES;
        }
        news.lines.reverse();
        self.told.extend(news.lines.iter().map(|line| line.id));
        *self = std::mem::take(self).trimmed();
        Ok(news)
    }

    fn is_new(&self, id: EventId) -> bool {
        self.floor.is_none_or(|floor| id > floor) && !self.told.contains(&id)
    }

    fn trimmed(mut self) -> Self {
        while self.told.len() > MEMORY {
            self.floor = self.told.pop_first().max(self.floor);
        }
        self
    }
}
