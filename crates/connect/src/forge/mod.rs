//! Forge Remote: what Forge sends to a server of one's own, and the manifest that asks it to.
//!
//! Every request carries a Forge invocation token (developer.atlassian.com/platform/forge/remote/essentials): signed by
//! Atlassian with a key of a published set, made for one app, and good for less than a minute. [`InvocationTokens`] verifies
//! it, [`Manifest`] generates `manifest.yml`.
//!
//! A token says which app and installation it is for, not which server. [`Intake`] takes what is verified once, and where
//! customers enter the server's address themselves, only of installations whose administrator entered a code of this server; what it
//! remembers it keeps in [`Remotes`]. [`OfflineTokens`] act for users who are not there.
//!
//! Which key set is asked and which app the token must be for is configuration. A token is never asked for either: helpers
//! that take the audience from the token let every Forge app in.

mod app_id;
mod claims;
pub mod conformance;
mod installation_id;
mod intake;
mod keys;
mod manifest;
mod memory;
mod offline;
mod pairing;
mod store;
mod verify;
mod yaml;

pub use app_id::AppId;
pub use claims::{App, Context, Environment, Installation, Invocation, Module};
pub use installation_id::InstallationId;
pub use intake::{Binding, Intake, NotTaken, Taken};
pub use keys::{KeySetUrls, KeySets};
pub use manifest::{Error as ManifestError, Manifest, Remote, RemoteApp, Tokens};
pub use memory::MemoryRemotes;
pub use offline::{ASKED_PER_MINUTE, OfflineError, OfflineTokens, OfflineUser};
pub use pairing::{CodeHash, Offer, PairingCode};
pub use store::{Once, Remotes, Used, What};
pub use verify::{InvocationTokens, Invoked, Refusal, Unverified};
