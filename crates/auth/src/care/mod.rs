//! Care of secrets that people gave: their ends are found out and announced, and personal access tokens are replaced by
//! ones of our making before they end, where the operator wants that.
//!
//! A token is ours if we made it: only then does its row have the tool's id, from the answer to its making. No other
//! token is ever revoked, and none is replaced unless [`Options::replace_ahead`] says so.
//!
//! [`Care::pass`] looks at every connection that signs in with a stored secret. When a secret ends is [`deadline`]'s
//! business, what Jira says of personal access tokens that of [`pat`], and replacing one that of [`swap`].

mod deadline;
mod pat;
mod swap;

use std::collections::HashMap;
use std::sync::Arc;

use bowline_core::code::{AUTH_CREDENTIAL_ENDING, Code, SEAL_CORRUPT, STORE_UNAVAILABLE};
use bowline_core::commit::{Change, Commit};
use bowline_core::connection::{Connection, Health, SignIn};
use bowline_core::credential::{Credential, Known};
use bowline_core::failure::Failure;
use bowline_core::finding::{Cause, Occurrence};
use bowline_core::port::{Clock, Commits, Entropy, Grants, Outbound, Registry, Seal, SealError, StoreError};
use bowline_core::{ConnectionId, FindingId, SignedDuration, TenantId, Timestamp};

use crate::secrets::Secrets;

/// How often the tool is asked about a token.
const ASK: SignedDuration = SignedDuration::from_hours(24);
/// How old a stored time of use may be.
const USE: SignedDuration = SignedDuration::from_hours(1);
/// How long before its end a token of our making is replaced if nothing is said: nobody else would do it.
const OWN_AHEAD: SignedDuration = SignedDuration::from_hours(14 * 24);

/// What care needs from the world.
#[derive(Clone)]
pub struct Ports {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Reads connections.
    pub registry: Arc<dyn Registry>,
    /// Reads what is known of secrets.
    pub grants: Arc<dyn Grants>,
    /// Writes.
    pub commits: Arc<dyn Commits>,
    /// Seals new tokens.
    pub seal: Arc<dyn Seal>,
    /// Calls tools.
    pub outbound: Arc<dyn Outbound>,
    /// Knows when each secret was last shown.
    pub secrets: Arc<Secrets>,
}

/// What an operator may set.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How long before its end a personal access token is replaced. Zero: those that people made are left alone, and
    /// those of our making are replaced two weeks before.
    pub replace_ahead: SignedDuration,
    /// How many days a token of our making lives.
    pub life_days: i64,
}

impl Default for Options {
    fn default() -> Self {
        Self { replace_ahead: SignedDuration::ZERO, life_days: 90 }
    }
}

/// Looks after secrets.
pub struct Care {
    ports: Ports,
    options: Options,
    /// Who this is, over all starts; `None` for nobody in particular.
    name: Option<String>,
}

/// What a pass came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// How many people were warned.
    pub warned: usize,
    /// How many tokens were replaced.
    pub replaced: usize,
    /// What could not be done, and why.
    pub failed: Vec<(ConnectionId, Code)>,
}

/// Why a look went no further. The next pass goes on where it stopped.
#[derive(Debug, thiserror::Error)]
enum Stopped {
    #[error(transparent)]
    Tool(#[from] Failure),
    #[error(transparent)]
    Sealed(#[from] SealError),
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Sealed(error.into())
    }
}

impl Care {
    /// Care over one database.
    pub fn new(ports: Ports, options: Options) -> Self {
        Self { ports, options, name: None }
    }

    /// The same under a name that nobody else has at any time. What was left behind under it by a process that died is
    /// taken up at once, not when its hold ends.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }

    /// Looks at every secret of every tenant once. Fails if a tenant's could not be read, after those of all others
    /// were looked at.
    pub async fn pass(&self) -> Result<Done, StoreError> {
        let mut done = Done::default();
        let mut unread = None;
        for tenant in self.ports.registry.tenants().await? {
            if let Err(error) = self.look_over(tenant.id, &mut done).await {
                unread = unread.or(Some(error));
            }
        }
        match unread {
            None => Ok(done),
            Some(error) => Err(error),
        }
    }

    /// Looks at every secret of one tenant. What goes wrong with one does not keep the others from being looked at.
    async fn look_over(&self, tenant: TenantId, done: &mut Done) -> Result<(), StoreError> {
        let known = self.ports.grants.credentials(tenant).await?;
        let mut known: HashMap<ConnectionId, Credential> =
            known.into_iter().map(|row| (row.connection, row)).collect();
        for connection in self.ports.registry.connections(tenant).await? {
            let id = connection.id;
            let row = known.remove(&id);
            match self.look(connection, row, done).await {
                Ok(()) => {}
                // Somebody else is at it.
                Err(Stopped::Sealed(SealError::Store(StoreError::Conflict(_)))) => {}
                Err(Stopped::Sealed(SealError::Store(_))) => done.failed.push((id, STORE_UNAVAILABLE)),
                Err(Stopped::Sealed(_)) => done.failed.push((id, SEAL_CORRUPT)),
                Err(Stopped::Tool(failure)) => done.failed.push((id, failure.code)),
            }
        }
        Ok(())
    }

    async fn look(
        &self,
        connection: Connection,
        known: Option<Credential>,
        done: &mut Done,
    ) -> Result<(), Stopped> {
        if matches!(connection.sign_in, SignIn::Grant { .. } | SignIn::Connect { .. }) {
            return self.without_secret(known).await;
        }
        let now = self.now();
        let mut changes = Vec::new();
        let kept = known.as_ref().is_some_and(|row| row.secret == connection.secret);
        let mut row = match known {
            Some(row) if row.secret == connection.secret => row,
            other => {
                // A person has given another secret: nothing that was said of the one before is about it, and what was
                // under way for that is of no use.
                if other.as_ref().is_some_and(|row| row.warned.is_some()) {
                    changes.push(Change::SettleCause { key: ending(connection.id).key() });
                }
                changes.extend(other.as_ref().and_then(Credential::left_over).map(Change::DropSecret));
                deadline::fresh(&connection, other.map_or(0, |row| row.revision), now)
            }
        };
        let before = row.clone();
        self.note_use(&mut row);
        let well = !matches!(connection.health, Health::NeedsAttention { .. });
        // A tool that does not answer keeps nobody from being told what is known without it.
        let asked = if well { self.ask(&connection, &mut row, now).await } else { Ok(()) };
        changes.extend(self.announced(&mut row, now, done));
        if !kept || row != before || !changes.is_empty() {
            self.put(&mut row, changes).await?;
        }
        asked?;
        if well && self.is_to_be_replaced(&connection, &row, now) && self.replaced(connection, row).await? {
            done.replaced += 1;
        }
        Ok(())
    }

    /// It signs in with a grant by now, or as the app: that its secret ends concerns nobody any more.
    async fn without_secret(&self, known: Option<Credential>) -> Result<(), Stopped> {
        let Some(mut row) = known.filter(|row| row.warned.is_some()) else { return Ok(()) };
        row.warned = None;
        let settled = Change::SettleCause { key: ending(row.connection).key() };
        self.put(&mut row, vec![settled]).await?;
        Ok(())
    }

    fn now(&self) -> Timestamp {
        self.ports.clock.now()
    }

    /// When it was last called with, from this process's memory; to about an hour.
    fn note_use(&self, row: &mut Credential) {
        let Some(used) = self.ports.secrets.used(row.tenant, row.secret) else { return };
        if row.used_at.is_none_or(|known| used.duration_since(known) >= USE) {
            row.used_at = Some(used);
        }
    }

    /// Asks Jira Data Center when the token ends, once a day.
    async fn ask(
        &self,
        connection: &Connection,
        row: &mut Credential,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let lately = row.asked_at.is_some_and(|at| now.duration_since(at) < ASK);
        if connection.sign_in != SignIn::PersonalAccessToken || lately || row.swap.is_some() {
            return Ok(());
        }
        let told = pat::list(self.ports.outbound.as_ref(), connection).await?;
        row.asked_at = Some(now);
        let Some(own) = told.and_then(|all| pat::own(all, row.vendor_id.as_deref())) else { return Ok(()) };
        match own.token.expires_at {
            // A person knows better than a guess.
            Some(_) if row.known == Known::Entered && !own.sure => {}
            Some(end) => (row.expires_at, row.known) = (Some(end), Known::Told),
            // The end of a token of our making was in the answer to its making.
            None if row.known == Known::Told && row.vendor_id.is_none() => {
                (row.expires_at, row.known) = (None, Known::Unknown);
            }
            None => {}
        }
        Ok(())
    }

    /// The warning that is due, or the end of one that is over.
    fn announced(&self, row: &mut Credential, now: Timestamp, done: &mut Done) -> Option<Change> {
        let cause = ending(row.connection);
        if let Some(days) = deadline::warning(row, now) {
            row.warned = Some(days);
            done.warned += 1;
            let id = FindingId::new(now, self.ports.entropy.as_ref());
            return Some(Change::Raise(Box::new(Occurrence { id, cause, entity: None, words: None })));
        }
        let over = row.warned.is_some() && !deadline::is_near(row, now);
        over.then(|| {
            row.warned = None;
            Change::SettleCause { key: cause.key() }
        })
    }

    fn is_to_be_replaced(&self, connection: &Connection, row: &Credential, now: Timestamp) -> bool {
        // Passes of one process follow each other: what its own name holds is nobody's.
        let own = self.name.is_some() && row.held_by == self.name;
        let held = !own && row.held_until.is_some_and(|until| until > now);
        if connection.sign_in != SignIn::PersonalAccessToken || held {
            return false;
        }
        let ahead = self.ahead(row);
        let near = row.expires_at.is_some_and(|end| end > now && end.duration_since(now) <= ahead);
        row.swap.is_some() || (near && row.known == Known::Told)
    }

    /// How long before its end this token is replaced; zero for never.
    fn ahead(&self, row: &Credential) -> SignedDuration {
        let wanted = self.options.replace_ahead;
        let ours = row.vendor_id.is_some();
        let ahead = if ours && wanted.is_zero() { OWN_AHEAD } else { wanted };
        // One that is due as soon as it is made would be replaced for ever.
        ahead.min(SignedDuration::from_hours(self.options.life_days * 12))
    }

    /// The row as it stands now, with `changes`.
    async fn put(&self, row: &mut Credential, mut changes: Vec<Change>) -> Result<(), StoreError> {
        changes.push(Change::PutCredential(Box::new(row.clone())));
        self.write(row.tenant, changes).await?;
        row.revision += 1;
        Ok(())
    }

    async fn write(&self, tenant: TenantId, changes: Vec<Change>) -> Result<(), StoreError> {
        self.ports.commits.commit(Commit { tenant, fence: None, changes, at: self.now() }).await
    }
}

/// Why people are told that a stored secret ends.
fn ending(connection: ConnectionId) -> Cause {
    Cause::of(AUTH_CREDENTIAL_ENDING).at(connection)
}
