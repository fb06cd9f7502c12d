//! Private keys as people paste them: PEM, in either of the two forms that openssl writes.

use std::fmt;
use std::sync::Arc;

use rustls_pki_types::pem::{PemObject as _, SectionKind};
use zeroize::Zeroizing;

use super::error::Error;
use super::method::Hash;
use super::rsa::{RsaKey, SHORTEST};

/// An RSA private key of at least 2048 bit; cheap to clone. `Debug` shows its length only.
#[derive(Clone)]
pub struct PrivateKey(Arc<RsaKey>);

impl PrivateKey {
    /// Reads the first private key of a PEM text: PKCS#8 (`BEGIN PRIVATE KEY`) or PKCS#1 (`BEGIN RSA PRIVATE KEY`),
    /// unencrypted. What else the text holds, such as a certificate, is passed over.
    pub fn from_pem(text: &[u8]) -> Result<Self, Error> {
        let mut found = Vec::new();
        for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(text.trim_ascii()) {
            let (kind, der) = section.map_err(|_| Error::Key(damage(text)))?;
            let der = Zeroizing::new(der);
            let key = match kind {
                SectionKind::RsaPrivateKey => RsaKey::from_pkcs1(&der),
                SectionKind::PrivateKey => RsaKey::from_pkcs8(&der),
                _ => {
                    found.push(kind);
                    continue;
                }
            };
            return Self::long_enough(key.ok_or(Error::Key("it is no RSA key, or its parts do not fit"))?);
        }
        Err(Error::Key(nothing(text, &found)))
    }

    fn long_enough(key: RsaKey) -> Result<Self, Error> {
        match key.bits() {
            bits if bits < SHORTEST => Err(Error::KeyTooShort(bits)),
            _ => Ok(Self(Arc::new(key))),
        }
    }

    /// Signs with RSASSA-PKCS1-v1_5.
    pub(super) fn sign(&self, hash: Hash, message: &[u8]) -> Result<Vec<u8>, Error> {
        self.0.sign(hash, message).ok_or(Error::Signature)
    }
}

const ENCRYPTED: &str = "it is encrypted; `openssl pkcs8 -topk8 -nocrypt` takes the passphrase off";

/// Why a section cannot be read. The old form of encryption has lines in it that are no base64.
fn damage(text: &[u8]) -> &'static str {
    if has(text, b"Proc-Type: 4,ENCRYPTED") { ENCRYPTED } else { "its PEM text is damaged" }
}

/// What a text is that holds no private key we can read.
fn nothing(text: &[u8], found: &[SectionKind]) -> &'static str {
    if has(text, b"BEGIN ENCRYPTED PRIVATE KEY") {
        ENCRYPTED
    } else if found.contains(&SectionKind::EcPrivateKey) {
        "it is no RSA key"
    } else if has(text, b"BEGIN OPENSSH PRIVATE KEY") {
        "it is in the form of OpenSSH; `ssh-keygen -p -m PEM` rewrites it"
    } else if found.contains(&SectionKind::PublicKey) || found.contains(&SectionKind::Certificate) {
        "the text holds only the public half"
    } else {
        "the text holds no private key in PEM form (`-----BEGIN PRIVATE KEY-----`)"
    }
}

fn has(text: &[u8], words: &[u8]) -> bool {
    text.windows(words.len()).any(|window| window == words)
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({} bit)", self.0.bits())
    }
}
