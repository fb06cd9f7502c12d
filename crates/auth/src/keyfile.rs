//! The key file: the one secret that is not in the database.
//!
//! It holds the key-encryption key ([`Kek`]), which wraps each tenant's keys (see [`crate::Sealer`]). Whoever
//! has the file and the database can open everything; whoever has only one of them, nothing. The database
//! keeps a check value, so that a wrong or missing file is noticed before anything is written.

use std::path::Path;

use aws_lc_rs::aead::RandomizedNonceKey;
use aws_lc_rs::{constant_time, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bowline_core::TenantId;
use bowline_core::commit::{KeyKind, WrappedKey};
use bowline_core::port::{Entropy, SealError, StoreError, Vault};
use bowline_core::secret::Secret;
use zeroize::Zeroizing;

use crate::envelope;
use crate::error::Error;
use crate::file;
use crate::token;

/// First line of the file; the number is the version of the format.
const HEADER: &str = "bowline-key-file 1";

const ADVICE: &str =
    "# Opens everything that Bowline has sealed. Keep a copy, and keep it away from the database.";

/// Which key-encryption key wraps; written into each envelope.
const GENERATION: i32 = 1;

/// Bound into every wrapped key. Stable for ever: part of what was sealed.
const WRAPPING: &str = "bowline/tenant-key";

/// The key-encryption key: wraps the tenants' keys and does nothing else.
pub struct Kek {
    wrap: RandomizedNonceKey,
    id: String,
    check: [u8; 32],
}

impl Kek {
    /// The key's public name: tells keys apart in files and lists, and nothing about the key.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The same bytes are an AES key and, for the two public values, an HMAC key: neither tells of the other.
    fn new(bytes: &[u8; 32]) -> Result<Self, SealError> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, bytes);
        let derive = |label: &str| {
            let mut out = [0; 32];
            out.copy_from_slice(hmac::sign(&key, label.as_bytes()).as_ref());
            out
        };
        let id: String = derive("bowline/key-id").iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let check = derive("bowline/key-check");
        Ok(Self { wrap: envelope::key(bytes)?, id: format!("kek_{id}"), check })
    }

    /// Wraps a tenant's key; it opens only as this kind and version of this tenant's keys.
    pub(crate) fn wrap(
        &self,
        tenant: TenantId,
        kind: KeyKind,
        version: i32,
        key: &[u8],
    ) -> Result<WrappedKey, SealError> {
        let context = [WRAPPING, &tenant.to_string(), kind.word(), &version.to_string()];
        let wrapped = envelope::seal(&self.wrap, GENERATION, &context, key)?;
        Ok(WrappedKey { kind, version, wrapped })
    }

    /// Opens what [`Kek::wrap`] made.
    pub(crate) fn unwrap(&self, tenant: TenantId, key: &WrappedKey) -> Result<Secret, SealError> {
        let context = [WRAPPING, &tenant.to_string(), key.kind.word(), &key.version.to_string()];
        envelope::open(&self.wrap, &context, &key.wrapped)
    }

    fn matches(&self, check: &[u8]) -> bool {
        constant_time::verify_slices_are_equal(&self.check, check).is_ok()
    }
}

/// Makes a key file with a new random key. Never overwrites; the file is for its owner alone (0600, folder
/// 0700).
pub fn create(path: &Path, entropy: &dyn Entropy) -> Result<Kek, Error> {
    let mut bytes = Zeroizing::new([0; 32]);
    entropy.fill(&mut *bytes);
    let kek = Kek::new(&bytes).map_err(|_| malformed(path, "could not be made"))?;
    let mut text = Zeroizing::new(String::with_capacity(512));
    text.push_str(&format!("{HEADER}\n{ADVICE}\nid {}\nkey ", kek.id));
    URL_SAFE_NO_PAD.encode_string(*bytes, &mut text);
    text.push('\n');
    file::create(path, text.as_bytes(), entropy)?;
    Ok(kek)
}

/// Reads a key file. `Exposed` if others may read it, `Malformed` if it was damaged.
pub fn load(path: &Path) -> Result<Kek, Error> {
    let text = file::find(path)?.ok_or_else(|| Error::KeyMissing(path.to_owned()))?;
    parse(&text).map_err(|why| malformed(path, why))
}

/// The key of a database: loads the file and compares it with the database's check value.
///
/// On the first start of all, with neither file nor check value, both are made. `KeyMissing` or `KeyWrong` if
/// the database was sealed with a key that is not here; nothing is changed then.
pub async fn unlock(path: &Path, vault: &dyn Vault, entropy: &dyn Entropy) -> Result<Kek, Error> {
    let stored = vault.key_check().await?;
    let kek = match load(path) {
        Err(Error::KeyMissing(_)) if stored.is_none() => match create(path, entropy) {
            // Another process made it just now.
            Err(Error::Exists(_)) => load(path),
            made => made,
        },
        loaded => loaded,
    }?;
    let stored = match stored {
        Some(stored) => stored,
        None => match vault.put_key_check(&kek.check).await {
            Ok(()) => return Ok(kek),
            // Another process was faster; what counts is what it stored.
            Err(StoreError::Conflict(_)) => vault.key_check().await?.unwrap_or_default(),
            Err(error) => return Err(error.into()),
        },
    };
    if kek.matches(&stored) { Ok(kek) } else { Err(Error::KeyWrong(path.to_owned())) }
}

fn malformed(path: &Path, why: &'static str) -> Error {
    Error::Malformed { path: path.to_owned(), why }
}

fn parse(text: &str) -> Result<Kek, &'static str> {
    let mut lines = text.lines().filter(|line| !line.starts_with('#'));
    if lines.next() != Some(HEADER) {
        return Err("does not begin like a Bowline key file of this release");
    }
    let id = lines.next().and_then(|line| line.strip_prefix("id ")).ok_or("has no line with the key's id")?;
    let key = lines.next().and_then(|line| line.strip_prefix("key ")).ok_or("has no line with the key")?;
    let mut bytes = Zeroizing::new([0; 32]);
    let decoded = (key.len() == token::LENGTH).then(|| URL_SAFE_NO_PAD.decode_slice(key, &mut *bytes));
    if !matches!(decoded, Some(Ok(32))) {
        return Err("holds a damaged key");
    }
    // The id is derived from the key, so it also notices a mistyped one.
    match Kek::new(&bytes) {
        Ok(kek) if kek.id == id => Ok(kek),
        _ => Err("holds a key that does not belong to its id"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "bowline-key-file 1\n# a comment\nid ID\nkey AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n";

    fn good() -> String {
        let mut bytes = [0; 32];
        bytes.iter_mut().zip(0..).for_each(|(byte, number)| *byte = number);
        TEXT.replace("ID", Kek::new(&bytes).unwrap().id())
    }

    #[test]
    fn a_damaged_file_is_refused_with_a_reason_that_quotes_nothing() {
        assert!(parse(&good()).is_ok());
        for (damaged, reason) in [
            (good().replace("file 1", "file 2"), "does not begin"),
            (good().replace("id ", "name "), "id"),
            (good().replace("key A", "yek A"), "line with the key"),
            (good().replace("key A", "key B"), "does not belong"),
            (good().replace("key AA", "key A"), "damaged"),
            (good().replace("key AA", "key !!"), "damaged"),
            (String::new(), "does not begin"),
        ] {
            let why = parse(&damaged).err().unwrap();
            assert!(why.contains(reason), "{why}");
        }
    }

    #[test]
    fn a_wrapped_key_opens_only_as_what_it_was_wrapped_as() {
        let kek = Kek::new(&[1; 32]).unwrap();
        let tenant = |number: u32| format!("ten_{number:032x}").parse::<TenantId>().unwrap();
        let wrapped = kek.wrap(tenant(1), KeyKind::Data, 1, &[9; 32]).unwrap();
        assert_eq!(kek.unwrap(tenant(1), &wrapped).unwrap().expose(), [9; 32]);
        assert!(kek.unwrap(tenant(2), &wrapped).is_err());
        assert!(
            kek.unwrap(tenant(1), &WrappedKey { kind: KeyKind::Fingerprint, ..wrapped.clone() }).is_err()
        );
        assert!(kek.unwrap(tenant(1), &WrappedKey { version: 2, ..wrapped.clone() }).is_err());
        assert!(Kek::new(&[2; 32]).unwrap().unwrap(tenant(1), &wrapped).is_err());
    }
}
