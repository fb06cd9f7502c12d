//! What the routes share.

use std::sync::Arc;

use crate::descriptor::Descriptor;
use crate::lifecycle::{Event, Lifecycle, Outcome};
use crate::qsh::{self, BasePath};
use crate::verify::{HostTokens, Unverified};

/// Hears what came of calls, for logs and diagnostics: callers are told no more than a status.
pub trait Watcher: Send + Sync {
    /// What came of a lifecycle call.
    fn lifecycle(&self, event: Event, outcome: &Outcome);

    /// Why a caller of another route is not known. The path is without its query, which holds the token.
    fn unverified(&self, path: &str, why: &Unverified);
}

/// An app: the state of its routes.
pub struct App {
    pub(super) key: String,
    pub(super) base: BasePath,
    pub(super) descriptor: Descriptor,
    pub(super) lifecycle: Lifecycle,
    pub(super) host_tokens: Arc<HostTokens>,
    pub(super) watcher: Option<Arc<dyn Watcher>>,
}

impl App {
    /// An app of this descriptor. Key and base URL are those of the descriptor; fails if the base URL is none.
    pub fn new(
        descriptor: Descriptor,
        lifecycle: Lifecycle,
        host_tokens: Arc<HostTokens>,
    ) -> Result<Self, qsh::Error> {
        let text =
            |name: &str| descriptor.json().get(name).and_then(|value| value.as_str()).unwrap_or_default();
        let (key, base) = (text("key").to_owned(), BasePath::of(text("baseUrl"))?);
        Ok(Self { key, base, descriptor, lifecycle, host_tokens, watcher: None })
    }

    /// Tells `watcher` what comes of calls.
    #[must_use]
    pub fn watched_by(mut self, watcher: Arc<dyn Watcher>) -> Self {
        self.watcher = Some(watcher);
        self
    }
}
