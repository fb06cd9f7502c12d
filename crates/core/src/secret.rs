//! Secrets in memory and secrets at rest.
//!
//! A [`Secret`] cannot be printed or serialised and is wiped when dropped; a [`Sealed`] is ciphertext, safe to
//! store. Turning one into the other is the `Seal` port, implemented in `auth` and nowhere else.

use std::fmt;

use secrecy::{ExposeSecret, SecretSlice};
use serde::Serialize;

/// Something that must not be seen: a token, a password, a webhook secret, issue text on its way into a seal.
///
/// Neither `Debug`, `Display` nor `Serialize` shows it.
#[derive(Clone)]
pub struct Secret(SecretSlice<u8>);

impl Secret {
    /// Takes the bytes; the caller's copy is the caller's to wipe.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(SecretSlice::from(bytes))
    }

    /// The bytes. Call this only where they leave for the vendor or enter a cipher.
    pub fn expose(&self) -> &[u8] {
        self.0.expose_secret()
    }

    /// The bytes as text; empty if they are not UTF-8 (a secret typed by a person always is).
    pub fn expose_text(&self) -> &str {
        std::str::from_utf8(self.expose()).unwrap_or_default()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text.into_bytes())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Ciphertext with everything needed to open it but the key.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(pub Vec<u8>);

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

impl Sealed {
    /// How every value begins that is sealed under this version of the tenant's data key: the format (1 byte) and
    /// the version (4 bytes, big-endian), so that a database can count and find them without opening any.
    pub const fn beginning(version: i32) -> [u8; 5] {
        let [a, b, c, d] = version.to_be_bytes();
        [1, a, b, c, d]
    }

    /// The version of the data key that a value claims to be sealed under; `None` for another format. Only opening
    /// it proves the claim.
    pub fn version(&self) -> Option<i32> {
        match self.0.split_first_chunk::<5>() {
            Some(([1, version @ ..], _)) => Some(i32::from_be_bytes(*version)),
            _ => None,
        }
    }
}

/// A place where sealed values lie; each is one column of one table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shelf {
    /// Credentials of every layer, webhook secrets, and what sites that installed our app share with it.
    Secrets,
    /// Bodies of deliveries that could not be read.
    ParkedBodies,
    /// Vendors' own words on findings.
    VendorWords,
    /// Values that lost a conflict.
    ConflictLosers,
    /// What browser sign-ins under way remember.
    Authorizations,
}

impl Shelf {
    /// Every shelf.
    pub const ALL: [Self; 5] =
        [Self::Secrets, Self::ParkedBodies, Self::VendorWords, Self::ConflictLosers, Self::Authorizations];

    /// What the values on it can be for.
    pub const fn purposes(self) -> &'static [Purpose] {
        match self {
            Self::Secrets => &[
                Purpose::Credential,
                Purpose::WebhookSecret,
                Purpose::GrantTokens,
                Purpose::ClientCertificate,
                Purpose::GatewayKey,
                Purpose::SharedSecret,
            ],
            Self::ParkedBodies => &[Purpose::ParkedBody],
            Self::VendorWords => &[Purpose::VendorWords],
            Self::ConflictLosers => &[Purpose::ConflictLoser],
            Self::Authorizations => &[Purpose::Authorization],
        }
    }

    /// The word for it in lists.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Secrets => "secrets",
            Self::ParkedBodies => "parked_bodies",
            Self::VendorWords => "vendor_words",
            Self::ConflictLosers => "conflict_losers",
            Self::Authorizations => "authorizations",
        }
    }
}

/// What a sealed value is for; bound into the ciphertext, so that it opens nowhere else.
///
/// The words are stable for ever: they are part of what was sealed, never a table or column name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// What a connection signs in with.
    Credential,
    /// The tokens of a grant.
    GrantTokens,
    /// What a browser sign-in must remember and nobody may see: the PKCE verifier, a request token's secret.
    Authorization,
    /// A client certificate with its key.
    ClientCertificate,
    /// What a gateway in front of the tool is shown.
    GatewayKey,
    /// What a site and our app share: each signs with it.
    SharedSecret,
    /// What a webhook sender proves itself with.
    WebhookSecret,
    /// A delivery that could not be read, kept for a person to look at.
    ParkedBody,
    /// The vendor's own words about a failure; they may quote an item.
    VendorWords,
    /// The value that lost a conflict.
    ConflictLoser,
}

impl Purpose {
    /// The word bound into the ciphertext.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Credential => "credential",
            Self::GrantTokens => "grant-tokens",
            Self::Authorization => "authorization",
            Self::ClientCertificate => "client-certificate",
            Self::GatewayKey => "gateway-key",
            Self::SharedSecret => "shared-secret",
            Self::WebhookSecret => "webhook-secret",
            Self::ParkedBody => "parked-body",
            Self::VendorWords => "vendor-words",
            Self::ConflictLoser => "conflict-loser",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_does_not_show_the_secret() {
        let secret = Secret::from("hunter2".to_owned());
        assert!(!format!("{secret:?}").contains("hunter2"));
        assert_eq!(secret.expose_text(), "hunter2");
    }
}
