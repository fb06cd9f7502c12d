//! Whether a webhook delivery comes from whom it says: pure, in constant time, and silent about why not.
//!
//! First proof, always: the token in the path, found by [`hook_hash`] in the directory. Second proof, where
//! the connection demands one: Jira Cloud's HMAC of the body (`X-Hub-Signature`), or a token in a header of
//! the operator's choice. A delivery for an unknown connection costs the same work and gets the same answer
//! as one with a wrong secret, so that nobody learns which connections exist.

use aws_lc_rs::{constant_time, hmac};
use bowline_core::ConnectionId;
use bowline_core::connection::Connection;
use bowline_core::port::{Entropy, SealError};
use bowline_core::secret::{Purpose, Secret};
use http::{HeaderMap, HeaderName};

use crate::secrets::Secrets;
use crate::token::{self, sha256};

/// The header in which Jira Cloud signs (Atlassian's webhook page, “Secure admin webhooks”; the form is that of
/// WebSub): `sha256=<hex of HMAC-SHA-256 over the raw body>`.
const SIGNATURE: HeaderName = HeaderName::from_static("x-hub-signature");

/// The delivery is not authentic, or not for us. It says no more on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the delivery is refused")]
pub struct Refused;

/// The opened secrets that a connection's deliveries are compared with.
#[derive(Clone, Debug, Default)]
pub struct Proofs {
    /// What Jira Cloud signs with.
    pub hmac: Option<Secret>,
    /// What the header must hold.
    pub header: Option<Secret>,
}

impl Proofs {
    /// Opens what the connection demands. A demanded secret whose row is gone stays `None`, and [`verify`]
    /// then refuses.
    pub async fn open(connection: &Connection, secrets: &Secrets) -> Result<Self, SealError> {
        let mut proofs = Self::default();
        let wanted = &connection.intake;
        for (id, proof) in [(wanted.hmac, &mut proofs.hmac), (wanted.header_token, &mut proofs.header)] {
            if let Some(id) = id {
                *proof = secrets.find(connection, Purpose::WebhookSecret, id).await?;
            }
        }
        Ok(proofs)
    }
}

/// A new token for the path of a webhook URL.
pub fn hook_token(entropy: &dyn Entropy) -> Secret {
    token::draw("", entropy)
}

/// What stands for a delivery's id that is too long to be kept: its SHA-256, printed.
pub fn delivery_hash(id: &[u8]) -> String {
    sha256(id).iter().fold("sha256:".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

/// What the directory knows a webhook URL by: SHA-256 over the connection's printed id and the token.
pub fn hook_hash(connection: ConnectionId, token: &str) -> [u8; 32] {
    // The printed id has a fixed length and no slash, so no two pairs read the same.
    sha256(format!("{connection}/{token}").as_bytes())
}

/// Checks the second proofs of a delivery. `connection` is `None` if the path's token led to none.
///
/// Whatever is demanded and missing, empty, malformed or given twice is refused.
pub fn verify(
    connection: Option<&Connection>,
    proofs: &Proofs,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(), Refused> {
    let wanted = connection.map(|connection| &connection.intake);
    let signed = has_signature(proofs.hmac.as_ref(), headers, body);
    let signature_due = wanted.is_some_and(|wanted| wanted.hmac.is_some());

    let name = wanted.and_then(|wanted| wanted.header.as_deref()).unwrap_or_default();
    let presented = has_token(proofs.header.as_ref(), only(headers, name));
    let token_due = wanted.is_some_and(|wanted| wanted.header.is_some() || wanted.header_token.is_some());

    let fine = connection.is_some() & (signed | !signature_due) & (presented | !token_due);
    if fine { Ok(()) } else { Err(Refused) }
}

/// Computes the HMAC of the body whether it is wanted or not: the time must not tell.
fn has_signature(secret: Option<&Secret>, headers: &HeaderMap, body: &[u8]) -> bool {
    let secret = secret.map(Secret::expose).filter(|secret| !secret.is_empty());
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.unwrap_or(b"no secret"));
    let claimed = only(headers, SIGNATURE.as_str()).and_then(signature);
    let equal = hmac::verify(&key, body, &claimed.unwrap_or_default()).is_ok();
    equal & claimed.is_some() & secret.is_some()
}

/// Compares digests, so that neither the length nor the common beginning can be measured.
fn has_token(secret: Option<&Secret>, presented: Option<&str>) -> bool {
    let secret = secret.map(Secret::expose).filter(|secret| !secret.is_empty());
    let (mine, theirs) =
        (sha256(secret.unwrap_or_default()), sha256(presented.unwrap_or_default().as_bytes()));
    let equal = constant_time::verify_slices_are_equal(&mine, &theirs).is_ok();
    equal & secret.is_some() & presented.is_some()
}

/// The value of a header that must come exactly once.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

/// Reads `sha256=<64 hex digits>`. Other methods are refused: the sender does not get to choose a weaker one.
fn signature(text: &str) -> Option<[u8; 32]> {
    let (method, hex) = text.split_once('=')?;
    if !method.eq_ignore_ascii_case("sha256") || hex.len() != 64 {
        return None;
    }
    let mut out = [0; 32];
    for (byte, pair) in out.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
        let [high, low] = pair else { return None };
        let digit = |digit: &u8| char::from(*digit).to_digit(16);
        *byte = u8::try_from(digit(high)? * 16 + digit(low)?).ok()?;
    }
    Some(out)
}
