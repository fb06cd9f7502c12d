//! The public keys with which Atlassian signs lifecycle calls.
//!
//! The header of a call names a key; [`InstallKeys`] finds it. [`KeyHost`] asks Atlassian, [`CachedKeys`] remembers. Which
//! host is asked is configuration: nothing of the request but the checked name goes into the URL.

mod cache;
mod host;
mod key_id;

use async_trait::async_trait;

pub use cache::{CachedKeys, Limits};
pub use host::{KeyHost, Region};
pub use key_id::{KeyId, KeyNames};

use crate::jose::RsaKey;

/// The key could not be asked for: the key host did not answer, or not with a key. Trying again may help.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key host cannot be asked: {0}")]
pub struct Away(pub String);

/// Finds keys by name.
#[async_trait]
pub trait InstallKeys: Send + Sync {
    /// The key; `None` if the host says that there is none of this name.
    async fn find(&self, kid: &KeyId) -> Result<Option<RsaKey>, Away>;
}
