//! Ports: what the engine needs from the world, as traits. Backends implement them; tests put fakes there.
//!
//! At most eight methods each. Reads are many small ports; there is one port to write: [`Commits`].

mod bell;
mod delegations;
mod installations;
mod kept;
mod limits;
mod outbound;
mod seal;
mod slices;
mod store;
mod streams;
mod time;
mod tool;

pub use bell::Bell;
pub use delegations::Delegations;
pub use installations::Installations;
pub use kept::KeptNames;
pub use limits::{HeldUp, LaneWaits, LimitLeft, Limits, LimitsLeft, LimitsOverall, QuotaLeft};
pub use outbound::{
    Asker, Exchange, ExchangeCall, Exchanged, Handshake, Outbound, OutboundAnswer, OutboundCall, SignError,
    Signer,
};
pub use seal::{Seal, SealError};
pub use slices::{Hold, Slice, SliceAsk, Slices, WHOLE};
pub use store::{
    ClaimAsk, Commits, Console, Desk, DirectoryEntry, Grants, InboxFilter, Keys, PENDING_LIMIT, Registry,
    Retention, SealedAsk, SealedCount, SealedRow, ShareFilter, ShareView, StoreError, Vault, WorkDepth,
    WorkQueue,
};
pub use streams::{Download, Pieces, Streams};
pub use time::{Clock, Entropy};
pub use tool::{
    Ask, Catalogue, ChangedAsk, ChangedPage, FieldKind, FieldSchema, Glimpse, Hints, MarkerAsk, Outdated,
    Tool, Tools, TypeSchema,
};
