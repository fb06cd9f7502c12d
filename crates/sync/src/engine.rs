//! The engine: looks at one claimed entity and does what is needed. It never sleeps, spawns or reads the time
//! by itself; whoever runs it claims the work, calls [`Engine::look`] and goes on to the next.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bowline_core::commit::{Change, Commit};
use bowline_core::connection::{Connection, Health};
use bowline_core::failure::{Act, Executed, Failure};
use bowline_core::port::{
    Clock, Commits, Delegations, Desk, Entropy, Registry, Seal, StoreError, Tools, WorkQueue,
};
use bowline_core::profile::Profile;
use bowline_core::work::{Claim, Entity};
use bowline_core::{ConnectionId, ProfileId, SignedDuration, TenantId, Timestamp};
use bowline_mapping::{Document, Rules};

use crate::laws::Laws;
use crate::outcome::{Outcome, Stop};
use crate::path::Graph;
use crate::{item, look, retry, sweep};

/// What the engine needs from the world.
#[derive(Clone)]
pub struct Ports {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Writes.
    pub commits: Arc<dyn Commits>,
    /// Reads what a worker needs.
    pub desk: Arc<dyn Desk>,
    /// Reads what is configured.
    pub registry: Arc<dyn Registry>,
    /// Reads who lets which connection write as them.
    pub delegations: Arc<dyn Delegations>,
    /// Seals and takes fingerprints.
    pub seal: Arc<dyn Seal>,
    /// Makes tools.
    pub tools: Arc<dyn Tools>,
    /// Holds claims for longer.
    pub work: Arc<dyn WorkQueue>,
}

/// How long a claim is held before it has to be renewed.
pub const LEASE: SignedDuration = SignedDuration::from_secs(90);

/// No write leaves with less of its lease left: no call may take longer (`auth`: 10 s until it is sent for the last time, with
/// every wait for tokens; `net`: 5 s in line, 5 s to look up, 5 s to connect, once more if nothing was sent, 30 s for the
/// exchange), so that whoever claims the entity next never
/// meets a write of ours that is still on its way.
const MARGIN: SignedDuration = SignedDuration::from_secs(60);

/// Settings. The defaults are the documented ones.
#[derive(Clone, Debug)]
pub struct Options {
    /// A create whose outcome is unknown is not repeated before so long: a search index may lag.
    pub max_index_lag: SignedDuration,
    /// Any other call whose outcome is unknown may still be on its way for so long.
    pub settle_after: SignedDuration,
    /// How often each connection is swept.
    pub sweep_every: SignedDuration,
    /// How far each sweep reaches back behind the last one; further than a search index may lag.
    pub sweep_overlap: SignedDuration,
    /// An item that cannot be found is looked for once more after so long before it is taken for deleted.
    pub gone_after: SignedDuration,
    /// Work of a paused profile or a connection that needs attention is looked at again after so long.
    pub recheck_after: SignedDuration,
    /// How long the value that lost a conflict is kept, sealed.
    pub keep_losers: SignedDuration,
    /// Whether any content may be kept at all, even sealed and expiring.
    pub retain_content: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_index_lag: SignedDuration::from_mins(5),
            settle_after: SignedDuration::from_secs(90),
            sweep_every: SignedDuration::from_mins(5),
            sweep_overlap: SignedDuration::from_mins(6),
            gone_after: SignedDuration::from_secs(5),
            recheck_after: SignedDuration::from_secs(60),
            keep_losers: SignedDuration::from_hours(30 * 24),
            retain_content: true,
        }
    }
}

/// Looks at entities.
pub struct Engine {
    pub(crate) ports: Ports,
    pub(crate) options: Options,
    pub(crate) laws: Laws,
    pub(crate) workflows: Mutex<HashMap<WorkflowKey, Graph>>,
    rules: Mutex<HashMap<ProfileId, (i64, Arc<Rules>)>>,
}

/// A workflow is learnt per connection, project and type.
pub(crate) type WorkflowKey = (ConnectionId, String, String);

impl Engine {
    /// An engine with the laws as they are.
    pub fn new(ports: Ports, options: Options) -> Self {
        Self::with_laws(ports, options, Laws::default())
    }

    /// An engine with other laws: for the simulation, to see that it notices.
    pub fn with_laws(ports: Ports, options: Options, laws: Laws) -> Self {
        Self {
            ports,
            options,
            laws,
            workflows: Mutex::new(HashMap::new()),
            rules: Mutex::new(HashMap::new()),
        }
    }

    /// Looks at a claimed entity, does what is needed and gives the claim back: acknowledged, or due again.
    ///
    /// Returns an error only if not even that could be stored; the lease then runs out by itself.
    pub async fn look(&self, claim: &Claim) -> Result<Outcome, StoreError> {
        let result = match &claim.entity {
            Entity::Share(share) => look::share(self, claim, *share).await,
            Entity::Item { connection, id } => item::look(self, claim, *connection, id).await,
            Entity::Comment { connection, id } => item::look_at_comment(self, claim, *connection, id).await,
            Entity::Sweep(connection) => sweep::look(self, claim, *connection).await,
            // Grants lie in lanes of their own, from which the engine's worker does not claim.
            Entity::Grant(_) => Ok(Outcome::default()),
        };
        match result {
            Ok(outcome) => Ok(outcome),
            Err(Stop::Store(StoreError::LostLease)) => Ok(Outcome { lost: true, ..Outcome::default() }),
            Err(Stop::Store(error)) => Err(error),
            Err(stop) => self.give_up(claim, stop).await,
        }
    }

    /// Stores a failure that no look has dealt with itself: the work is due again later.
    async fn give_up(&self, claim: &Claim, stop: Stop) -> Result<Outcome, StoreError> {
        let failure = match stop {
            Stop::Tool(_, failure) => failure,
            Stop::Store(error) => return Err(error),
            Stop::Seal(_) => Failure::wait(bowline_core::code::SEAL_CORRUPT),
            Stop::Unreadable(_) => Failure::wait(bowline_core::code::MAPPING_INVALID),
        };
        let due_at = self.due_after(claim, &failure);
        let counted = look::is_attempt(&failure);
        let release = Change::Release { claim: claim.clone(), due_at, counted };
        let outcome = Outcome { failure: Some(failure.code), ..Outcome::default() };
        match self.commit(claim, vec![release]).await {
            Err(StoreError::LostLease) => Ok(Outcome { lost: true, ..outcome }),
            other => other.map(|()| outcome),
        }
    }

    /// When to look again after a failure.
    pub(crate) fn due_after(&self, claim: &Claim, failure: &Failure) -> Timestamp {
        let (now, entropy) = (self.now(), self.ports.entropy.as_ref());
        match failure.act {
            Act::Retry { after: Some(wait) } => retry::after(now, wait, entropy),
            Act::Retry { after: None } | Act::Park => retry::next(now, claim.attempts, entropy),
            Act::Wait => retry::add(now, self.options.recheck_after),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.ports.clock.now()
    }

    /// Commits under a claim.
    pub(crate) async fn commit(&self, claim: &Claim, changes: Vec<Change>) -> Result<(), StoreError> {
        let commit = Commit { tenant: claim.tenant, fence: Some(claim.fence()), changes, at: self.now() };
        self.ports.commits.commit(commit).await
    }

    /// Makes sure that a claim is held until any call made now must have ended; says until when it is held.
    pub(crate) async fn keep_hold(&self, claim: &Claim, until: Timestamp) -> Result<Timestamp, StoreError> {
        let now = self.now();
        if until.duration_since(now) >= MARGIN {
            return Ok(until);
        }
        let until = retry::add(now, LEASE);
        self.ports.work.renew(claim, until).await?;
        // It may have been renewed so late that the call would outlast it all the same.
        if until.duration_since(self.now()) < MARGIN {
            return Err(StoreError::LostLease);
        }
        Ok(until)
    }

    /// A connection, or `None` if it was deleted.
    pub(crate) async fn connection(
        &self,
        tenant: TenantId,
        id: ConnectionId,
    ) -> Result<Option<Connection>, StoreError> {
        self.ports.registry.connection(tenant, id).await
    }

    /// The compiled rules of a profile; cached until its revision changes.
    pub(crate) fn rules(&self, profile: &Profile) -> Result<Arc<Rules>, Stop> {
        let mut cache = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((revision, rules)) = cache.get(&profile.id)
            && *revision == profile.revision
        {
            return Ok(Arc::clone(rules));
        }
        let rules = Document::parse(&profile.document)
            .and_then(Rules::new)
            .map_err(|_| Stop::Unreadable("the stored profile document is not valid"))?;
        let rules = Arc::new(rules);
        cache.insert(profile.id, (profile.revision, Arc::clone(&rules)));
        Ok(rules)
    }

    /// Whether calls over a connection are worth trying now.
    pub(crate) const fn is_usable(connection: &Connection) -> bool {
        !matches!(connection.health, Health::NeedsAttention { .. })
    }
}

/// Whether a failed create may have made something.
pub(crate) const fn may_exist(failure: &Failure) -> bool {
    matches!(failure.executed, Executed::Unknown)
}
