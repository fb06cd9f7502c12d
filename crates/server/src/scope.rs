//! Scopes: what a bearer token allows. The words are those of the API reference and stay stable.

use std::fmt;
use std::str::FromStr;

/// One thing that a token may allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Lists tenants.
    TenantsRead,
    /// Makes tenants.
    TenantsWrite,
    /// Lists tokens.
    TokensRead,
    /// Makes and revokes tokens.
    TokensWrite,
    /// Lists, checks and exports wrapped keys.
    KeysRead,
    /// Turns keys over.
    KeysRotate,
    /// Sees which sites have installed our app, and which calls of theirs were refused.
    AppRead,
    /// Forgets sites that have removed our app.
    AppWrite,
    /// Makes sign-in links to the live page.
    SystemWrite,
    /// Sees how much work waits over all tenants.
    SystemRead,
    /// Sees connections.
    ConnectionsRead,
    /// Makes, changes, tests and deletes connections.
    ConnectionsWrite,
    /// Sees profiles and checks documents.
    ProfilesRead,
    /// Makes, changes, pauses and deletes profiles.
    ProfilesWrite,
    /// Sees what sync does.
    SyncRead,
    /// Has items looked at again.
    SyncRun,
    /// Sees findings, with the tools' own words.
    ErrorsRead,
    /// Retries and resolves findings.
    ErrorsResolve,
    /// Sees deliveries, with the bodies of parked ones.
    EventsRead,
    /// Sees shares.
    ItemsRead,
    /// Shares, connects and unlinks items.
    ItemsWrite,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 21] = [
        Self::TenantsRead,
        Self::TenantsWrite,
        Self::TokensRead,
        Self::TokensWrite,
        Self::KeysRead,
        Self::KeysRotate,
        Self::AppRead,
        Self::AppWrite,
        Self::SystemWrite,
        Self::SystemRead,
        Self::ConnectionsRead,
        Self::ConnectionsWrite,
        Self::ProfilesRead,
        Self::ProfilesWrite,
        Self::SyncRead,
        Self::SyncRun,
        Self::ErrorsRead,
        Self::ErrorsResolve,
        Self::EventsRead,
        Self::ItemsRead,
        Self::ItemsWrite,
    ];

    /// The word used in tokens and documents.
    pub const fn word(self) -> &'static str {
        match self {
            Self::TenantsRead => "tenants:read",
            Self::TenantsWrite => "tenants:write",
            Self::TokensRead => "tokens:read",
            Self::TokensWrite => "tokens:write",
            Self::KeysRead => "keys:read",
            Self::KeysRotate => "keys:rotate",
            Self::AppRead => "app:read",
            Self::AppWrite => "app:write",
            Self::SystemWrite => "system:write",
            Self::SystemRead => "system:read",
            Self::ConnectionsRead => "connections:read",
            Self::ConnectionsWrite => "connections:write",
            Self::ProfilesRead => "profiles:read",
            Self::ProfilesWrite => "profiles:write",
            Self::SyncRead => "sync:read",
            Self::SyncRun => "sync:run",
            Self::ErrorsRead => "errors:read",
            Self::ErrorsResolve => "errors:resolve",
            Self::EventsRead => "events:read",
            Self::ItemsRead => "items:read",
            Self::ItemsWrite => "items:write",
        }
    }

    /// Whether a tenant's token can have it. The others are the admin's alone: with them a token could reach
    /// beyond its tenant, or make itself a stronger one.
    pub const fn is_grantable(self) -> bool {
        self.is_in_tenant() && !matches!(self, Self::TokensRead | Self::TokensWrite)
    }

    /// Whether it is about one tenant's things. The others work before there is any tenant.
    pub const fn is_in_tenant(self) -> bool {
        !matches!(
            self,
            Self::TenantsRead
                | Self::TenantsWrite
                | Self::KeysRead
                | Self::KeysRotate
                | Self::AppRead
                | Self::AppWrite
                | Self::SystemWrite
        )
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A word that is no scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a scope")]
pub struct NoScope;

impl FromStr for Scope {
    type Err = NoScope;
    fn from_str(text: &str) -> Result<Self, NoScope> {
        Self::ALL.into_iter().find(|scope| scope.word() == text).ok_or(NoScope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_parse_back() {
        for scope in Scope::ALL {
            assert_eq!(scope.word().parse(), Ok(scope));
        }
        assert_eq!("connections:*".parse::<Scope>(), Err(NoScope));
    }
}
