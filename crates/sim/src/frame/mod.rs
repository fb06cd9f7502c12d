//! What all simulators share: the clock, faults, webhook delivery, the recorder, the control API and the server.
//!
//! The products themselves are in [`crate::jira`] and [`crate::targetprocess`]; they meet this module at
//! [`world::World`].

pub(crate) mod answer;
pub(crate) mod call;
pub(crate) mod clock;
pub(crate) mod consent;
pub(crate) mod control;
pub(crate) mod cut;
pub(crate) mod delivery;
pub(crate) mod door;
pub(crate) mod faults;
pub(crate) mod glob;
pub(crate) mod locked;
pub(crate) mod oauth;
pub(crate) mod page;
pub(crate) mod path;
pub(crate) mod random;
pub(crate) mod recorder;
pub(crate) mod serve;
pub(crate) mod served;
pub(crate) mod shown;
pub(crate) mod slab;
pub(crate) mod slow;
pub(crate) mod snapshot;
pub(crate) mod spool;
pub(crate) mod stale;
pub(crate) mod table;
pub(crate) mod transcript;
pub(crate) mod upload;
pub(crate) mod world;
