//! A key-encryption key that is 32 bytes: from the key file, or from a passphrase.

use async_trait::async_trait;
use aws_lc_rs::aead::RandomizedNonceKey;
use aws_lc_rs::hmac;
use bowline_core::port::SealError;
use bowline_core::secret::{Sealed, Secret};

use super::{Form, Kek, name};
use crate::envelope;

/// Bound into every wrapped key. Stable for ever: part of what was sealed.
const WRAPPING: &str = "bowline/wrapping";

/// The version in the envelopes made here; the row around them says which key-encryption key it was.
const VERSION: i32 = 1;

/// 32 bytes that wrap with AES-256-GCM. The library wipes them when dropped.
pub struct Symmetric {
    wrap: RandomizedNonceKey,
    id: String,
    place: String,
}

impl Symmetric {
    /// The same bytes are an AES key and, for the public name, an HMAC key: neither tells of the other.
    pub(crate) fn new(bytes: &[u8; 32], place: String) -> Result<Self, SealError> {
        let named = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, bytes), b"bowline/key-id");
        Ok(Self { wrap: envelope::key(bytes)?, id: name(named.as_ref()), place })
    }
}

#[async_trait]
impl Kek for Symmetric {
    fn id(&self) -> &str {
        &self.id
    }

    fn place(&self) -> &str {
        &self.place
    }

    async fn wrap(&self, context: &str, key: &Secret) -> Result<Vec<u8>, SealError> {
        let sealed = envelope::seal(&self.wrap, VERSION, &[WRAPPING, context], key.expose())?;
        Ok([&[Form::Envelope as u8], sealed.0.as_slice()].concat())
    }

    async fn unwrap(&self, context: &str, wrapping: &[u8]) -> Result<Secret, SealError> {
        match Form::of(wrapping) {
            Some((Form::Envelope, body)) => {
                envelope::open(&self.wrap, &[WRAPPING, context], &Sealed(body.to_vec()))
            }
            _ => Err(SealError::Corrupt("a wrapping of another kind of key")),
        }
    }
}
