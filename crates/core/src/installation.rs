//! Installations: sites that have installed our app, as rows.
//!
//! What a site may do, and what its lifecycle calls change, is `connect`'s business; what the document of a row says is
//! `auth`'s. Here is what storage has to tell apart. The secrets are sealed rows of their own.

use jiff::Timestamp;

use crate::id::{ConnectionId, InstallationId, SecretId, TenantId};

/// One site that installed the app, or had it installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    /// The customer it belongs to.
    pub tenant: TenantId,
    /// Its identifier.
    pub id: InstallationId,
    /// The site's own name for our app, or Forge's name for the installation: opaque, and never an address. The directory
    /// finds the row by its hash.
    pub client_key: String,
    /// The connection that stands for the site; none for a product that is not synced. A person may have dropped it.
    pub connection: Option<ConnectionId>,
    /// The sealed secret that site and app share; none once the app is gone.
    pub secret: Option<SecretId>,
    /// The one before, for a few minutes.
    pub previous: Option<Replaced>,
    /// Everything else that is known of the site, as JSON. It holds no secret.
    pub document: String,
    /// Raised by one at every change; 0 before it is stored.
    pub revision: i64,
}

/// A secret that another has taken the place of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// The sealed secret.
    pub secret: SecretId,
    /// When it is to be wiped.
    pub until: Timestamp,
}

/// A token of a lifecycle call that was used, as hashes (SHA-256). It belongs to no customer: who sent it may not be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsedToken {
    /// Of the token.
    pub token: [u8; 32],
    /// Of the body it came with.
    pub body: [u8; 32],
    /// When the token certainly is not good any more.
    pub until: Timestamp,
}
