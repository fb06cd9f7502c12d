//! A look at a share: opened, carried out, closed. What the steps are is in `reconcile` and `create`; here is
//! what they share: the picture from the store, both tools, and everything that waits to be committed.

use std::sync::Arc;

use bowline_core::activity::{Activity, Deed};
use bowline_core::command::{Write, Written};
use bowline_core::comment::CommentPair;
use bowline_core::commit::Change;
use bowline_core::connection::{Connection, Health};
use bowline_core::delegation::Delegate;
use bowline_core::event::InboxState;
use bowline_core::failure::{Act, Executed, Failure, Words};
use bowline_core::finding::{Cause, Occurrence};
use bowline_core::fingerprint::Fingerprinter;
use bowline_core::port::{Catalogue, PENDING_LIMIT, ShareView, Tool};
use bowline_core::profile::{Profile, ProfileState};
use bowline_core::secret::{Purpose, Secret};
use bowline_core::share::{Share, ShareState};
use bowline_core::work::{Claim, Entity, Lane, Touch};
use bowline_core::{Code, EventId, FindingId, GrantId, ShareId, Side, Timestamp};
use bowline_mapping::Rules;

use crate::base::Base;
use crate::engine::Engine;
use crate::outcome::{Outcome, Stop};
use crate::{create, reconcile, retry};

/// One end of a share, ready to be spoken to.
pub(crate) struct Far {
    pub(crate) connection: Connection,
    pub(crate) tool: Arc<dyn Tool>,
    pub(crate) catalogue: Arc<dyn Catalogue>,
}

/// A look in progress.
pub(crate) struct Look<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) claim: &'a Claim,
    pub(crate) view: ShareView,
    pub(crate) base: Base,
    pub(crate) profile: Profile,
    pub(crate) rules: Arc<Rules>,
    pub(crate) prints: Arc<dyn Fingerprinter>,
    /// What the next commit will write besides the share itself.
    pub(crate) changes: Vec<Change>,
    pub(crate) outcome: Outcome,
    /// Whether the counterpart was found by its marker just now: only its history tells what was edited since.
    pub(crate) recovered: bool,
    /// Grants of people whose tokens were refused in this look.
    pub(crate) given_up: Vec<GrantId>,
    far: (Far, Far),
    until: Timestamp,
    stored: Share,
    raised: Vec<String>,
}

/// How a look that met no failure ends.
pub(crate) enum End {
    /// Dealt with; the words say what came of the deliveries. Due again at a time, if something is still open.
    Done(&'static str, Option<Timestamp>),
    /// Nothing had to be examined, so nothing is known of what findings say; the words say why.
    Idle(&'static str),
    /// Not dealt with: look again later.
    Later(Timestamp),
}

/// Looks at a share.
pub(crate) async fn share(engine: &Engine, claim: &Claim, id: ShareId) -> Result<Outcome, Stop> {
    let Some(view) = engine.ports.desk.view(claim.tenant, id).await? else {
        engine.commit(claim, vec![Change::Ack(claim.clone())]).await?;
        return Ok(Outcome::default());
    };
    let Some(mut look) = Look::open(engine, claim, view).await? else {
        engine.commit(claim, vec![Change::Ack(claim.clone())]).await?;
        return Ok(Outcome::default());
    };
    let result = look.run().await;
    look.close(result).await
}

impl<'a> Look<'a> {
    async fn open(engine: &'a Engine, claim: &'a Claim, view: ShareView) -> Result<Option<Self>, Stop> {
        let tenant = claim.tenant;
        let Some(profile) = view.profile.clone() else { return Ok(None) };
        let far = |connection: Connection| Far {
            tool: engine.ports.tools.tool(&connection),
            catalogue: engine.ports.tools.catalogue(&connection),
            connection,
        };
        let (Some(left), Some(right)) = view.connections.clone() else { return Ok(None) };
        Ok(Some(Self {
            rules: engine.rules(&profile)?,
            base: Base::parse(&view.share.base)
                .map_err(|_| Stop::Unreadable("the field state of a share cannot be read"))?,
            prints: engine.ports.seal.fingerprinter(tenant).await?,
            far: (far(left), far(right)),
            until: claim.until,
            stored: view.share.clone(),
            changes: Vec::new(),
            outcome: Outcome::default(),
            recovered: false,
            given_up: Vec::new(),
            raised: Vec::new(),
            engine,
            claim,
            view,
            profile,
        }))
    }

    async fn run(&mut self) -> Result<End, Stop> {
        let usable = Side::BOTH.into_iter().all(|side| Engine::is_usable(&self.far(side).connection));
        if self.profile.state == ProfileState::Paused || !usable && !self.forced() {
            return Ok(End::Later(retry::add(self.engine.now(), self.engine.options.recheck_after)));
        }
        match self.view.share.state {
            ShareState::Unlinked => Ok(End::Idle("the share is at rest")),
            ShareState::Tombstoned => reconcile::revive(self).await,
            ShareState::Broken if !self.forced() => Ok(End::Idle("the share waits for a person")),
            ShareState::Broken if self.may_have_been_made() => create::recover(self).await,
            ShareState::Broken if self.end_is_missing() => create::start(self).await,
            ShareState::Intended => create::start(self).await,
            ShareState::Creating => create::recover(self).await,
            ShareState::Broken | ShareState::Created | ShareState::Active => reconcile::run(self).await,
        }
    }

    fn end_is_missing(&self) -> bool {
        Side::BOTH.into_iter().any(|side| self.view.share.end(side).at.is_none())
    }

    /// Whether a counterpart may exist of which nobody knows where it is.
    fn may_have_been_made(&self) -> bool {
        self.end_is_missing() && self.view.share.creating_at.is_some()
    }

    /// Whether a person waits for this look: what is held back is tried again.
    pub(crate) fn forced(&self) -> bool {
        self.claim.lane == Lane::Interactive
    }

    /// One end.
    pub(crate) const fn far(&self, side: Side) -> &Far {
        match side {
            Side::Left => &self.far.0,
            Side::Right => &self.far.1,
        }
    }

    /// Makes a change in a tool, while the entity is surely ours.
    pub(crate) async fn write(
        &mut self,
        side: Side,
        write: &Write,
    ) -> Result<Result<Written, Failure>, Stop> {
        let tool = Arc::clone(&self.far(side).tool);
        self.write_with(tool.as_ref(), write).await
    }

    /// The same as a person who lets the connection act as them.
    pub(crate) async fn write_as(
        &mut self,
        side: Side,
        delegate: &Delegate,
        write: &Write,
    ) -> Result<Result<Written, Failure>, Stop> {
        let tool = self.engine.ports.tools.acting(&self.far(side).connection, delegate);
        self.write_with(tool.as_ref(), write).await
    }

    async fn write_with(&mut self, tool: &dyn Tool, write: &Write) -> Result<Result<Written, Failure>, Stop> {
        self.until = self.engine.keep_hold(self.claim, self.until).await?;
        let written = tool.write(write).await;
        self.outcome.writes += u32::from(written.is_ok());
        Ok(written)
    }

    /// Makes durable what has come together so far and goes on.
    pub(crate) async fn flush(&mut self) -> Result<(), Stop> {
        let changes = self.take_changes();
        self.engine.commit(self.claim, changes).await?;
        Ok(())
    }

    fn take_changes(&mut self) -> Vec<Change> {
        let mut changes = std::mem::take(&mut self.changes);
        self.view.share.base = (self.engine.laws.keep)(self.base.clone()).print();
        if self.view.share != self.stored {
            self.view.share.updated_at = self.engine.now();
            self.stored = self.view.share.clone();
            changes.insert(0, Change::PutShare(Box::new(self.stored.clone())));
        }
        changes
    }

    fn cause(&self, code: Code, side: Option<Side>, subject: Option<String>) -> Cause {
        let mut cause = Cause::of(code).under(self.profile.id);
        cause.connection = side.map(|side| self.view.share.connection(side));
        cause.subject = subject;
        cause
    }

    /// What was shown to a person before is not over.
    pub(crate) fn still(&mut self, code: Code, side: Option<Side>, subject: Option<String>) {
        let cause = self.cause(code, side, subject);
        self.raised.push(cause.key());
    }

    /// What was shown to a person before, or by this look, may be over: whatever still holds is to be said again.
    pub(crate) fn unless_still(&mut self, code: Code, side: Option<Side>) {
        let key = self.cause(code, side, None).key();
        self.raised.retain(|raised| *raised != key);
    }

    /// A pair of comments as it is from now on.
    pub(crate) fn put_pair(&mut self, pair: CommentPair) {
        let is_it =
            |known: &CommentPair| known.origin == pair.origin && known.origin_id() == pair.origin_id();
        self.view.pairs.retain(|known| !is_it(known));
        self.view.pairs.push(pair.clone());
        self.changes.push(Change::PutPair(Box::new(pair)));
    }

    /// Shows something to a person, as long as looks keep meeting it.
    pub(crate) async fn raise(
        &mut self,
        code: Code,
        side: Option<Side>,
        subject: Option<String>,
        words: &Words,
    ) -> Result<(), Stop> {
        let cause = self.cause(code, side, subject);
        let entity = Some(Entity::Share(self.view.share.id));
        self.raised.push(cause.key());
        let change = occurrence(self.engine, self.claim, cause, entity, words).await?;
        self.changes.push(change);
        Ok(())
    }

    /// Writes a line for people.
    pub(crate) fn note(&mut self, deed: Deed, target: Option<Side>, fields: Vec<String>, code: Option<Code>) {
        let now = self.engine.now();
        let key = |side| self.view.share.end(side).at.as_ref().map(|at| at.key.clone()).unwrap_or_default();
        let carried = matches!(deed, Deed::Synced | Deed::Commented | Deed::Created);
        let since = self.view.inbox.first().map_or(self.claim.since, |row| row.received_at);
        let delay = now.duration_since(since);
        if carried {
            self.outcome.delay = Some(delay);
        }
        self.outcome.deeds.push((deed, target));
        self.changes.push(Change::Note(Box::new(Activity {
            tenant: self.claim.tenant,
            id: EventId::new(now, self.engine.ports.entropy.as_ref()),
            share: self.view.share.id,
            deed,
            target,
            left_key: key(Side::Left),
            right_key: key(Side::Right),
            fields,
            delay_us: carried.then(|| i64::try_from(delay.as_micros()).unwrap_or(i64::MAX)),
            code,
            at: now,
        })));
    }

    async fn close(mut self, result: Result<End, Stop>) -> Result<Outcome, Stop> {
        match result {
            Ok(End::Done(outcome, again)) => self.done(outcome, again).await?,
            Ok(End::Idle(outcome)) => self.end(outcome, None).await?,
            Ok(End::Later(due_at)) => {
                self.changes.push(Change::Release { claim: self.claim.clone(), due_at, counted: false });
                self.flush().await?;
            }
            Err(Stop::Tool(side, failure)) => self.failed(side, failure).await?,
            Err(other) => return Err(other),
        }
        Ok(self.outcome)
    }

    async fn done(&mut self, outcome: &'static str, again: Option<Timestamp>) -> Result<(), Stop> {
        let entity = Entity::Share(self.view.share.id);
        if self.view.share.troubled && self.view.share.state.ties() || !self.raised.is_empty() {
            let except = std::mem::take(&mut self.raised);
            self.changes.push(Change::Settle { entity, except });
        }
        self.end(outcome, again).await
    }

    /// Closes the deliveries and gives the claim back.
    async fn end(&mut self, outcome: &'static str, again: Option<Timestamp>) -> Result<(), Stop> {
        let more = (self.view.inbox.len() >= PENDING_LIMIT).then(|| self.engine.now());
        self.close_inbox(outcome);
        if let Some(due_at) = more.or(again) {
            let entity = Entity::Share(self.view.share.id);
            self.changes.push(Change::Touch(Touch { entity, lane: Lane::Live, due_at }));
        }
        self.changes.push(Change::Ack(self.claim.clone()));
        self.flush().await
    }

    fn close_inbox(&mut self, outcome: &'static str) {
        let ids: Vec<EventId> = self.view.inbox.iter().map(|row| row.id).collect();
        if ids.is_empty() {
            return;
        }
        self.outcome.closed = Some((InboxState::Done, ids.len()));
        let outcome = outcome.to_owned();
        self.changes.push(Change::CloseInbox { ids, state: InboxState::Done, outcome });
    }

    /// A tool failed. What was achieved is kept; the rest is due later, or waits for a person.
    async fn failed(&mut self, side: Option<Side>, failure: Failure) -> Result<(), Stop> {
        self.outcome.failure = Some(failure.code.clone());
        let due_at = self.engine.due_after(self.claim, &failure);
        let counted = is_attempt(&failure);
        match failure.act {
            Act::Retry { .. } => {
                if retry::lasts(self.claim.attempts) {
                    self.raise(failure.code, side, None, &failure.words).await?;
                }
            }
            Act::Wait => {
                if let Some(side) = side {
                    let changes =
                        needs_attention(self.engine, self.claim, &self.far(side).connection, &failure)
                            .await?;
                    self.changes.extend(changes);
                }
            }
            Act::Park => {
                self.raise(failure.code.clone(), side, None, &failure.words).await?;
                self.note(Deed::Held, side, Vec::new(), self.outcome.failure.clone());
                if self.view.share.state == ShareState::Creating {
                    // Nothing is made again before a person has seen to it, and then the marker is looked for first.
                    self.view.share.state = ShareState::Broken;
                    self.view.share.reason = Some(failure.code);
                    return self.done("held: see the findings", None).await;
                }
                if failure.executed == Executed::No {
                    return self.done("held: see the findings", None).await;
                }
            }
        }
        self.changes.push(Change::Release { claim: self.claim.clone(), due_at, counted });
        self.flush().await
    }
}

/// Whether a failure counts as a try. Waiting for a person or until a tool has room again does not: the first
/// hiccup afterwards would be taken for the last of many.
pub(crate) const fn is_attempt(failure: &Failure) -> bool {
    !matches!(failure.act, Act::Wait | Act::Retry { after: Some(_) })
}

/// A connection whose credential or address a person has to see to.
pub(crate) async fn needs_attention(
    engine: &Engine,
    claim: &Claim,
    connection: &Connection,
    failure: &Failure,
) -> Result<Vec<Change>, Stop> {
    let cause = Cause::of(failure.code.clone()).at(connection.id);
    let health = Health::NeedsAttention { code: failure.code.clone() };
    Ok(vec![
        Change::Health { connection: connection.id, revision: connection.revision, health, identity: None },
        occurrence(engine, claim, cause, None, &failure.words).await?,
    ])
}

/// One occurrence of a finding, with the vendor's words sealed.
pub(crate) async fn occurrence(
    engine: &Engine,
    claim: &Claim,
    cause: Cause,
    entity: Option<Entity>,
    words: &Words,
) -> Result<Change, Stop> {
    let id = FindingId::new(engine.now(), engine.ports.entropy.as_ref());
    let words = if words.is_empty() || !engine.options.retain_content {
        None
    } else {
        let plain = Secret::from(words.expose().to_owned());
        Some(engine.ports.seal.seal(claim.tenant, Purpose::VendorWords, &cause.key(), &plain).await?)
    };
    Ok(Change::Raise(Box::new(Occurrence { id, cause, entity, words })))
}
