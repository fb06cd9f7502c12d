//! A store whose commits fail, hang, or come second.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bowline_core::TenantId;
use bowline_core::commit::{Change, Commit};
use bowline_core::port::{Commits, StoreError};
use bowline_store::Store;

/// Writes, until it is broken.
pub(crate) struct Breakable {
    store: Store,
    broken: AtomicBool,
    stalled: AtomicBool,
    first: Mutex<Option<Commit>>,
}

impl Breakable {
    pub(super) fn new(store: Store) -> Self {
        Self {
            store,
            broken: AtomicBool::new(false),
            stalled: AtomicBool::new(false),
            first: Mutex::new(None),
        }
    }

    /// Somebody else writes just before the next commit.
    pub(crate) fn before_the_next(&self, tenant: TenantId, changes: Vec<Change>) {
        let at = bowline_core::Timestamp::UNIX_EPOCH;
        *self.first.lock().unwrap() = Some(Commit { tenant, fence: None, changes, at });
    }

    /// From now on nothing is answered.
    pub(crate) fn stall(&self) {
        self.stalled.store(true, Ordering::SeqCst);
    }

    pub(crate) fn break_now(&self) {
        self.broken.store(true, Ordering::SeqCst);
    }
}

#[async_trait]
impl Commits for Breakable {
    async fn commit(&self, commit: Commit) -> Result<(), StoreError> {
        if self.broken.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable(Arc::new(std::io::Error::other("the disk is full"))));
        }
        if self.stalled.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        let first = self.first.lock().unwrap().take();
        if let Some(first) = first {
            self.store.commit(first).await.unwrap();
        }
        self.store.commit(commit).await
    }
}
