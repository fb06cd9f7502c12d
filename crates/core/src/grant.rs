//! A grant: what a provider lets us do until it ends, and the row that keeps it alive.
//!
//! A grant and the connections that call with it are separate: one person who consents once may serve several
//! connections, and revoking reaches them all. Tokens are a sealed row of their own ([`Grant::secret`]); how they are
//! obtained and renewed is the business of `auth`.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::connection::Identity;
use crate::id::{AuthorizationId, ConnectionId, EventId, GrantId, OauthClientId, SecretId, TenantId};
use crate::secret::Sealed;

/// Who gives tokens, and by which rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// Jira Cloud, OAuth 2.0 with a person's consent (“3LO”): refresh tokens that rotate.
    AtlassianCloud,
    /// Jira Cloud, a service account's client credentials: a token is minted anew each time.
    AtlassianService,
    /// Jira Data Center's own OAuth 2.0 provider, with a person's consent.
    JiraOauth2,
    /// Jira Data Center, a service account's client credentials.
    JiraService,
    /// Jira Data Center, OAuth 1.0a of an application link.
    JiraOauth1,
    /// A gateway in front of the tool that wants OAuth 2.0 client credentials of its own.
    Gateway,
    /// Atlassian Forge, which sends the app's tokens by itself: nobody can ask for one, and none is renewed here.
    Forge,
}

impl Provider {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::AtlassianCloud,
        Self::AtlassianService,
        Self::JiraOauth2,
        Self::JiraService,
        Self::JiraOauth1,
        Self::Gateway,
        Self::Forge,
    ];

    /// The word used in columns, documents and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::AtlassianCloud => "atlassian_cloud",
            Self::AtlassianService => "atlassian_service",
            Self::JiraOauth2 => "jira_oauth2",
            Self::JiraService => "jira_service",
            Self::JiraOauth1 => "jira_oauth1",
            Self::Gateway => "gateway",
            Self::Forge => "forge",
        }
    }

    /// Whether tokens come by themselves and cannot be asked for: whoever holds one has to wait for the next.
    pub const fn is_pushed(self) -> bool {
        matches!(self, Self::Forge)
    }

    /// Whether a person has to consent; otherwise our own id and secret are enough.
    pub const fn asks_a_person(self) -> bool {
        matches!(self, Self::AtlassianCloud | Self::JiraOauth2 | Self::JiraOauth1)
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Provider {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let known = || Self::ALL.map(Self::word).join(", ");
        Self::ALL
            .into_iter()
            .find(|provider| provider.word() == text)
            .ok_or_else(|| format!("`{text}` is not a provider Bowline knows; known: {}", known()))
    }
}

/// Our own registration at a provider: an OAuth 2.0 client, or an OAuth 1.0a consumer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OauthClient {
    /// The customer it belongs to.
    pub tenant: TenantId,
    /// Its identifier.
    pub id: OauthClientId,
    /// What a person called it, unique in the tenant.
    pub name: String,
    /// Who gives tokens.
    pub provider: Provider,
    /// Where tokens come from, without a trailing slash: Atlassian's identity server, the base URL of a Jira Data
    /// Center, or a gateway's token URL.
    pub issuer: String,
    /// Where we reach a Jira that knows itself as `issuer` and stands behind a gateway; its tokens are shown here then.
    pub api_url: Option<String>,
    /// The client id or consumer key.
    pub client_id: String,
    /// The sealed client secret, or the private key of a consumer in PEM.
    pub secret: SecretId,
    /// Which scopes are asked for.
    pub scopes: Vec<String>,
    /// Raised by one at every change; 0 before it is stored.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// How a grant stands. `refreshing`, the sixth state people see, is an active grant with an open attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantState {
    /// Nobody has consented yet.
    Pending,
    /// The last refresh or call was accepted.
    Active,
    /// It could not be renewed lately, for reasons that pass or that are ours. Calls go on while the token lives.
    Degraded,
    /// Only a person can help. No calls; work waits and nothing of it is lost.
    NeedsReauth,
    /// Taken back by a person here; its secrets are gone.
    Revoked,
}

impl GrantState {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Pending, Self::Active, Self::Degraded, Self::NeedsReauth, Self::Revoked];

    /// The word used in columns and metrics.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Degraded => "degraded",
            Self::NeedsReauth => "needs_reauth",
            Self::Revoked => "revoked",
        }
    }

    /// Whether calls are worth trying.
    pub const fn serves(self) -> bool {
        matches!(self, Self::Active | Self::Degraded)
    }
}

impl fmt::Display for GrantState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for GrantState {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|state| state.word() == text);
        found.ok_or_else(|| format!("`{text}` is no state of a grant"))
    }
}

/// A refresh that was begun and whose end is not stored: the journal. It is durable before the first byte is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When the refresh token of this version was first sent.
    pub started_at: Timestamp,
    /// How often it was sent, the one under way included.
    pub sends: u32,
    /// Whether one of the sends may have arrived without our having its answer.
    pub unsure: bool,
}

/// What a provider lets us do until it ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The customer it belongs to.
    pub tenant: TenantId,
    /// Its identifier; stays the same when a person consents again.
    pub id: GrantId,
    /// The registration it was given to.
    pub client: OauthClientId,
    /// Who consented; `None` for service accounts and before consent.
    pub subject: Option<Identity>,
    /// Where the browser came back to; Data Center wants to hear it again at each refresh.
    pub redirect_uri: Option<String>,
    /// What was granted, as the provider said it.
    pub scopes: Vec<String>,
    /// How it stands.
    pub state: GrantState,
    /// Why it stands so, if it is not well.
    pub reason: Option<Code>,
    /// The provider's own words about it. From token endpoints only: they quote no item.
    pub words: Option<String>,
    /// Since when.
    pub since: Timestamp,
    /// The sealed tokens; `None` before consent. A new row for each set of tokens, so that older ones open nowhere.
    pub secret: Option<SecretId>,
    /// Raised by one with every new set of tokens.
    pub version: i64,
    /// When a person consented, or the first token was minted.
    pub consented_at: Option<Timestamp>,
    /// When the tokens were last renewed.
    pub rotated_at: Option<Timestamp>,
    /// When it was last called with, to about an hour.
    pub used_at: Option<Timestamp>,
    /// When the access token ends, by our clock.
    pub access_until: Option<Timestamp>,
    /// When the grant dies if it is not renewed before.
    pub idle_until: Option<Timestamp>,
    /// When it ends whatever we do.
    pub ends_at: Option<Timestamp>,
    /// The refresh that is under way, or was when a process died.
    pub attempt: Option<Attempt>,
    /// How many refreshes in a row have failed.
    pub fails: u32,
    /// No refresh before this time, after one that failed; one at this time, if somebody asked for it.
    pub retry_at: Option<Timestamp>,
    /// The nearest deadline warning that was given: days before the end. `None` before the first.
    pub warned: Option<i64>,
    /// Whether its person consented to be acted for and to nothing else: no connection may sign in by it. Over as soon as
    /// they sign in for a connection.
    #[serde(default)]
    pub personal: bool,
    /// Raised by one at every change; 0 before it is stored.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Grant {
    /// The state as people see it.
    pub const fn shown(&self) -> &'static str {
        match self.state {
            GrantState::Active if self.attempt.is_some() => "refreshing",
            state => state.word(),
        }
    }
}

/// One line of a grant's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantEvent {
    /// The customer it belongs to.
    pub tenant: TenantId,
    /// Its identifier; later lines sort later.
    pub id: EventId,
    /// Which grant.
    pub grant: GrantId,
    /// What happened.
    pub kind: GrantEventKind,
    /// How it stands after that.
    pub state: GrantState,
    /// Why.
    pub code: Option<Code>,
    /// The provider's own words.
    pub words: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// What happened to a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantEventKind {
    /// A person consented, or consented again.
    Consented,
    /// It could not be renewed; calls go on.
    Degraded,
    /// It was renewed after trouble.
    Recovered,
    /// A person has to consent again.
    NeedsReauth,
    /// It ends soon.
    Expiring,
    /// It was taken back.
    Revoked,
    /// The name of whoever gave it was read anew, because the provider said that it has changed.
    NameRenewed,
    /// The name was erased: the account is gone, or the provider could not be asked in time whether the name may be kept.
    NameErased,
}

impl GrantEventKind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Consented,
        Self::Degraded,
        Self::Recovered,
        Self::NeedsReauth,
        Self::Expiring,
        Self::Revoked,
        Self::NameRenewed,
        Self::NameErased,
    ];

    /// The word used in columns and events.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Consented => "consented",
            Self::Degraded => "degraded",
            Self::Recovered => "recovered",
            Self::NeedsReauth => "needs_reauth",
            Self::Expiring => "expiring",
            Self::Revoked => "revoked",
            Self::NameRenewed => "name_renewed",
            Self::NameErased => "name_erased",
        }
    }
}

impl FromStr for GrantEventKind {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|kind| kind.word() == text);
        found.ok_or_else(|| format!("`{text}` is no event of a grant"))
    }
}

/// A browser sign-in under way. Its `state` (OAuth 2.0) or request token (OAuth 1.0a) finds it through the directory,
/// as a hash; it is used once and lives for ten minutes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorization {
    /// The customer it belongs to.
    pub tenant: TenantId,
    /// Its identifier.
    pub id: AuthorizationId,
    /// For which grant.
    pub grant: GrantId,
    /// For which connection; the grant of one person may serve others afterwards.
    pub connection: ConnectionId,
    /// SHA-256 of what the browser that began it holds in a cookie.
    pub browser: [u8; 32],
    /// Where the provider sends the browser back to.
    pub redirect_uri: String,
    /// What nobody may see, sealed: see `auth`.
    pub sealed: Sealed,
    /// When it can no longer be finished.
    pub until: Timestamp,
}
