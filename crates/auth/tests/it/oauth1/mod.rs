//! OAuth 1.0a: the examples of the RFC, keys as people paste them, requests as they leave.

mod examples;
mod keys;
mod requests;

use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, RsaParameters,
    UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bowline_auth::oauth1::{Hash, PrivateKey};

const PKCS1: &str = include_str!("keys/pkcs1.pem");
const PKCS8: &str = include_str!("keys/pkcs8.pem");
const PUBLIC: &str = include_str!("keys/public.pem");

fn key() -> PrivateKey {
    PrivateKey::from_pem(PKCS8.as_bytes()).unwrap()
}

/// What is between the first and the last line of a PEM text.
fn der(pem: &str) -> Vec<u8> {
    let lines: Vec<&str> = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(lines.concat()).unwrap()
}

/// Whether the public half of the key accepts a signature.
fn verifies(hash: Hash, message: &str, signature: &str) -> bool {
    let algorithm: &'static RsaParameters = match hash {
        Hash::Sha1 => &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
        Hash::Sha256 => &RSA_PKCS1_2048_8192_SHA256,
    };
    let public = UnparsedPublicKey::new(algorithm, der(PUBLIC));
    public.verify(message.as_bytes(), &STANDARD.decode(signature).unwrap()).is_ok()
}
