//! The hash itself, compared in constant time.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};

/// A query string hash: 64 lower-case hexadecimal digits. It is no secret, but it is compared as if it were.
#[derive(Clone, PartialEq, Eq)]
pub struct Qsh(String);

impl Qsh {
    pub(super) fn of(canonical: &str) -> Self {
        use fmt::Write as _;
        let mut text = String::with_capacity(64);
        for byte in digest(&SHA256, canonical.as_bytes()).as_ref() {
            // Writing to a text cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        Self(text)
    }

    /// The hash as the claim `qsh` has it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a claim says this hash.
    pub fn matches(&self, claim: &str) -> bool {
        verify_slices_are_equal(self.0.as_bytes(), claim.as_bytes()).is_ok()
    }
}

impl fmt::Debug for Qsh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
