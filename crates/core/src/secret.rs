//! Secrets in memory and secrets at rest.
//!
//! A [`Secret`] cannot be printed or serialised and is wiped when dropped; a [`Sealed`] is ciphertext, safe to
//! store. Turning one into the other is the `Seal` port, implemented in `auth` and nowhere else.

use std::fmt;

use secrecy::{ExposeSecret, SecretSlice};

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

/// What a sealed value is for; bound into the ciphertext, so that it opens nowhere else.
///
/// The words are stable for ever: they are part of what was sealed, never a table or column name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// What a connection signs in with.
    Credential,
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
