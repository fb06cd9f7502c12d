//! What a look came to: for metrics, logs and the worker loop. The database knows it already.

use bowline_core::activity::Deed;
use bowline_core::event::InboxState;
use bowline_core::failure::Failure;
use bowline_core::port::{SealError, StoreError};
use bowline_core::{Code, Side, SignedDuration};

/// What a look came to.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// What was done, in order.
    pub deeds: Vec<(Deed, Option<Side>)>,
    /// Calls that changed a tool.
    pub writes: u32,
    /// From the first hint received to the last write read back.
    pub delay: Option<SignedDuration>,
    /// How the deliveries it was about stand now, and how many there were.
    pub closed: Option<(InboxState, usize)>,
    /// Why it stopped early; it will be looked at again.
    pub failure: Option<Code>,
    /// Whether somebody else holds the entity by now. Nothing more was written.
    pub lost: bool,
}

/// Why a look stopped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stop {
    /// A tool failed, on this side.
    #[error("{1}")]
    Tool(Option<Side>, #[source] Failure),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A sealed value could not be made or opened.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A stored thing cannot be read: the profile document or the packed base.
    #[error("{0}")]
    Unreadable(&'static str),
}

/// Puts the side to a tool's failure.
pub(crate) trait OnSide<T> {
    /// The same result, with the side that failed.
    fn on(self, side: Side) -> Result<T, Stop>;
}

impl<T> OnSide<T> for Result<T, Failure> {
    fn on(self, side: Side) -> Result<T, Stop> {
        self.map_err(|failure| Stop::Tool(Some(side), failure))
    }
}
