//! The texts of access and refresh tokens: shaped like the JWTs that Atlassian gives out, and readable only here.
//!
//! A token says itself what it stands for, under a MAC, so that a hundred thousand of them cost no memory.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// `{"alg":"HS256","typ":"JWT"}`
const HEAD: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Of a family, for calls.
    Access,
    /// Of a family, for new tokens.
    Refresh,
    /// Of a service account, for calls.
    Service,
    /// Of an installation of a Forge app, with which it calls as itself.
    System,
}

/// What a token stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stub {
    pub(crate) kind: Kind,
    /// The family, the app of a service account, or the installation.
    pub(crate) of: u32,
    /// How often the family was refreshed before.
    pub(crate) generation: u32,
    /// When it was made.
    pub(crate) at: i64,
    /// Makes tokens of one generation differ.
    pub(crate) serial: u32,
}

/// What stands in a token for whoever decodes it against Atlassian's advice.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claims<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) subject: &'a str,
    pub(crate) client: &'a str,
    /// Empty in a refresh token.
    pub(crate) scope: &'a str,
    /// Seconds since 1970.
    pub(crate) expires: i64,
}

#[derive(Serialize, Deserialize)]
struct Payload<'a> {
    #[serde(borrow)]
    jti: std::borrow::Cow<'a, str>,
    #[serde(default)]
    iss: std::borrow::Cow<'a, str>,
    #[serde(default)]
    sub: std::borrow::Cow<'a, str>,
    #[serde(default)]
    aud: std::borrow::Cow<'a, str>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    scope: std::borrow::Cow<'a, str>,
    iat: i64,
    exp: i64,
}

/// Signs and reads tokens.
#[derive(Clone, Debug)]
pub(crate) struct Seal(hmac::Key);

impl Seal {
    pub(crate) fn new(seed: u64) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &[&seed.to_be_bytes()[..], b"tokens of a simulator"].concat()))
    }

    pub(crate) fn write(&self, stub: Stub, claims: Claims<'_>) -> String {
        let payload = Payload {
            jti: pack(stub).into(),
            iss: claims.issuer.into(),
            sub: claims.subject.into(),
            aud: claims.client.into(),
            scope: claims.scope.into(),
            iat: stub.at / 1_000,
            exp: claims.expires,
        };
        // Texts and numbers always become JSON.
        let payload = serde_json::to_vec(&payload).unwrap_or_default();
        let signed = format!("{HEAD}.{}", URL_SAFE_NO_PAD.encode(payload));
        let mac = hmac::sign(&self.0, signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac))
    }

    /// What a text stands for, if it was made here.
    pub(crate) fn read(&self, token: &str) -> Option<Stub> {
        let (signed, mac) = token.rsplit_once('.')?;
        hmac::verify(&self.0, signed.as_bytes(), &URL_SAFE_NO_PAD.decode(mac).ok()?).ok()?;
        let payload = URL_SAFE_NO_PAD.decode(signed.strip_prefix(HEAD)?.strip_prefix('.')?).ok()?;
        unpack(&serde_json::from_slice::<Payload<'_>>(&payload).ok()?.jti)
    }
}

fn pack(stub: Stub) -> String {
    let kind = match stub.kind {
        Kind::Access => b'a',
        Kind::Refresh => b'r',
        Kind::Service => b's',
        Kind::System => b'f',
    };
    let mut bytes = vec![kind];
    bytes.extend(stub.of.to_be_bytes());
    bytes.extend(stub.generation.to_be_bytes());
    bytes.extend(stub.serial.to_be_bytes());
    bytes.extend(stub.at.to_be_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

fn unpack(text: &str) -> Option<Stub> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (kind, rest) = bytes.split_first()?;
    let (of, rest) = rest.split_first_chunk::<4>()?;
    let (generation, rest) = rest.split_first_chunk::<4>()?;
    let (serial, rest) = rest.split_first_chunk::<4>()?;
    let (at, _) = rest.split_first_chunk::<8>()?;
    Some(Stub {
        kind: match kind {
            b'a' => Kind::Access,
            b'r' => Kind::Refresh,
            b's' => Kind::Service,
            b'f' => Kind::System,
            _ => return None,
        },
        of: u32::from_be_bytes(*of),
        generation: u32::from_be_bytes(*generation),
        serial: u32::from_be_bytes(*serial),
        at: i64::from_be_bytes(*at),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_where_it_was_made_and_nowhere_else() {
        let claims = Claims { issuer: "i", subject: "s\"", client: "c", scope: "", expires: 9 };
        for kind in [Kind::Access, Kind::Refresh, Kind::Service, Kind::System] {
            let stub = Stub { kind, of: 7, generation: u32::MAX, at: 1_900_000_000_000, serial: 3 };
            let token = Seal::new(1).write(stub, claims);
            assert_eq!(Seal::new(1).read(&token), Some(stub));
            assert_eq!(Seal::new(2).read(&token), None);
            let mut bytes = token.clone().into_bytes();
            bytes[HEAD.len() + 5] ^= 1;
            assert_eq!(Seal::new(1).read(&String::from_utf8(bytes).unwrap()), None);
        }
        for wrong in ["", ".", "..", "a.b.c", HEAD] {
            assert_eq!(Seal::new(1).read(wrong), None, "{wrong}");
        }
    }
}
