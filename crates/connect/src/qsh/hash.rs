//! The hash itself, compared in constant time.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};

/// A query string hash: 64 lower-case hexadecimal digits. It is no secret, but it is compared as if it were.
#[derive(Clone, PartialEq, Eq)]
pub struct Qsh([u8; 64]);

impl Qsh {
    pub(super) fn of(canonical: &str) -> Self {
        let digit = |value: u8| if value < 10 { b'0' + value } else { b'a' - 10 + value };
        let hash = digest(&SHA256, canonical.as_bytes());
        let mut text = [0; 64];
        for (digits, byte) in text.chunks_exact_mut(2).zip(hash.as_ref()) {
            digits.copy_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
        }
        Self(text)
    }

    /// The hash as the claim `qsh` has it.
    pub fn as_str(&self) -> &str {
        // Digits are ASCII.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Whether a claim says this hash.
    pub fn matches(&self, claim: &str) -> bool {
        verify_slices_are_equal(&self.0, claim.as_bytes()).is_ok()
    }
}

impl fmt::Debug for Qsh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
