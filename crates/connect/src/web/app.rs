//! What the routes share.

use std::sync::Arc;

use crate::descriptor::Descriptor;
use crate::lifecycle::{Event, Lifecycle, Outcome};
use crate::qsh::BasePath;
use crate::verify::{HostTokens, Unverified};

/// Hears what came of calls, for logs and diagnostics: callers are told no more than a status.
pub trait Watcher: Send + Sync {
    /// What came of a lifecycle call.
    fn lifecycle(&self, event: Event, outcome: &Outcome);

    /// Why a caller of another route is not known. The path is without its query, which holds the token.
    fn unverified(&self, path: &str, why: &Unverified);
}

/// The descriptor says one thing, the settings of the lifecycle another.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the descriptor has `{0}`, the lifecycle is set up for `{1}`")]
pub struct Mismatch(String, String);

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
    /// An app of this descriptor. Fails if the lifecycle was set up for another key or base URL: every install would then
    /// be refused.
    pub fn new(
        descriptor: Descriptor,
        lifecycle: Lifecycle,
        host_tokens: Arc<HostTokens>,
    ) -> Result<Self, Mismatch> {
        let settings = lifecycle.settings();
        for (name, ours) in [("key", &settings.app_key), ("baseUrl", &settings.base_url)] {
            let text = descriptor.json().get(name).and_then(|value| value.as_str()).unwrap_or_default();
            if text != ours.trim_end_matches('/') {
                return Err(Mismatch(text.to_owned(), ours.clone()));
            }
        }
        let (key, base) = (settings.app_key.clone(), lifecycle.base().clone());
        Ok(Self { key, base, descriptor, lifecycle, host_tokens, watcher: None })
    }

    /// Tells `watcher` what comes of calls.
    #[must_use]
    pub fn watched_by(mut self, watcher: Arc<dyn Watcher>) -> Self {
        self.watcher = Some(watcher);
        self
    }
}
