//! A connection: one place we speak to, with the address and the way of signing in.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::id::{ConnectionId, GrantId, InstallationId, SecretId, TenantId};
use crate::layers::{Gateway, Transport};

/// Which tool, and which of its faces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolKind {
    /// Jira Cloud.
    JiraCloud,
    /// Jira Data Center and Jira Server.
    JiraDc,
    /// Targetprocess.
    Targetprocess,
}

impl ToolKind {
    /// All of them, in the order shown to people.
    pub const ALL: [Self; 3] = [Self::JiraCloud, Self::JiraDc, Self::Targetprocess];

    /// The word used in documents, columns and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::JiraCloud => "jira_cloud",
            Self::JiraDc => "jira_dc",
            Self::Targetprocess => "targetprocess",
        }
    }

    /// The name people know it by; also used to attribute a comment.
    pub const fn title(self) -> &'static str {
        match self {
            Self::JiraCloud | Self::JiraDc => "Jira",
            Self::Targetprocess => "Targetprocess",
        }
    }
}

impl fmt::Display for ToolKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for ToolKind {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let known = || Self::ALL.map(Self::word).join(", ");
        Self::ALL
            .into_iter()
            .find(|kind| kind.word() == text)
            .ok_or_else(|| format!("`{text}` is not a tool Bowline knows; known: {}", known()))
    }
}

/// How a connection signs in. The secret part is a sealed row of its own, found by [`Connection::secret`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum SignIn {
    /// Jira Cloud: e-mail and API token, sent as Basic.
    ApiToken {
        /// The e-mail of the account that owns the token.
        email: String,
    },
    /// Jira Data Center and Server, Targetprocess: user name and password, sent as Basic.
    Basic {
        /// The login name.
        user: String,
    },
    /// Jira Data Center: personal access token, sent as Bearer.
    PersonalAccessToken,
    /// Targetprocess: a personal access token, sent as the query parameter `access_token`.
    AccessToken,
    /// Targetprocess: a user's service token, sent as the query parameter `token`.
    ServiceToken,
    /// User name and password, exchanged for a session: a cookie is sent instead of them.
    Session {
        /// The login name.
        user: String,
    },
    /// Nothing of its own: who passes the transport or the gateway is signed in by what stands there. The connection's
    /// own secret is not used then.
    InFront,
    /// Tokens that a provider gives and that end by themselves: OAuth of every kind. The connection's own secret is not
    /// used then.
    Grant {
        /// Which grant; several connections may call with one.
        grant: GrantId,
    },
    /// As the app that the site has installed: each call is signed with what both share. The secret is the
    /// installation's, which its lifecycle calls replace.
    Connect {
        /// Which installation.
        installation: InstallationId,
    },
}

/// Whether calls are worth trying.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Health {
    /// Never tried.
    Unknown,
    /// The last call was accepted.
    Ok,
    /// A person has to do something first; work waits and nothing of it is lost.
    NeedsAttention {
        /// Why.
        code: Code,
    },
}

/// How webhook deliveries prove that they come from the tool.
///
/// The path token is always demanded; the rest is what a second proof needs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntakeProof {
    /// The sealed HMAC secret; Jira Cloud signs with it (`X-Hub-Signature`).
    pub hmac: Option<SecretId>,
    /// Name of a header that must hold a token.
    pub header: Option<String>,
    /// The sealed token that the header must hold.
    pub header_token: Option<SecretId>,
}

/// Who the tool says we are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The account's id, in the form the tool's events use for their author.
    pub id: String,
    /// The name the tool shows for it.
    pub name: String,
}

/// One place we speak to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Connection {
    /// The customer it belongs to.
    pub tenant: TenantId,
    /// Its identifier.
    pub id: ConnectionId,
    /// Its short name, unique in the tenant; profiles name connections by it.
    pub name: String,
    /// Which tool is there.
    pub tool: ToolKind,
    /// Where API calls go, without a trailing slash.
    pub base_url: String,
    /// Where people open items, without a trailing slash; often the same.
    pub browse_url: String,
    /// How the connection itself is made.
    pub transport: Transport,
    /// What stands before the tool and wants to know who we are.
    pub gateway: Option<Gateway>,
    /// How it signs in.
    pub sign_in: SignIn,
    /// The sealed secret that goes with [`SignIn`].
    pub secret: SecretId,
    /// How deliveries prove themselves.
    pub intake: IntakeProof,
    /// Whether calls are worth trying.
    pub health: Health,
    /// Who the tool says we are; known after the first probe.
    pub identity: Option<Identity>,
    /// Settings of the adapter that differ from its defaults, by name.
    pub settings: BTreeMap<String, String>,
    /// Raised by one at every change, so that caches notice and nobody overwrites what they have not seen; 0 before
    /// it is stored.
    pub revision: i64,
    /// Raised by one whenever what was remembered of the tool (its fields, types, screens) turned out to be wrong: nobody
    /// believes what was learnt in an earlier era. Not part of [`Connection::revision`], for nobody changed anything.
    #[serde(default)]
    pub era: i64,
    /// When it was made.
    pub created_at: Timestamp,
}
