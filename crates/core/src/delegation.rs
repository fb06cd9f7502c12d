//! A delegation: a person's own consent that a connection writes as them.
//!
//! A connection works with the credential of its service account. Beside it, people may let it act as themselves: each
//! has a grant of their own ([`crate::grant`]), and a delegation says for which connection it was given. Without one,
//! nothing is ever written under a person's name.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::connection::{Connection, Health, Identity, SignIn};
use crate::grant::{Grant, GrantState};
use crate::id::{ConnectionId, GrantId, TenantId};

/// A person's consent that a connection writes as them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delegation {
    /// The customer it belongs to.
    pub tenant: TenantId,
    /// The connection that may act.
    pub connection: ConnectionId,
    /// The person, in the form in which the tool names authors and profiles name people: the account id on Jira Cloud,
    /// the user name on Jira Data Center.
    pub person: String,
    /// Their grant. It may serve several connections.
    pub grant: GrantId,
    /// Where people opened the connection's items when this was consented to ([`Connection::browse_url`]). It is good for
    /// no other place.
    pub site: String,
    /// Where calls with their tokens go, without a trailing slash, if not where the connection's go: on Jira Cloud
    /// Atlassian's gateway, whether or not the connection itself uses it.
    pub base_url: Option<String>,
    /// When they consented. A refusal counts against the consent that it met, never against a newer one.
    pub consented_at: Timestamp,
    /// The tool has refused the person's tokens: they are not tried again before they consent anew.
    pub refused: Option<Refused>,
}

/// That and why a person's tokens were refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Why.
    pub code: Code,
    /// When.
    pub at: Timestamp,
}

/// A delegation with the grant that it stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delegate {
    /// What was consented to.
    pub delegation: Delegation,
    /// How the person's tokens stand.
    pub grant: Grant,
}

impl Delegate {
    /// Whether a call over a connection as this person is worth trying.
    pub fn is_usable(&self, connection: &Connection, now: Timestamp) -> bool {
        let alive = match self.grant.state {
            GrantState::Active => true,
            // Renewals fail: nobody waits for one that may never come.
            GrantState::Degraded => self.grant.access_until.is_some_and(|until| until > now),
            GrantState::Pending | GrantState::NeedsReauth | GrantState::Revoked => false,
        };
        alive && self.delegation.refused.is_none() && self.is_of(connection)
    }

    /// Whether the connection is where it was when the person consented: ids of items mean something else elsewhere.
    fn is_of(&self, connection: &Connection) -> bool {
        let Delegation { site, base_url, .. } = &self.delegation;
        let same = base_url.as_ref().is_none_or(|url| [url, site].contains(&&connection.base_url));
        same && connection.id == self.delegation.connection && connection.browse_url == *site
    }

    /// The connection as it is called for this person: with their grant instead of the service account's credential, at the
    /// address where their tokens are good. What stands before another address is not shown at this one.
    pub fn acting(&self, connection: &Connection) -> Connection {
        let Delegation { grant, base_url, .. } = &self.delegation;
        let base_url = base_url.as_ref().unwrap_or(&connection.base_url);
        let moved = *base_url != connection.base_url;
        Connection {
            base_url: base_url.clone(),
            gateway: connection.gateway.clone().filter(|_| !moved),
            sign_in: SignIn::Grant { grant: *grant },
            health: Health::Unknown,
            identity: Some(self.who()),
            ..connection.clone()
        }
    }

    /// The person, with the name that the tool shows where it is known.
    pub fn who(&self) -> Identity {
        let id = self.delegation.person.clone();
        let name = self.grant.subject.as_ref().map_or_else(|| id.clone(), |subject| subject.name.clone());
        Identity { id, name }
    }
}
