//! RSASSA-PKCS1-v1_5, over aws-lc directly. Unsafe code that is reviewed: it is one page.
//!
//! The safe wrapper of the same library verifies with SHA-1 but does not sign with it, and RSA-SHA1 is the one method
//! that every Jira Data Center speaks. Each call below states what the library's header demands of it.

#![expect(unsafe_code, reason = "the safe wrapper of aws-lc does not sign with SHA-1")]

use std::ptr::NonNull;

use aws_lc_rs::digest::{self, Digest};
use aws_lc_sys::{
    CBS, ERR_clear_error, EVP_PKEY_RSA, EVP_PKEY_free, EVP_PKEY_get1_RSA, EVP_PKEY_id, EVP_parse_private_key,
    NID_sha1, NID_sha256, RSA, RSA_bits, RSA_free, RSA_private_key_from_bytes, RSA_sign, RSA_size,
};

use super::method::Hash;

/// The shortest key that is accepted, in bits: NIST SP 800-131A allows no shorter one for signing since 2014.
pub(super) const SHORTEST: u32 = 2_048;

/// A private key; it holds one reference of the library's, which is given back when dropped.
pub(super) struct RsaKey(NonNull<RSA>);

// SAFETY: `openssl/rsa.h`: an RSA object may be used concurrently by non-mutating functions. `RSA_bits` and `RSA_size`
// take it as const, and the header lists `RSA_sign` among the functions that “are considered non-mutating for
// thread-safety purposes and may be used concurrently”. No mutating function is ever called on it after parsing, and
// `RSA_free` only counts references down.
unsafe impl Send for RsaKey {}
// SAFETY: as above.
unsafe impl Sync for RsaKey {}

impl Drop for RsaKey {
    fn drop(&mut self) {
        // SAFETY: the pointer came from the library with one reference that is ours, and is not used afterwards.
        unsafe { RSA_free(self.0.as_ptr()) }
    }
}

impl RsaKey {
    /// Reads a DER-encoded `RSAPrivateKey` (RFC 8017) that has nothing behind it. The library checks that its parts
    /// belong together.
    pub(super) fn from_pkcs1(der: &[u8]) -> Option<Self> {
        // SAFETY: pointer and length are those of a live slice, which is only read.
        let key = unsafe { RSA_private_key_from_bytes(der.as_ptr(), der.len()) };
        Self::owned(key)
    }

    /// Reads a DER-encoded, unencrypted `PrivateKeyInfo` (RFC 5208) that holds an RSA key and has nothing behind it.
    pub(super) fn from_pkcs8(der: &[u8]) -> Option<Self> {
        let mut rest = CBS { data: der.as_ptr(), len: der.len() };
        // SAFETY: `rest` describes a live slice, which is only read; the library moves it forward within the slice.
        let Some(any) = NonNull::new(unsafe { EVP_parse_private_key(&raw mut rest) }) else {
            return Self::owned(std::ptr::null_mut());
        };
        let any = any.as_ptr();
        let mut key = std::ptr::null_mut();
        // SAFETY: `any` is a live key of the library's. Of an RSA key `get1` gives a pointer with a reference of its
        // own, so it outlives `any`, which is freed here and not used afterwards.
        unsafe {
            if rest.len == 0 && EVP_PKEY_id(any) == EVP_PKEY_RSA {
                key = EVP_PKEY_get1_RSA(any);
            }
            EVP_PKEY_free(any);
        }
        Self::owned(key)
    }

    /// Takes over a reference; null means that the library refused.
    fn owned(key: *mut RSA) -> Option<Self> {
        let key = NonNull::new(key).map(Self);
        if key.is_none() {
            clear_errors();
        }
        key
    }

    /// The length of the modulus.
    pub(super) fn bits(&self) -> u32 {
        // SAFETY: the pointer is live while `self` is.
        unsafe { RSA_bits(self.0.as_ptr()) }
    }

    /// Signs a message: as long as the modulus, in bytes. `None` if the library fails.
    pub(super) fn sign(&self, hash: Hash, message: &[u8]) -> Option<Vec<u8>> {
        let (digest, name) = digested(hash, message);
        let digest = digest.as_ref();
        // SAFETY: the pointer is live while `self` is.
        let size = unsafe { RSA_size(self.0.as_ptr()) };
        let mut signature = vec![0; usize::try_from(size).ok()?];
        let mut written = 0;
        // SAFETY: the digest is a live slice of the length that its name demands; `signature` has the `RSA_size` bytes
        // that the function may write at most; `written` is a live integer; the key is live and not mutated.
        let done = unsafe {
            RSA_sign(
                name,
                digest.as_ptr(),
                digest.len(),
                signature.as_mut_ptr(),
                &raw mut written,
                self.0.as_ptr(),
            )
        };
        if done != 1 {
            clear_errors();
            return None;
        }
        signature.truncate(usize::try_from(written).ok()?);
        Some(signature)
    }
}

fn digested(hash: Hash, message: &[u8]) -> (Digest, i32) {
    match hash {
        Hash::Sha1 => (digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, message), NID_sha1),
        Hash::Sha256 => (digest::digest(&digest::SHA256, message), NID_sha256),
    }
}

/// The library queues its errors per thread; what nobody will read must not be taken for another call's.
fn clear_errors() {
    // SAFETY: takes nothing and touches only the calling thread's queue.
    unsafe { ERR_clear_error() }
}
