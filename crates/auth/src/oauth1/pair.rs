//! Key pairs for an application link: made here, or the public half of one that was pasted.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use bowline_core::secret::Secret;
use rustls_pki_types::pem::{PemObject as _, SectionKind};
use zeroize::Zeroizing;

use super::error::Error;
use crate::pem;

/// A new key pair.
#[derive(Debug)]
pub struct NewKey {
    /// The private half, PKCS#8 in PEM: to be sealed.
    pub pem: Secret,
    /// The public half, X.509 in PEM: what Jira's application link wants.
    pub public_pem: String,
}

/// Makes a pair of 3072 bit. Takes about a second.
pub fn generate() -> Result<NewKey, Error> {
    let broken = || Error::Key("it could not be made");
    let pair = KeyPair::generate(KeySize::Rsa3072).map_err(|_| broken())?;
    let private: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| broken())?;
    let public_pem = public(&pair).ok_or_else(broken)?;
    Ok(NewKey {
        pem: Secret::new(pem::print("PRIVATE KEY", private.as_ref()).as_bytes().to_vec()),
        public_pem,
    })
}

/// The public half of the first private key in a PEM text.
pub fn public_pem(text: &[u8]) -> Option<String> {
    for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(text.trim_ascii()) {
        let (kind, der) = section.ok()?;
        let der = Zeroizing::new(der);
        match kind {
            SectionKind::PrivateKey => return public(&KeyPair::from_pkcs8(&der).ok()?),
            SectionKind::RsaPrivateKey => return public(&KeyPair::from_der(&der).ok()?),
            _ => {}
        }
    }
    None
}

fn public(pair: &KeyPair) -> Option<String> {
    let der: PublicKeyX509Der<'_> = pair.public_key().as_der().ok()?;
    Some(pem::print("PUBLIC KEY", der.as_ref()).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth1::PrivateKey;

    #[test]
    fn a_new_pair_is_read_back_and_shows_the_same_public_half() {
        let key = generate().unwrap();
        assert!(PrivateKey::from_pem(key.pem.expose()).is_ok());
        assert_eq!(public_pem(key.pem.expose()).as_deref(), Some(key.public_pem.as_str()));
        assert!(key.public_pem.lines().all(|line| line.len() <= 64));
        assert!(public_pem(b"nothing").is_none());
    }
}
