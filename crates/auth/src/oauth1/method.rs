//! The signature methods (RFC 5849 sections 3.4.2 to 3.4.4), and the two with SHA-256 that providers added since.

use std::fmt;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bowline_core::secret::Secret;
use zeroize::Zeroizing;

use super::error::Error;
use super::key::PrivateKey;
use crate::percent::encode;

/// The hash inside a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// SHA-1: what RFC 5849 knows, and what Data Center's application links take.
    Sha1,
    /// SHA-256: not in the RFC, but offered by many providers.
    Sha256,
}

/// How requests are signed, with the consumer's half of what is needed for it. `Debug` shows no secret.
#[derive(Clone, Debug)]
pub enum Method {
    /// `RSA-SHA1` and `RSA-SHA256`: with the private key whose public half the provider knows. Shared secrets are
    /// not used.
    Rsa(Hash, PrivateKey),
    /// `HMAC-SHA1` and `HMAC-SHA256`: with the consumer's secret and the token's.
    Hmac(Hash, Secret),
    /// `PLAINTEXT`: the secrets themselves. Refused but over https.
    Plaintext(Secret),
}

impl Method {
    /// Its name on the wire.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Rsa(Hash::Sha1, _) => "RSA-SHA1",
            Self::Rsa(Hash::Sha256, _) => "RSA-SHA256",
            Self::Hmac(Hash::Sha1, _) => "HMAC-SHA1",
            Self::Hmac(Hash::Sha256, _) => "HMAC-SHA256",
            Self::Plaintext(_) => "PLAINTEXT",
        }
    }

    /// The value of `oauth_signature` over a base string.
    pub(super) fn signature(&self, base: &str, token: Option<&Secret>) -> Result<String, Error> {
        match self {
            Self::Rsa(hash, key) => Ok(STANDARD.encode(key.sign(*hash, base.as_bytes())?)),
            Self::Hmac(hash, secret) => {
                let algorithm = match hash {
                    Hash::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
                    Hash::Sha256 => hmac::HMAC_SHA256,
                };
                let key = hmac::Key::new(algorithm, shared(secret, token).as_bytes());
                Ok(STANDARD.encode(hmac::sign(&key, base.as_bytes())))
            }
            Self::Plaintext(secret) => Ok(shared(secret, token).to_string()),
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Both secrets, encoded, with `&` between them even where one or both are empty (section 3.4.2).
fn shared(consumer: &Secret, token: Option<&Secret>) -> Zeroizing<String> {
    let mut both = Zeroizing::new(String::new());
    encode(consumer.expose(), &mut both);
    both.push('&');
    encode(token.map(Secret::expose).unwrap_or_default(), &mut both);
    both
}
