//! The bell inside one process.

use async_trait::async_trait;
use bowline_core::port::Bell;
use bowline_core::work::Lane;
use tokio::sync::Notify;

/// A bell that is heard in the same process.
///
/// A ring while nobody listens is remembered, once: the next listener hears it at once, and ten such rings are one.
/// Of several listeners one hears each ring; it claims what is due in every lane, so which lane rang does not
/// matter here.
#[derive(Debug, Default)]
pub struct Local {
    notify: Notify,
}

impl Local {
    /// A bell that has not been rung.
    pub fn new() -> Self {
        Self::default()
    }
}

#[async_trait]
impl Bell for Local {
    async fn ring(&self, _lane: Lane) {
        self.notify.notify_one();
    }

    async fn heard(&self) {
        self.notify.notified().await;
    }
}
