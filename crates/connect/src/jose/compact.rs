//! A token taken apart, and its signature checked.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::rsa::RsaKey;
use super::secret::SharedSecret;
use super::{Error, object};

/// The longest token that is read, in bytes. Forge puts the whole context of a page into its tokens, so that the header
/// line passes 8 KiB; we take 32 KiB of headers.
pub const LONGEST: usize = 32 << 10;

/// The parts of a header that mean something here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The algorithm that the token says it has.
    pub alg: String,
    /// Which key it says it is signed with. From outside, and unchecked.
    pub kid: Option<String>,
}

/// A token taken apart. Nothing in it is to be believed before one of the `verify` functions said yes. Without `Debug`:
/// with its signature it opens doors.
pub struct Compact<'a> {
    header: Header,
    /// Header and payload as they were signed.
    signed: &'a str,
    /// The payload, and behind it the signature.
    bytes: Vec<u8>,
    payload: usize,
}

impl<'a> Compact<'a> {
    /// Takes a token apart: three parts of base64url, none of them lenient, a header that asks for nothing we do not do.
    pub fn parse(token: &'a str) -> Result<Self, Error> {
        if token.len() > LONGEST {
            return Err(Error::TooLong);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Error::Shape)?;
        let (header, payload) = signed.split_once('.').ok_or(Error::Shape)?;
        // A fourth part would stand in the payload, where its dot is no base64url.
        let mut bytes = Vec::with_capacity(token.len());
        let decode = |part: &str, bytes: &mut Vec<u8>| {
            URL_SAFE_NO_PAD.decode_vec(part, bytes).map_err(|_| Error::Shape)
        };
        decode(header, &mut bytes)?;
        let header = read_header(&bytes)?;
        bytes.clear();
        decode(payload, &mut bytes)?;
        let payload = bytes.len();
        decode(signature, &mut bytes)?;
        Ok(Self { header, signed, bytes, payload })
    }

    /// The payload and the signature.
    fn parts(&self) -> (&[u8], &[u8]) {
        self.bytes.split_at(self.payload)
    }

    /// What the header says.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// What the token says, whoever made it.
    pub fn unverified(&self) -> &[u8] {
        self.parts().0
    }

    /// Whether it was made with this secret, by HMAC with SHA-256.
    pub fn verify_hs256(&self, secret: &SharedSecret) -> Result<&[u8], Error> {
        self.has("HS256")?;
        let (payload, signature) = self.parts();
        match secret.verify(self.signed.as_bytes(), signature) {
            true => Ok(payload),
            false => Err(Error::Signature),
        }
    }

    /// Whether it was made with the private half of this key, by RSASSA-PKCS1-v1_5 with SHA-256.
    pub fn verify_rs256(&self, key: &RsaKey) -> Result<&[u8], Error> {
        self.has("RS256")?;
        let (payload, signature) = self.parts();
        match key.verify(self.signed.as_bytes(), signature) {
            true => Ok(payload),
            false => Err(Error::Signature),
        }
    }

    /// Whether the token is of the verifier's algorithm.
    pub(crate) fn has(&self, algorithm: &'static str) -> Result<(), Error> {
        if self.header.alg == algorithm { Ok(()) } else { Err(Error::Algorithm(algorithm)) }
    }
}

fn read_header(bytes: &[u8]) -> Result<Header, Error> {
    let names = ["alg", "kid", "typ", "crit", "b64", "zip", "enc"];
    let [alg, kid, typ, extensions @ ..] = object::fields(bytes, &names).ok_or(Error::Json("header"))?;
    if extensions.iter().any(Option::is_some) {
        return Err(Error::Extension);
    }
    let text = |value| match value {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Error::Json("header")),
    };
    // A token made for something else says so in its type (RFC 8725 section 3.11).
    if text(typ)?.is_some_and(|typ| !typ.eq_ignore_ascii_case("jwt")) {
        return Err(Error::Json("header"));
    }
    Ok(Header { alg: text(alg)?.ok_or(Error::Json("header"))?, kid: text(kid)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str) -> Result<Header, Error> {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        Compact::parse(&format!("{}.{}.{}", part(header), part("{}"), part("s"))).map(|token| token.header)
    }

    #[test]
    fn a_header_is_an_object_that_asks_for_nothing_unknown() {
        let header = Header { alg: "HS256".to_owned(), kid: None };
        assert_eq!(token(r#"{"alg":"HS256"}"#), Ok(header.clone()));
        assert_eq!(token(r#"{"alg":"HS256","typ":"jwt","jku":"https://evil.example"}"#), Ok(header));
        for text in [r#"{"alg":1}"#, "{}", r#"{"alg":"HS256","kid":1}"#, r#"{"alg":"HS256","typ":"JOSE"}"#] {
            assert_eq!(token(text), Err(Error::Json("header")), "{text}");
        }
        for name in ["crit", "b64", "zip", "enc"] {
            let text = format!(r#"{{"alg":"HS256","{name}":["exp"]}}"#);
            assert_eq!(token(&text), Err(Error::Extension), "{name}");
        }
    }

    #[test]
    fn a_verifier_takes_its_own_algorithm_only_though_the_signature_fits() {
        let secret = SharedSecret::new(bowline_core::secret::Secret::from("s".repeat(40))).unwrap();
        for (alg, taken) in [("HS256", true), ("HS384", false), ("RS256", false), ("none", false)] {
            let header = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"{alg}"}}"#));
            let signed = format!("{header}.e30");
            let text = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(secret.sign(signed.as_bytes())));
            let compact = Compact::parse(&text).unwrap();
            assert_eq!(compact.verify_hs256(&secret).is_ok(), taken, "{alg}");
        }
    }

    #[test]
    fn a_token_has_three_parts_and_an_end() {
        for text in ["", ".", "..", "a.b", "e30.e30.e30.e30", "e30=.e30.AA", "e30.e30.AB"] {
            assert!(Compact::parse(text).is_err(), "{text}");
        }
        assert_eq!(Compact::parse(&"a".repeat(LONGEST + 1)).err(), Some(Error::TooLong));
        assert_eq!(Compact::parse(&"a".repeat(LONGEST)).err(), Some(Error::Shape));
    }
}
