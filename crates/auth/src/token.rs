//! Tokens as text: 32 random bytes in the alphabet that survives URLs and headers, and the hash to find them
//! by.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bowline_core::port::Entropy;
use bowline_core::secret::Secret;
use zeroize::Zeroizing;

/// Length of the random part as text.
pub(crate) const LENGTH: usize = 43;

/// A new token: the prefix and 256 random bits.
pub(crate) fn draw(prefix: &str, entropy: &dyn Entropy) -> Secret {
    let mut bytes = Zeroizing::new([0; 32]);
    entropy.fill(&mut *bytes);
    // Sized beforehand, so that growing leaves no copy behind.
    let mut text = String::with_capacity(prefix.len() + LENGTH);
    text.push_str(prefix);
    URL_SAFE_NO_PAD.encode_string(*bytes, &mut text);
    Secret::from(text)
}

/// What is stored of a token instead of the token: 256 random bits need no salt and no slow hash.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}

/// The challenge of a PKCE verifier, by the method `S256` (RFC 7636 section 4.2).
pub(crate) fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_the_rfc() {
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
