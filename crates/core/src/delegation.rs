//! A delegation: a person's own consent that a connection writes as them.
//!
//! A connection works with the credential of its service account. Beside it, people may let it act as themselves: each
//! has a grant of their own ([`crate::grant`]), and a delegation says for which connection it was given. Without one,
//! nothing is ever written under a person's name.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::code::{AUTH_PERSON_REFUSED, AUTH_REJECTED, Code};
use crate::connection::{Connection, Health, Identity, SignIn};
use crate::finding::Cause;
use crate::grant::{Grant, GrantState};
use crate::id::{ConnectionId, GrantId, TenantId};
use crate::layers::Transport;

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
    /// When they first consented for this connection, without a break since: by this grant, which has served all the time, at
    /// this site. What they wrote before is not written as them:
    /// they have let nobody publish that under their name.
    pub since: Timestamp,
    /// When they consented last. A refusal counts against the consent that it met, never against a newer one.
    pub consented_at: Timestamp,
    /// The tool has refused the person's tokens: they are not tried again before they consent anew, or for a while.
    pub refused: Option<Refused>,
}

/// That and why a person's tokens were refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Why.
    pub code: Code,
    /// When.
    pub at: Timestamp,
    /// When they are tried again, where the refusal may have been about something that passes; otherwise only a new
    /// consent helps.
    #[serde(default)]
    pub until: Option<Timestamp>,
    /// How often in a row it was tried and refused: a call that is taken ends the row.
    #[serde(default)]
    pub times: u32,
}

impl Refused {
    /// Whether the tokens are not to be tried at a time.
    fn holds(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| until > now)
    }
}

/// How long tokens that were simply not accepted are left alone. A tool says so of a revoked token, and also of every
/// token while its user directory is away; a few hours are longer than most of the latter last.
const LEFT_ALONE: SignedDuration = SignedDuration::from_hours(4);
/// At the most, after refusals in a row.
const LONGEST: SignedDuration = SignedDuration::from_hours(7 * 24);

impl Delegation {
    /// How a refusal is remembered, given what is remembered already.
    pub fn refusal(&self, code: &Code, at: Timestamp) -> Refused {
        let times = self.refused.as_ref().map_or(0, |before| before.times).saturating_add(1);
        let doubled = LEFT_ALONE.saturating_mul(1 << times.saturating_sub(1).min(8));
        let passes = *code == AUTH_REJECTED;
        let until = passes.then(|| at.saturating_add(doubled.min(LONGEST)).unwrap_or(Timestamp::MAX));
        Refused { code: code.clone(), at, until, times }
    }

    /// What a finding about the refused person is about. It is over with a new consent for this connection, and with the
    /// delegation; how their grant is renewed has nothing to do with it.
    pub fn refused_cause(&self) -> Cause {
        Self::refused_cause_of(self.connection, &self.person)
    }

    /// The same, of a person at a connection.
    pub fn refused_cause_of(connection: ConnectionId, person: &str) -> Cause {
        Cause::of(AUTH_PERSON_REFUSED).at(connection).about(person)
    }
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
        let refused = self.delegation.refused.as_ref().is_some_and(|refused| refused.holds(now));
        alive && !refused && self.is_of(connection)
    }

    /// Whether the connection is where it was when the person consented: ids of items mean something else elsewhere.
    fn is_of(&self, connection: &Connection) -> bool {
        let Delegation { site, base_url, .. } = &self.delegation;
        let same = base_url.as_ref().is_none_or(|url| [url, site].contains(&&connection.base_url));
        same && connection.id == self.delegation.connection && connection.browse_url == *site
    }

    /// The connection as it is called for this person: with their grant instead of the service account's credential, at the
    /// address where their tokens are good. What stands before another address is not shown at this one: not its gateway's key, not its client
    /// certificate; and no authority of a customer is trusted there.
    pub fn acting(&self, connection: &Connection) -> Connection {
        let Delegation { grant, base_url, .. } = &self.delegation;
        let base_url = base_url.as_ref().unwrap_or(&connection.base_url);
        let moved = *base_url != connection.base_url;
        Connection {
            base_url: base_url.clone(),
            transport: if moved { Transport::default() } else { connection.transport.clone() },
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
