//! Fingerprints: what we remember of a value instead of the value.
//!
//! HMAC-SHA-256 under the tenant's fingerprint key, cut to 128 bits: enough that no two values of one field
//! ever meet by chance, and short enough that a share's whole state stays near half a kilobyte. Without the key
//! a stolen database tells nothing about what a field held (`docs/adr/0003-fingerprints.md`).

use std::fmt;

use crate::item::FieldName;

/// The fingerprint of one value in one field.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub [u8; 16]);

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, ..] = self.0;
        write!(f, "{a:02x}{b:02x}{c:02x}{d:02x}…")
    }
}

/// Takes fingerprints for one tenant. Pure: the same bytes always give the same answer.
pub trait Fingerprinter: Send + Sync {
    /// The fingerprint of a value in normal form. The field's name is part of it, so that equal values in two
    /// fields cannot be told to be equal.
    fn of(&self, field: &FieldName, normal: &[u8]) -> Fingerprint;
}
