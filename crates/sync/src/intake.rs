//! Taking in a delivery: from a verified webhook to one durable row and work, and nothing else.
//!
//! No vendor is called here. The answer is sent once [`Intake::take`] has returned.

use bowline_core::activity::{Activity, Deed};
use bowline_core::commit::{Change, Commit};
use bowline_core::connection::Connection;
use bowline_core::event::{About, Delivery, Hint, InboxRow, InboxState};
use bowline_core::finding::{Cause, Occurrence};
use bowline_core::port::{SealError, StoreError};
use bowline_core::secret::{Purpose, Secret};
use bowline_core::share::{End, Share};
use bowline_core::work::{Entity, Lane, Touch};
use bowline_core::{EventId, FindingId, SignedDuration, Timestamp, code};

use crate::engine::Engine;
use crate::known::{is_ours, is_over};
use crate::retry;

/// Why a delivery could not be taken in. It must be answered so that the sender tries again.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A body that must be parked could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// There is work now. A delivery that was taken in before counts too: it changes nothing.
    Accepted,
    /// It tells nothing new and is closed as it was stored.
    Known {
        /// Whether it is our own write coming back.
        echo: bool,
    },
    /// It concerns nothing that syncs; the reason is kept.
    Ignored,
    /// It could not be read; the sealed body is kept for a person.
    Parked,
}

/// What a delivery concerns.
#[derive(Default)]
struct Met {
    /// Shares that tie its item.
    shares: Vec<Share>,
    /// What else has to look.
    others: Vec<Entity>,
}

impl Met {
    fn entity(entity: Entity) -> Self {
        Self { shares: Vec::new(), others: vec![entity] }
    }
}

/// Longer than any id of any tool, and short enough for an index.
const LONGEST_ID: usize = 255;

/// The ids that a hint names.
fn ids(hint: &Hint) -> impl Iterator<Item = &String> {
    let (item, comment) = match &hint.about {
        About::Item { id, .. } => (Some(id), None),
        About::Comment { id, item, .. } => (item.as_ref(), id.as_ref()),
        About::Elsewhere { .. } | About::Unknown => (None, None),
    };
    [item, comment, hint.delivery.as_ref()].into_iter().flatten()
}

impl Engine {
    /// Takes in a delivery that has proved itself.
    pub async fn take_in(&self, connection: &Connection, delivery: &Delivery) -> Result<Taken, IntakeError> {
        match self.ports.tools.hints(connection.tool).hint(delivery) {
            Ok(hint) if ids(&hint).any(|id| id.len() > LONGEST_ID) => {
                self.park(connection, delivery, "an id in it is too long to be one".to_owned()).await
            }
            Ok(hint) => self.take_hint(connection, hint).await,
            Err(unreadable) => self.park(connection, delivery, unreadable.reason).await,
        }
    }

    async fn take_hint(&self, connection: &Connection, hint: Hint) -> Result<Taken, IntakeError> {
        let now = self.now();
        let mut changes = Vec::new();
        let ignored = match &hint.about {
            About::Elsewhere { reason } => Some(reason.clone()),
            About::Unknown => {
                changes.push(self.unknown_event(connection, &hint, now));
                Some("an event of an unknown kind, about no item".to_owned())
            }
            About::Item { .. } | About::Comment { .. } => None,
        };
        if let Some(reason) = ignored {
            let row = InboxRow {
                state: InboxState::Ignored,
                outcome: Some(reason),
                ..self.row(connection, None, Some(hint), now)
            };
            changes.push(Change::AddInbox(Box::new(row)));
            self.commit_intake(connection, changes, now).await?;
            return Ok(Taken::Ignored);
        }
        let met = self.met(connection, &hint).await?;
        let echo = is_ours(connection, &hint);
        let (over, open): (Vec<_>, Vec<_>) =
            met.shares.into_iter().partition(|share| is_over(share, connection, &hint));
        for share in &over {
            changes.extend(self.close_at_once(share, connection, (&hint, echo), now));
        }
        let is_known = !over.is_empty() && open.is_empty() && met.others.is_empty();
        for entity in open.iter().map(|share| Entity::Share(share.id)).chain(met.others) {
            let row = self.row(connection, Some(entity.clone()), Some(hint.clone()), now);
            changes.push(Change::AddInbox(Box::new(row)));
            changes.push(Change::Touch(Touch { entity, lane: Lane::Live, due_at: now }));
        }
        self.commit_intake(connection, changes, now).await?;
        Ok(if is_known { Taken::Known { echo } } else { Taken::Accepted })
    }

    /// What a delivery concerns: the shares that tie the item; the item itself if there is none, or if another profile
    /// might want it as well.
    async fn met(&self, connection: &Connection, hint: &Hint) -> Result<Met, StoreError> {
        let (tenant, desk) = (connection.tenant, &self.ports.desk);
        let item = match &hint.about {
            About::Item { id, .. } => id.clone(),
            About::Comment { item: Some(item), .. } => item.clone(),
            About::Comment { id: Some(id), .. } => {
                let share = desk.share_of_comment(tenant, connection.id, id).await?;
                let unknown = || Entity::Comment { connection: connection.id, id: id.clone() };
                return Ok(Met::entity(share.map_or_else(unknown, Entity::Share)));
            }
            _ => return Ok(Met::default()),
        };
        let (shares, profiles) = futures_util::try_join!(
            desk.shares_of(tenant, connection.id, std::slice::from_ref(&item)),
            desk.profiles_of(tenant, connection.id),
        )?;
        let mut met = Met { shares, others: Vec::new() };
        met.shares.retain(|share| share.state.ties());
        if met.shares.is_empty() || profiles.len() > 1 {
            met.others.push(Entity::Item { connection: connection.id, id: item });
        }
        Ok(met)
    }

    /// A delivery that tells a share nothing new needs no look: it is closed as it is stored. Most of these are our own
    /// writes coming back.
    fn close_at_once(
        &self,
        share: &Share,
        connection: &Connection,
        (hint, ours): (&Hint, bool),
        now: Timestamp,
    ) -> Vec<Change> {
        let outcome = if ours { "echo" } else { "nothing to carry over" };
        let row = InboxRow {
            state: InboxState::Done,
            outcome: Some(outcome.to_owned()),
            ..self.row(connection, Some(Entity::Share(share.id)), Some(hint.clone()), now)
        };
        let mut changes = vec![Change::AddInbox(Box::new(row))];
        if ours {
            let id = EventId::new(now, self.ports.entropy.as_ref());
            let key = |end: &End| end.at.as_ref().map(|at| at.key.clone()).unwrap_or_default();
            changes.push(Change::Note(Box::new(Activity {
                tenant: share.tenant,
                id,
                share: share.id,
                deed: Deed::Echoed,
                target: None,
                left_key: key(&share.left),
                right_key: key(&share.right),
                fields: Vec::new(),
                delay_us: None,
                code: None,
                at: now,
            })));
        }
        changes
    }

    async fn park(
        &self,
        connection: &Connection,
        delivery: &Delivery,
        reason: String,
    ) -> Result<Taken, IntakeError> {
        let now = self.now();
        let mut row = self.row(connection, None, None, now);
        row.state = InboxState::Parked;
        row.outcome = Some(reason);
        if self.options.retain_content {
            let plain = Secret::new(delivery.body.to_vec());
            let seal = &self.ports.seal;
            row.body =
                Some(seal.seal(connection.tenant, Purpose::ParkedBody, &row.id.to_string(), &plain).await?);
        }
        let cause = Cause::of(code::INTAKE_UNREADABLE).at(connection.id);
        let changes =
            vec![Change::AddInbox(Box::new(row)), self.raise(cause, now), self.sweep_soon(connection, now)];
        self.commit_intake(connection, changes, now).await?;
        Ok(Taken::Parked)
    }

    /// A delivery that was too large to be read at all: what it was about is found by a sweep.
    pub async fn refuse_too_large(&self, connection: &Connection) -> Result<(), StoreError> {
        let now = self.now();
        let cause = Cause::of(code::INTAKE_TOO_LARGE).at(connection.id);
        let changes = vec![self.raise(cause, now), self.sweep_soon(connection, now)];
        self.commit_intake(connection, changes, now).await
    }

    fn unknown_event(&self, connection: &Connection, hint: &Hint, now: Timestamp) -> Change {
        let name: String = hint.event.chars().take(80).collect();
        self.raise(Cause::of(code::INTAKE_UNKNOWN_EVENT).at(connection.id).about(name), now)
    }

    fn raise(&self, cause: Cause, now: Timestamp) -> Change {
        let id = FindingId::new(now, self.ports.entropy.as_ref());
        Change::Raise(Box::new(Occurrence { id, cause, entity: None, words: None }))
    }

    /// Bad deliveries come in bursts; the sweep they ask for comes after a moment, once.
    fn sweep_soon(&self, connection: &Connection, now: Timestamp) -> Change {
        let due_at = retry::add(now, SignedDuration::from_secs(1));
        Change::Touch(Touch { entity: Entity::Sweep(connection.id), lane: Lane::Sweep, due_at })
    }

    fn row(
        &self,
        connection: &Connection,
        entity: Option<Entity>,
        hint: Option<Hint>,
        now: Timestamp,
    ) -> InboxRow {
        InboxRow {
            tenant: connection.tenant,
            id: EventId::new(now, self.ports.entropy.as_ref()),
            connection: connection.id,
            entity,
            hint,
            state: InboxState::Pending,
            outcome: None,
            body: None,
            received_at: now,
        }
    }

    async fn commit_intake(
        &self,
        connection: &Connection,
        changes: Vec<Change>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let commit = Commit { tenant: connection.tenant, fence: None, changes, at };
        self.ports.commits.commit(commit).await
    }
}
