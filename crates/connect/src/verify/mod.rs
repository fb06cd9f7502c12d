//! Who calls: the installation behind a request, by its token.
//!
//! [`HostTokens`] verifies what sites sign with the shared secret (pages, webhooks, context tokens, `enabled` and
//! `disabled`), [`InstallTokens`] what Atlassian signs with its own keys (`installed` and `uninstalled`). Each has one
//! algorithm and one kind of key.

mod host;
mod install;

pub use host::{Caller, HostTokens, SecretUsed};
pub use install::InstallTokens;

use crate::install_key::Away;
use crate::installation::StoreError;
use crate::token::Refusal;

/// Why nothing is known about a caller.
#[derive(Debug, thiserror::Error)]
pub enum Unverified {
    /// It is the caller's fault, or an attack. All of these are answered alike.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The key host cannot be asked; trying again may help.
    #[error(transparent)]
    Away(#[from] Away),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
