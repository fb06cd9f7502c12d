//! Key-encryption keys: what wraps the tenants' keys, whatever it is.
//!
//! Four kinds are opened here: the key file ([`crate::keyfile`]), an RSA key ([`rsa`], whose wrappings are standard
//! CMS), a passphrase ([`passphrase`]), and whatever another process ([`Remote`]) or a program ([`Program`]) holds;
//! how lines get there and back is an [`Exchange`], and the binary's business. Several of them make a [`crate::Keyring`].

mod binding;
mod cms;
pub mod message;
pub mod passphrase;
mod remote;
pub mod rsa;
mod symmetric;

use async_trait::async_trait;
use bowline_core::port::SealError;
use bowline_core::secret::Secret;

pub use binding::{Outside, Wrapper};
pub use remote::{Exchange, Program, Remote};
pub use symmetric::Symmetric;

/// First byte of what a key-encryption key made: in which form the rest is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// An envelope of ours under AES-256-GCM.
    Envelope = 1,
    /// An authenticator (32 bytes), then CMS EnvelopedData in DER.
    Cms = 2,
    /// An authenticator (32 bytes), then what a program made.
    Outside = 3,
}

impl Form {
    /// The form of a wrapping, and the rest of it.
    pub fn of(wrapping: &[u8]) -> Option<(Self, &[u8])> {
        let (first, rest) = wrapping.split_first()?;
        let form =
            [Self::Envelope, Self::Cms, Self::Outside].into_iter().find(|form| *form as u8 == *first)?;
        Some((form, rest))
    }

    /// The word for it in lists.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Envelope => "envelope",
            Self::Cms => "cms",
            Self::Outside => "outside",
        }
    }

    /// What other programs can read of a wrapping: the CMS itself, or what the program made; nothing of an envelope.
    pub fn foreign(wrapping: &[u8]) -> Option<&[u8]> {
        match Self::of(wrapping)? {
            (Self::Envelope, _) => None,
            (Self::Cms | Self::Outside, rest) => rest.split_at_checked(binding::TAG).map(|(_, body)| body),
        }
    }
}

/// A key-encryption key. It wraps keys of 32 bytes and does nothing else.
///
/// What is wrapped for one `context` opens for no other: it says whose key it is, which, and of what version.
#[async_trait]
pub trait Kek: Send + Sync {
    /// Its public name: tells keys apart in files, rows and lists, and nothing about the key.
    fn id(&self) -> &str;

    /// What it is and where, for people: `key file /etc/bowline/key`.
    fn place(&self) -> &str;

    /// Wraps a key; the first byte of the result is its [`Form`].
    async fn wrap(&self, context: &str, key: &Secret) -> Result<Vec<u8>, SealError>;

    /// Opens what [`Kek::wrap`] made for the same context.
    async fn unwrap(&self, context: &str, wrapping: &[u8]) -> Result<Secret, SealError>;

    /// Opens CMS that somebody made with the public half of this key, and that is bound to nothing.
    async fn open_cms(&self, _cms: &[u8]) -> Result<Secret, SealError> {
        Err(SealError::Corrupt("only an RSA key opens CMS, and the one in use is none"))
    }
}

/// A public name out of 32 bytes that are public or derived one-way.
fn name(digest: &[u8]) -> String {
    let hex: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("kek_{hex}")
}
