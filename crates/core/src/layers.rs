//! What a connection shows before it comes to the tool: a client certificate to the transport, a key or a token to a
//! gateway. Each is optional, and each is independent of how the connection signs in to the tool itself.
//!
//! Secrets are sealed rows of their own; here are their ids and what may be known of them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::code::AUTH_CERTIFICATE_EXPIRING;
use crate::commit::Change;
use crate::connection::{Connection, SignIn};
use crate::credential;
use crate::finding::{Cause, Occurrence};
use crate::id::{FindingId, GrantId, SecretId};
use crate::port::Entropy;

/// How the connection itself is made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transport {
    /// What proves us in the TLS handshake.
    pub certificate: Option<ClientCertificate>,
    /// Certificate authorities that are trusted beside those of the machine, in PEM. They are public.
    pub authorities: Option<String>,
}

impl Transport {
    /// Whether there is nothing of its own.
    pub const fn is_plain(&self) -> bool {
        self.certificate.is_none() && self.authorities.is_none()
    }
}

/// A client certificate: what may be known of it. Chain and key are sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientCertificate {
    /// The sealed chain and key, in PEM. Another certificate is another row, so the id names the identity.
    pub secret: SecretId,
    /// Whom it names.
    pub subject: String,
    /// When the first certificate of its chain ends.
    pub ends_at: Timestamp,
    /// The nearest warning that was given: days before the end. `None` before the first.
    pub warned: Option<i64>,
}

impl ClientCertificate {
    /// The warning that is due and was not given: so many days are left, or less.
    pub fn warning(&self, now: Timestamp) -> Option<i64> {
        credential::warning(self.ends_at, self.warned, now)
    }
}

/// What stands before the tool and wants to know who we are, in a header of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gateway {
    /// The header, in lower case.
    pub header: String,
    /// What is in it.
    pub proof: GatewayProof,
}

/// What a gateway is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum GatewayProof {
    /// A fixed key.
    Key {
        /// The sealed key.
        secret: SecretId,
    },
    /// A bearer token, which is minted with our own client credentials.
    Token {
        /// The grant whose token it is.
        grant: GrantId,
    },
}

impl Gateway {
    /// The grant whose tokens it is shown.
    pub const fn grant(&self) -> Option<GrantId> {
        match self.proof {
            GatewayProof::Token { grant } => Some(grant),
            GatewayProof::Key { .. } => None,
        }
    }
}

impl SignIn {
    /// Whether the header `Authorization` is left to others.
    pub const fn leaves_authorization(&self) -> bool {
        match self {
            Self::AccessToken | Self::ServiceToken | Self::Session { .. } | Self::InFront => true,
            Self::ApiToken { .. }
            | Self::Basic { .. }
            | Self::PersonalAccessToken
            | Self::Grant { .. }
            | Self::Connect { .. } => false,
        }
    }

    /// Whether a stored secret goes with it that a person gave.
    pub const fn has_secret(&self) -> bool {
        !matches!(self, Self::Grant { .. } | Self::InFront | Self::Connect { .. })
    }
}

impl Connection {
    /// The sealed rows that are its own. What a site shares with our app belongs to the installation.
    pub fn secrets(&self) -> impl Iterator<Item = SecretId> {
        let certificate = self.transport.certificate.as_ref().map(|certificate| certificate.secret);
        let gateway = self.gateway.as_ref().and_then(|gateway| match gateway.proof {
            GatewayProof::Key { secret } => Some(secret),
            GatewayProof::Token { .. } => None,
        });
        let secret = (!matches!(self.sign_in, SignIn::Connect { .. })).then_some(self.secret);
        [secret, self.intake.hmac, self.intake.header_token, certificate, gateway].into_iter().flatten()
    }

    /// The finding that its certificate ends soon, if one is due that was not given; the row remembers that it was.
    pub fn warn(&mut self, now: Timestamp, entropy: &dyn Entropy) -> Option<Change> {
        let certificate = self.transport.certificate.as_mut()?;
        certificate.warned = Some(certificate.warning(now)?);
        let id = FindingId::new(now, entropy);
        let cause = Cause::of(AUTH_CERTIFICATE_EXPIRING).at(self.id);
        Some(Change::Raise(Box::new(Occurrence { id, cause, entity: None, words: None })))
    }

    /// Whether calls carry tokens of a grant, in whichever layer.
    pub fn calls_with(&self, grant: GrantId) -> bool {
        self.sign_in == SignIn::Grant { grant }
            || self.gateway.as_ref().and_then(Gateway::grant) == Some(grant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_warning_is_given_once_and_the_nearest_wins() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let mut certificate = ClientCertificate {
            secret: format!("sec_{}", "0".repeat(32)).parse().unwrap(),
            subject: "CN=bowline".to_owned(),
            ends_at: at("2027-01-31T12:00:00Z"),
            warned: None,
        };
        let mut given = Vec::new();
        for now in [
            "2026-12-01T00:00:00Z",
            "2027-01-01T13:00:00Z",
            "2027-01-02T00:00:00Z",
            "2027-01-20T00:00:00Z",
            "2027-01-29T00:00:00Z",
            "2027-01-29T01:00:00Z",
            "2027-01-30T13:00:00Z",
            "2027-01-31T12:00:00Z",
            "2027-02-28T00:00:00Z",
        ] {
            let due = certificate.warning(at(now));
            certificate.warned = due.or(certificate.warned);
            given.push(due);
        }
        assert_eq!(given, [None, Some(30), None, Some(14), Some(3), None, Some(1), Some(0), None]);
    }
}
