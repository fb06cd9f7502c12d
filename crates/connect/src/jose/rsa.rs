//! Public RSA keys: read, judged once, then only used.

use std::sync::Arc;

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use der::asn1::{AnyRef, BitStringRef, UintRef};
use der::{Decode as _, Reader as _, SliceReader};
use rustls_pki_types::pem::{PemObject as _, SectionKind};
use spki::SubjectPublicKeyInfo;

use super::{Error, roca};

/// The shortest modulus, in bits: NIST SP 800-131A allows no shorter one since 2014.
const SHORTEST: usize = 2_048;
/// The longest, in bits: what the library verifies with.
const LONGEST: usize = 8_192;
/// The largest text of a key that is read.
const LARGEST: usize = 16 << 10;
/// `rsaEncryption` (RFC 8017 appendix A.1).
const RSA: spki::ObjectIdentifier = spki::ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// A public key for RS256: 2048 to 8192 bit, an exponent of at least 65537, and no fingerprint of a broken generator.
#[derive(Clone)]
pub struct RsaKey(Arc<ParsedPublicKey>);

impl RsaKey {
    /// Reads one `PUBLIC KEY` section (SubjectPublicKeyInfo, RFC 7468 section 13) with nothing beside it. Lines may end
    /// with LF or CR LF.
    pub fn from_pem(text: &[u8]) -> Result<Self, Error> {
        if text.len() > LARGEST {
            return Err(Error::Key("its text is too long"));
        }
        let mut sections = <(SectionKind, Vec<u8>)>::pem_slice_iter(text);
        let Some(Ok((SectionKind::PublicKey, key))) = sections.next() else {
            return Err(Error::Key("its text is no public key in PEM"));
        };
        if sections.next().is_some() {
            return Err(Error::Key("its text holds something beside the key"));
        }
        let broken = Error::Key("it is no RSA public key");
        let info =
            SubjectPublicKeyInfo::<AnyRef<'_>, BitStringRef<'_>>::from_der(&key).map_err(|_| broken)?;
        let bytes = info.subject_public_key.as_bytes().filter(|_| info.algorithm.oid == RSA).ok_or(broken)?;
        let (modulus, exponent) = components(bytes).map_err(|_| broken)?;
        Self::from_components(modulus.as_bytes(), exponent.as_bytes())
    }

    /// Takes modulus and exponent, big-endian and without zeros in front.
    pub fn from_components(modulus: &[u8], exponent: &[u8]) -> Result<Self, Error> {
        if !(SHORTEST..=LONGEST).contains(&bits(modulus)) {
            return Err(Error::Key("its modulus is not of 2048 to 8192 bit"));
        }
        // FIPS 186-5 section 5.4 (e): odd, above 2^16, below 2^256.
        let odd = exponent.last().is_some_and(|last| last % 2 == 1);
        if !(odd && (17..=256).contains(&bits(exponent))) {
            return Err(Error::Key("its exponent is not odd and above 65536"));
        }
        if roca::is_weak(modulus) {
            return Err(Error::Key("its modulus was made by a broken generator (CVE-2017-15361)"));
        }
        let unusable = |_| Error::Key("the library refuses it");
        let key = RsaPublicKeyComponents { n: modulus, e: exponent };
        let der: PublicKeyX509Der<'_> = key.as_der().map_err(unusable)?;
        let key = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der.as_ref());
        key.map(|key| Self(Arc::new(key))).map_err(|_| Error::Key("the library refuses it"))
    }

    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.verify_sig(message, signature).is_ok()
    }
}

/// The two numbers of an `RSAPublicKey` (RFC 8017 appendix A.1.1).
fn components(der: &[u8]) -> der::Result<(UintRef<'_>, UintRef<'_>)> {
    let mut reader = SliceReader::new(der)?;
    let both = reader.sequence(|inner| Ok((UintRef::decode(inner)?, UintRef::decode(inner)?)))?;
    reader.finish(both)
}

/// How long a number is. Zeros in front make it longer, and the library then refuses it.
fn bits(number: &[u8]) -> usize {
    let zeros = number.first().map_or(0, |first| usize::try_from(first.leading_zeros()).unwrap_or(0));
    number.len() * 8 - zeros
}

impl std::fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RsaKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_judged_by_its_numbers() {
        // 2048 bit, odd; whether it is a product of two primes nobody can tell.
        let mut modulus = [0xff; 256];
        let of = |modulus: &[u8], exponent: &[u8]| RsaKey::from_components(modulus, exponent).map(|_| ());
        assert_eq!(of(&modulus, &[1, 0, 1]), Ok(()));
        let exponent = Err(Error::Key("its exponent is not odd and above 65536"));
        for bad in [&[3][..], &[0xff, 0xff], &[1, 0, 0], &[], &[0xff; 33]] {
            assert_eq!(of(&modulus, bad), exponent, "{bad:?}");
        }
        let length = Err(Error::Key("its modulus is not of 2048 to 8192 bit"));
        assert_eq!(of(&modulus[1..], &[1, 0, 1]), length);
        assert_eq!(of(&[0xff; 1_025], &[1, 0, 1]), length);
        modulus[0] = 0x7f;
        assert_eq!(of(&modulus, &[1, 0, 1]), length, "2047 bit");
    }
}
