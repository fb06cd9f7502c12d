//! Forge Remote: what Forge sends to a server of one's own, and the manifest that asks it to.
//!
//! Every request carries a Forge invocation token (developer.atlassian.com/platform/forge/remote/essentials): signed by
//! Atlassian with a key of a published set, made for one app, and good for less than a minute. [`InvocationTokens`] verifies
//! it, [`Manifest`] generates `manifest.yml`.
//!
//! Which key set is asked and which app the token must be for is configuration. A token is never asked for either: helpers
//! that take the audience from the token let every Forge app in.

mod app_id;
mod claims;
mod keys;
mod manifest;
mod verify;
mod yaml;

pub use app_id::AppId;
pub use claims::{App, Context, Environment, Installation, Invocation, Module};
pub use keys::{KeySetUrls, KeySets};
pub use manifest::{Error as ManifestError, Manifest, Remote, RemoteApp, Tokens};
pub use verify::{InvocationTokens, Invoked, Refusal, Unverified};
