//! Install keys: Atlassian's RSA keys for lifecycle calls, and the host that gives their public halves by name.
//!
//! One key is made when the first is needed, another with each rotation; a name is never given to another key. They are of
//! one process: snapshots neither keep nor restore them, and no seed decides them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::qsh::hex;

/// A key with its name.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) id: String,
    pair: RsaKeyPair,
}

impl Key {
    /// `None` if the system has no randomness, which no system that runs has.
    fn make() -> Option<Self> {
        let mut bytes = [0_u8; 16];
        SystemRandom::new().fill(&mut bytes).ok()?;
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).ok()?;
        Some(Self { id: uuid(&bytes), pair })
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        // It fails for a buffer of the wrong length only.
        let signed = self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature);
        signed.map(|()| signature).unwrap_or_default()
    }

    /// The public half as a JSON Web Key (RFC 7517).
    fn jwk(&self) -> Option<Value> {
        let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let [modulus, exponent] = numbers(self.pair.public_key().as_ref())?;
        let (n, e) = (number(modulus), number(exponent));
        Some(json!({"kty": "RSA", "alg": "RS256", "use": "sig", "kid": self.id, "n": n, "e": e}))
    }

    /// The public half: a SubjectPublicKeyInfo as PEM (RFC 7468), with this end of line.
    pub(crate) fn pem(&self, end: &str) -> Option<String> {
        let der: PublicKeyX509Der<'_> = self.pair.public_key().as_der().ok()?;
        let text = STANDARD.encode(der.as_ref());
        let lines = text.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned());
        let lines = std::iter::once("-----BEGIN PUBLIC KEY-----".to_owned())
            .chain(lines)
            .chain(std::iter::once("-----END PUBLIC KEY-----".to_owned()));
        Some(lines.map(|line| line + end).collect())
    }
}

/// Modulus and exponent of a public key, out of its DER (RFC 8017, appendix A.1.1: a sequence of two integers).
fn numbers(der: &[u8]) -> Option<[&[u8]; 2]> {
    let (body, _) = element(der, 0x30)?;
    let (modulus, rest) = element(body, 0x02)?;
    let (exponent, _) = element(rest, 0x02)?;
    // An integer is signed: a leading zero says that it is not negative.
    Some([modulus, exponent].map(|number| number.strip_prefix(&[0]).unwrap_or(number)))
}

/// The content of an element with this tag, and what comes behind it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first().filter(|_| found == tag)?;
    let (length, rest) = match first {
        short @ 0..=0x7f => (usize::from(short), rest),
        long => {
            let (bytes, rest) = rest.split_at_checked(usize::from(long & 0x7f))?;
            (bytes.iter().fold(0, |length, byte| (length << 8) | usize::from(*byte)), rest)
        }
    };
    rest.split_at_checked(length)
}

/// A UUID of version 4 that nobody had before.
pub(crate) fn fresh() -> String {
    let mut bytes = [0_u8; 16];
    // No system that runs has no randomness.
    let _ = SystemRandom::new().fill(&mut bytes);
    uuid(&bytes)
}

/// Random bytes as a UUID of version 4.
pub(crate) fn uuid(bytes: &[u8; 16]) -> String {
    let mut bytes = *bytes;
    let [.., six, _, eight, _, _, _, _, _, _, _] = &mut bytes;
    *six = (*six & 0x0f) | 0x40;
    *eight = (*eight & 0x3f) | 0x80;
    let text = hex(&bytes);
    let ends = [8, 12, 16, 20];
    text.chars().enumerate().fold(String::new(), |mut uuid, (at, letter)| {
        if ends.contains(&at) {
            uuid.push('-');
        }
        uuid.push(letter);
        uuid
    })
}

/// All keys of a simulator.
#[derive(Debug, Default)]
pub(crate) struct InstallKeys {
    made: Mutex<Made>,
}

#[derive(Debug, Default)]
struct Made {
    keys: Vec<Arc<Key>>,
    crlf: bool,
}

impl InstallKeys {
    fn made(&self) -> MutexGuard<'_, Made> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key that is signed with now.
    pub(crate) fn current(&self) -> Option<Arc<Key>> {
        let mut made = self.made();
        if made.keys.is_empty() {
            made.keys.push(Arc::new(Key::make()?));
        }
        made.keys.last().cloned()
    }

    /// Signs with a new key from now on; its name. `forget` takes the earlier ones from the host.
    pub(crate) fn rotate(&self, forget: bool) -> Option<String> {
        let key = Arc::new(Key::make()?);
        let mut made = self.made();
        if forget {
            made.keys.clear();
        }
        made.keys.push(key.clone());
        Some(key.id.clone())
    }

    /// Whether lines end with CR LF, as they once did.
    pub(crate) fn set_crlf(&self, crlf: bool) {
        self.made().crlf = crlf;
    }

    /// The public keys that there are, as a set (RFC 7517, section 5).
    pub(crate) fn set(&self) -> Value {
        // A host that was never asked to sign anything has a key all the same.
        let _ = self.current();
        let keys: Vec<Value> = self.made().keys.iter().filter_map(|key| key.jwk()).collect();
        json!({"keys": keys})
    }

    /// The public key of this name.
    pub(crate) fn pem(&self, id: &str) -> Option<String> {
        let made = self.made();
        let key = made.keys.iter().find(|key| key.id == id)?;
        key.pem(if made.crlf { "\r\n" } else { "\n" })
    }
}

/// A key that is no install key: what is signed with it must be refused.
pub(crate) fn foreign(id: &str) -> Option<Key> {
    Key::make().map(|key| Key { id: id.to_owned(), ..key })
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

    use super::*;

    #[test]
    fn a_rotation_makes_another_key_and_the_earlier_one_is_still_given() {
        let keys = InstallKeys::default();
        let first = keys.current().unwrap();
        assert_eq!(keys.current().unwrap().id, first.id);
        let second = keys.rotate(false).unwrap();
        assert_ne!(first.id, second);
        assert_eq!(keys.current().unwrap().id, second);
        assert_eq!(keys.pem(&first.id), first.pem("\n"));
        keys.rotate(true).unwrap();
        assert_eq!(keys.pem(&second), None);
        keys.set_crlf(true);
        assert!(keys.pem(&keys.current().unwrap().id).unwrap().ends_with("-----END PUBLIC KEY-----\r\n"));
    }

    #[test]
    fn what_a_key_signs_its_public_half_verifies() {
        let key = Key::make().unwrap();
        let pem = key.pem("\r\n").unwrap();
        let text: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, STANDARD.decode(text).unwrap());
        let signature = key.sign(b"message");
        assert!(public.verify(b"message", &signature).is_ok());
        assert!(public.verify(b"massage", &signature).is_err());
    }

    #[test]
    fn the_numbers_of_a_key_are_read_out_of_its_der() {
        // Lengths in one byte and in two; a modulus with its highest bit set has a zero before it.
        assert_eq!(numbers(&[0x30, 7, 2, 2, 0, 0xc1, 2, 1, 3]), Some([&[0xc1][..], &[3][..]]));
        let long = [&[0x30, 0x81, 0x86, 2, 0x81, 0x80][..], &[7; 128], &[2, 1, 3]].concat();
        assert_eq!(numbers(&long).map(|[modulus, _]| modulus.len()), Some(128));
        for wrong in [&[][..], &[0x30], &[0x30, 3, 2, 2, 1], &[0x31, 0]] {
            assert_eq!(numbers(wrong), None);
        }
        let jwk = Key::make().unwrap().jwk().unwrap();
        assert_eq!((jwk["e"].as_str(), jwk["n"].as_str().map(str::len)), (Some("AQAB"), Some(342)));
    }

    #[test]
    fn a_uuid_says_its_version() {
        assert_eq!(uuid(&[0xff; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }
}
