//! A tenant's key as it stands in its row.
//!
//! Layout: format (1 byte, now 2) · length of the name (1) · public name of the key-encryption key · when the key was
//! made (8, microseconds, big-endian) · the wrapping, as the key-encryption key made it. Whose key it is, which, its
//! version and when it was made are bound into the wrapping.

use bowline_core::commit::{KeyKind, WrappedKey};
use bowline_core::port::SealError;
use bowline_core::secret::Sealed;
use bowline_core::{TenantId, Timestamp};

const FORMAT: u8 = 2;

/// The parts of a row.
pub(crate) struct Parts<'a> {
    /// Which key-encryption key wrapped it.
    pub(crate) kek: &'a str,
    /// When the key was made.
    pub(crate) made_at: Timestamp,
    /// What the key-encryption key made.
    pub(crate) wrapping: &'a [u8],
}

/// Puts a row together. A name has at most 120 characters.
pub(crate) fn print(kek: &str, made_at: Timestamp, wrapping: &[u8]) -> Result<Sealed, SealError> {
    let length = u8::try_from(kek.len()).map_err(|_| SealError::Corrupt("a key with too long a name"))?;
    let made = made_at.as_microsecond().to_be_bytes();
    Ok(Sealed([&[FORMAT, length], kek.as_bytes(), &made, wrapping].concat()))
}

/// Takes a row apart. Nothing is proved by that.
pub(crate) fn parse(row: &Sealed) -> Result<Parts<'_>, SealError> {
    let damaged = || SealError::Corrupt("a wrapped key of an unknown format");
    let Some(([FORMAT, length], rest)) = row.0.split_first_chunk::<2>() else { return Err(damaged()) };
    let (kek, rest) = rest.split_at_checked(usize::from(*length)).ok_or_else(damaged)?;
    let (made, wrapping) = rest.split_first_chunk::<8>().ok_or_else(damaged)?;
    let made_at = Timestamp::from_microsecond(i64::from_be_bytes(*made)).map_err(|_| damaged())?;
    Ok(Parts { kek: std::str::from_utf8(kek).map_err(|_| damaged())?, made_at, wrapping })
}

/// What is bound into the wrapping. No part can hold a slash. Stable for ever.
pub(crate) fn context(tenant: TenantId, kind: KeyKind, version: i32, made_at: Timestamp) -> String {
    format!("bowline/tenant-key/{tenant}/{}/{version}/{}", kind.word(), made_at.as_microsecond())
}

/// The same for a row.
pub(crate) fn context_of(tenant: TenantId, key: &WrappedKey, made_at: Timestamp) -> String {
    context(tenant, key.kind, key.version, made_at)
}
