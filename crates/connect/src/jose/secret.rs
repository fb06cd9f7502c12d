//! The secret that a site and the app share.

use std::sync::Arc;

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign, verify};
use bowline_core::secret::Secret;

use super::Error;

/// The shortest secret, in bytes: as long as the hash (RFC 7518 section 3.2).
pub const SHORTEST_SECRET: usize = 32;

/// The longest, in bytes. Atlassian says up to 128 characters.
const LONGEST_SECRET: usize = 512;

/// A shared secret of a usable length. It cannot be printed. Copies share it, and the key that is made of it once.
#[derive(Clone, Debug)]
pub struct SharedSecret(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    secret: Secret,
    /// What the library makes of the secret; it wipes it when it is dropped.
    key: Key,
}

impl SharedSecret {
    /// Takes a secret as the `installed` event brings it; its characters are the key.
    pub fn new(secret: Secret) -> Result<Self, Error> {
        match secret.expose().len() {
            ..SHORTEST_SECRET => Err(Error::Key("the shared secret is shorter than 32 bytes")),
            SHORTEST_SECRET..=LONGEST_SECRET => {
                let key = Key::new(HMAC_SHA256, secret.expose());
                Ok(Self(Arc::new(Shared { secret, key })))
            }
            _ => Err(Error::Key("the shared secret is longer than 512 bytes")),
        }
    }

    /// The secret, for whoever seals and stores it.
    pub fn secret(&self) -> &Secret {
        &self.0.secret
    }

    /// Compared by the library in constant time.
    pub(super) fn verify(&self, message: &[u8], tag: &[u8]) -> bool {
        #[cfg(test)]
        count::add();
        verify(&self.0.key, message, tag).is_ok()
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        sign(&self.0.key, message).as_ref().to_vec()
    }
}

/// How often a secret was tried in this thread: what is to be alike for tenants that exist and that do not.
#[cfg(test)]
pub(crate) mod count {
    use std::cell::Cell;

    thread_local! {
        static TRIED: Cell<usize> = const { Cell::new(0) };
    }

    pub(super) fn add() {
        TRIED.set(TRIED.get() + 1);
    }

    pub(crate) fn take() -> usize {
        TRIED.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_as_long_as_the_hash_at_least_and_is_not_shown() {
        let of = |length: usize| SharedSecret::new(Secret::from("s".repeat(length)));
        for (length, taken) in [(0, false), (31, false), (32, true), (512, true), (513, false)] {
            assert_eq!(of(length).is_ok(), taken, "{length}");
        }
        assert!(!format!("{:?}", of(32)).contains("ss"));
    }
}
