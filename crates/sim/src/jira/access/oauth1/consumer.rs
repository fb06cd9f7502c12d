//! Consumers of application links, and the public keys their signatures are held against.

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A program that an administrator let in.
#[derive(Clone)]
pub(crate) struct Consumer {
    pub(crate) key: String,
    /// What people are told it is called.
    pub(crate) name: String,
    public: ParsedPublicKey,
    /// Whether it is refused for now: 503 `consumer_key_refused`.
    pub(crate) refused: bool,
}

impl std::fmt::Debug for Consumer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Consumer").field("key", &self.key).finish_non_exhaustive()
    }
}

impl Consumer {
    /// A consumer with a public key as Jira takes it: PEM, or what stands between its lines.
    pub(crate) fn new(key: String, name: String, public: &str) -> Result<Self, String> {
        Ok(Self { key, name, public: read(public)?, refused: false })
    }

    /// Whether a text was signed with RSA-SHA1 by whoever has the private key.
    pub(crate) fn signed(&self, text: &str, signature: &str) -> bool {
        STANDARD
            .decode(signature)
            .is_ok_and(|signature| self.public.verify_sig(text.as_bytes(), &signature).is_ok())
    }
}

fn read(text: &str) -> Result<ParsedPublicKey, String> {
    let wrong =
        |why: &str| format!("this is no public key: {why}; `openssl rsa -pubout` makes one of a private key");
    if text.contains("PRIVATE KEY") {
        return Err(wrong("it is the private one"));
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with("-----") && !line.is_empty());
    let bytes = STANDARD.decode(lines.collect::<String>()).map_err(|_| wrong("it is not Base64"))?;
    ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, bytes)
        .map_err(|_| wrong("it is not RSA"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_public_key_is_refused_with_a_way_to_make_one() {
        for (text, why) in [
            ("", "not RSA"),
            ("-----BEGIN PUBLIC KEY-----\n***\n-----END PUBLIC KEY-----", "not Base64"),
            ("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----", "the private one"),
        ] {
            let told = Consumer::new("x".to_owned(), String::new(), text).err().unwrap();
            assert!(told.contains(why) && told.contains("-pubout"), "{told}");
        }
    }
}
