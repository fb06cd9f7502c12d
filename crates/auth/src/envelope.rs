//! The envelope: AES-256-GCM with everything that must match bound in.
//!
//! Layout: format (1 byte, now 1) · version of the key (4, big-endian) · nonce (12) · ciphertext · tag (16).
//! The first five bytes and the context (purpose, tenant, row: each with its length) are authenticated, so an
//! envelope opens only where it was made for. Nonces are drawn inside the library, 96 random bits each; one
//! key is good for 2³² envelopes (NIST SP 800-38D section 8.3).

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use bowline_core::port::SealError;
use bowline_core::secret::{Sealed, Secret};
use zeroize::Zeroizing;

const HEADER: usize = 5;
const BODY: usize = HEADER + NONCE_LEN;
const TAG: usize = 16;

/// A key for envelopes. The library wipes its own copy when dropped; `bytes` is the caller's to wipe.
pub(crate) fn key(bytes: &[u8]) -> Result<RandomizedNonceKey, SealError> {
    RandomizedNonceKey::new(&AES_256_GCM, bytes).map_err(|_| SealError::Corrupt("a key of the wrong length"))
}

/// Seals `plain` under one version of a key, bound to `context`.
pub(crate) fn seal(
    key: &RandomizedNonceKey,
    version: i32,
    context: &[&str],
    plain: &[u8],
) -> Result<Sealed, SealError> {
    // Sized beforehand: growing would leave a copy of the plaintext behind.
    let mut out = Vec::with_capacity(BODY + plain.len() + TAG);
    out.extend_from_slice(&Sealed::beginning(version));
    let aad = Aad::from(bound(&out, context));
    out.extend_from_slice(&[0; NONCE_LEN]);
    out.extend_from_slice(plain);
    let failed = || SealError::Corrupt("sealing failed");
    let (_, body) = out.split_at_mut_checked(BODY).ok_or_else(failed)?;
    let (nonce, tag) = key.seal_in_place_separate_tag(aad, body).map_err(|_| failed())?;
    out.get_mut(HEADER..BODY).ok_or_else(failed)?.copy_from_slice(nonce.as_ref());
    out.extend_from_slice(tag.as_ref());
    Ok(Sealed(out))
}

/// Opens what [`seal`] made with the same key, version and context.
pub(crate) fn open(key: &RandomizedNonceKey, context: &[&str], sealed: &Sealed) -> Result<Secret, SealError> {
    version(sealed)?;
    let (header, rest) = sealed.0.split_at_checked(HEADER).ok_or(SealError::Corrupt("too short"))?;
    let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>().ok_or(SealError::Corrupt("too short"))?;
    let mut body = Zeroizing::new(body.to_vec());
    let plain = key
        .open_in_place(Nonce::from(nonce), Aad::from(bound(header, context)), &mut body)
        .map_err(|_| SealError::Corrupt("changed, moved, or sealed under another key"))?;
    Ok(Secret::new(plain.to_vec()))
}

/// The version of the key an envelope was sealed under; not yet authenticated.
pub(crate) fn version(sealed: &Sealed) -> Result<i32, SealError> {
    match sealed.version() {
        Some(version) => Ok(version),
        None if sealed.0.len() < HEADER => Err(SealError::Corrupt("too short")),
        None => Err(SealError::Corrupt("an unknown format")),
    }
}

/// The header and the parts of the context, each with its length, so that no two contexts read the same.
fn bound(header: &[u8], context: &[&str]) -> Vec<u8> {
    let mut out = header.to_vec();
    for part in context {
        out.extend_from_slice(&(part.len() as u64).to_be_bytes());
        out.extend_from_slice(part.as_bytes());
    }
    out
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn sample(plain: &[u8]) -> (RandomizedNonceKey, Sealed) {
        let key = key(&[7; 32]).unwrap();
        let sealed = seal(&key, 3, &["purpose", "row"], plain).unwrap();
        (key, sealed)
    }

    #[test]
    fn no_nonce_comes_twice_in_a_hundred_thousand_envelopes() {
        let key = key(&[7; 32]).unwrap();
        let nonces: HashSet<Vec<u8>> =
            (0..100_000).map(|_| seal(&key, 1, &[], b"x").unwrap().0[HEADER..BODY].to_vec()).collect();
        assert_eq!(nonces.len(), 100_000);
    }

    #[test]
    fn the_version_can_be_read_before_opening() {
        let (_, sealed) = sample(b"");
        assert_eq!(version(&sealed).unwrap(), 3);
        assert!(version(&Sealed(vec![2; 40])).is_err());
        assert!(version(&Sealed(vec![1; 4])).is_err());
    }

    proptest! {
        #[test]
        fn an_envelope_opens_to_what_was_put_in(plain in any::<Vec<u8>>()) {
            let (key, sealed) = sample(&plain);
            prop_assert_eq!(sealed.0.len(), BODY + plain.len() + TAG);
            let opened = open(&key, &["purpose", "row"], &sealed).unwrap();
            prop_assert_eq!(opened.expose(), plain);
        }

        #[test]
        fn one_flipped_bit_anywhere_is_refused(plain in any::<Vec<u8>>(), place in any::<prop::sample::Index>(), bit in 0_u32..8) {
            let (key, mut sealed) = sample(&plain);
            let index = place.index(sealed.0.len());
            sealed.0[index] ^= 1_u8 << bit;
            prop_assert!(open(&key, &["purpose", "row"], &sealed).is_err());
        }

        #[test]
        fn a_shortened_envelope_is_refused(plain in any::<Vec<u8>>(), place in any::<prop::sample::Index>()) {
            let (key, mut sealed) = sample(&plain);
            sealed.0.truncate(place.index(sealed.0.len()));
            prop_assert!(open(&key, &["purpose", "row"], &sealed).is_err());
        }

        #[test]
        fn another_context_is_refused(mine in prop::collection::vec("[a-c]{0,3}", 0..4), other in prop::collection::vec("[a-c]{0,3}", 0..4)) {
            prop_assume!(mine != other);
            let (mine, other): (Vec<&str>, Vec<&str>) =
                (mine.iter().map(String::as_str).collect(), other.iter().map(String::as_str).collect());
            let key = key(&[7; 32]).unwrap();
            let sealed = seal(&key, 1, &mine, b"secret").unwrap();
            prop_assert!(open(&key, &other, &sealed).is_err());
        }
    }
}
