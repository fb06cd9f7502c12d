//! Identifiers: UUIDv7 newtypes, printed with a prefix that says what they name (`shr_0190…`).
//!
//! A bare UUID never appears in a signature. Time and randomness are arguments, so that a simulation can
//! repeat itself.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

use crate::port::Entropy;

/// A string that is not an identifier of the expected kind.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{found}` is not an identifier of the form `{prefix}_…`")]
pub struct BadId {
    prefix: &'static str,
    found: String,
}

fn draw(now: Timestamp, entropy: &dyn Entropy) -> Uuid {
    let mut random = [0u8; 10];
    entropy.fill(&mut random);
    let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

fn parse(prefix: &'static str, text: &str) -> Result<Uuid, BadId> {
    text.strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('_'))
        .filter(|hex| hex.len() == 32)
        .and_then(|hex| Uuid::try_parse(hex).ok())
        .ok_or_else(|| BadId { prefix, found: text.chars().take(60).collect() })
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// The prefix of the printed form, without the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// A new identifier; identifiers drawn later sort later (to the millisecond).
            pub fn new(now: Timestamp, entropy: &dyn Entropy) -> Self {
                Self(draw(now, entropy))
            }

            /// Wraps a stored UUID.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID to store.
            pub const fn uuid(&self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                parse($prefix, text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    };
}

id!(
    /// One customer organisation.
    TenantId, "ten"
);

impl TenantId {
    /// No tenant ever has this one: what is done in nobody's name, and what is asked for where there is nothing to ask for.
    pub const NOBODY: Self = Self(Uuid::nil());
}

id!(
    /// One place we speak to: a Jira site, a Targetprocess account.
    ConnectionId, "con"
);
id!(
    /// What syncs between two connections, and how.
    ProfileId, "prf"
);
id!(
    /// A linked pair of items.
    ShareId, "shr"
);
id!(
    /// Something that happened: a delivery received, or an activity shown to a person.
    EventId, "evt"
);
id!(
    /// One journaled call that changes a tool.
    CommandId, "cmd"
);
id!(
    /// Something a person should see, grouped by cause.
    FindingId, "fnd"
);
id!(
    /// A sealed secret.
    SecretId, "sec"
);
id!(
    /// What a provider lets us do until it ends.
    GrantId, "grt"
);
id!(
    /// A browser sign-in under way.
    AuthorizationId, "aut"
);
id!(
    /// Our own registration at a provider of tokens.
    OauthClientId, "cli"
);
id!(
    /// A site that installed our app.
    InstallationId, "ist"
);
id!(
    /// A bearer token of our own API.
    TokenId, "tok"
);

#[cfg(test)]
mod tests {
    use super::*;

    struct Sevens;
    impl Entropy for Sevens {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    #[test]
    fn prints_with_prefix_and_parses_back() {
        let id = ShareId::new(Timestamp::UNIX_EPOCH, &Sevens);
        let text = id.to_string();
        assert!(text.starts_with("shr_"), "{text}");
        assert_eq!(text.parse::<ShareId>(), Ok(id));
    }

    #[test]
    fn another_kind_of_id_is_refused_with_a_reason() {
        let text = TenantId::new(Timestamp::UNIX_EPOCH, &Sevens).to_string();
        let error = text.parse::<ShareId>().unwrap_err();
        assert!(error.to_string().contains("shr_"), "{error}");
    }
}
