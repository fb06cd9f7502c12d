//! An RSA key of one's own as the key-encryption key. What it wraps is CMS that `openssl cms -decrypt` opens.
//!
//! CMS says nothing about whose key is inside, and everybody with the public half can make it. So each wrapping has an
//! authenticator in front (see `binding`), under a key that only the private half gives: what stands in the database
//! was put there by somebody who holds it. CMS made by hand comes in by the folder alone ([`crate::folder`]).

use std::path::Path;

use async_trait::async_trait;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeySize, PrivateDecryptingKey};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use aws_lc_rs::{digest, rand};
use bowline_core::port::{Entropy, SealError};
use bowline_core::secret::Secret;
use rustls_pki_types::pem::{PemObject as _, SectionKind};
use zeroize::Zeroizing;

use super::{Form, Kek, binding, cms, name};
use crate::error::Error;
use crate::{file, pem, token};

/// Shorter keys are refused.
const SHORTEST: usize = 2_048;

/// What is signed to get the authenticators' key. Stable for ever.
const AUTHENTICATOR: &[u8] = b"bowline/rsa-wrapping-authenticator";

/// An RSA private key that wraps.
pub struct Rsa {
    private: PrivateDecryptingKey,
    /// SHA-1 over the public key's bits, as certificates name it (RFC 5280 section 4.2.1.2, method 1).
    key_id: Vec<u8>,
    authenticator: Zeroizing<[u8; 32]>,
    id: String,
    place: String,
}

/// Reads a PEM file with an unencrypted private key, PKCS#8 or PKCS#1, of 2048 bit and up.
pub fn load(path: &Path) -> Result<Rsa, Error> {
    let text = file::find(path)?.ok_or_else(|| Error::KeyMissing(path.to_owned()))?;
    parse(text.as_bytes(), format!("RSA key {}", path.display()))
        .map_err(|why| Error::Malformed { path: path.to_owned(), why })
}

/// Makes a file with a new key of 3072 bit. Never overwrites; the file is for its owner alone.
pub fn create(path: &Path, entropy: &dyn Entropy) -> Result<Rsa, Error> {
    let failed = |_| Error::Malformed { path: path.to_owned(), why: "could not be made" };
    let private = PrivateDecryptingKey::generate(KeySize::Rsa3072).map_err(failed)?;
    let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&private).map_err(failed)?;
    let text = pem::print("PRIVATE KEY", der.as_ref());
    file::create(path, text.as_bytes(), entropy)?;
    load(path)
}

fn parse(text: &[u8], place: String) -> Result<Rsa, &'static str> {
    for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(text) {
        let (kind, der) = section.map_err(|_| "holds damaged PEM")?;
        let der = Zeroizing::new(der);
        let pair = match kind {
            SectionKind::RsaPrivateKey => RsaKeyPair::from_der(&der),
            SectionKind::PrivateKey => RsaKeyPair::from_pkcs8(&der),
            _ => continue,
        };
        let refused = "holds no RSA key of 2048 to 8192 bit whose parts fit";
        return of(&pair.map_err(|_| refused)?, place).ok_or(refused);
    }
    Err("holds no private key in PEM without a passphrase (`openssl genrsa 3072` makes one)")
}

fn of(pair: &RsaKeyPair, place: String) -> Option<Rsa> {
    let pkcs8 = AsDer::<Pkcs8V1Der<'_>>::as_der(pair).ok()?;
    let private = PrivateDecryptingKey::from_pkcs8(pkcs8.as_ref()).ok()?;
    if private.key_size_bits() < SHORTEST {
        return None;
    }
    let mut signature = Zeroizing::new(vec![0; pair.public_modulus_len()]);
    pair.sign(&RSA_PKCS1_SHA256, &rand::SystemRandom::new(), AUTHENTICATOR, &mut signature).ok()?;
    let spki = AsDer::<PublicKeyX509Der<'_>>::as_der(pair.public_key()).ok()?;
    let key_id = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, pair.public_key().as_ref());
    Some(Rsa {
        private,
        key_id: key_id.as_ref().to_vec(),
        authenticator: Zeroizing::new(token::sha256(&signature)),
        id: name(&token::sha256(spki.as_ref())),
        place,
    })
}

#[async_trait]
impl Kek for Rsa {
    fn id(&self) -> &str {
        &self.id
    }

    fn place(&self) -> &str {
        &self.place
    }

    async fn wrap(&self, context: &str, key: &Secret) -> Result<Vec<u8>, SealError> {
        let cms = cms::wrap(&self.private, &self.key_id, key)?;
        Ok(binding::bind(Form::Cms, &*self.authenticator, context, &cms))
    }

    async fn unwrap(&self, context: &str, wrapping: &[u8]) -> Result<Secret, SealError> {
        let (found, cms) = binding::parts(Form::Cms, wrapping)?;
        // Before anything is decrypted: CBC and PKCS#1 v1.5 tell whoever may try too much.
        binding::check(found, &*self.authenticator, context, cms)?;
        cms::open(&self.private, cms)
    }

    async fn open_cms(&self, cms: &[u8]) -> Result<Secret, SealError> {
        cms::open(&self.private, cms)
    }
}
