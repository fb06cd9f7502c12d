//! The sweep: the regular look at what changed in a tool, so that a lost webhook is only late.
//!
//! It asks for changes since the watermark and compares versions with what was seen; only what is news gets work.
//! What it finds goes through the same inbox as deliveries, under the event name `sweep`.

use std::collections::BTreeSet;

use bowline_core::commit::Change;
use bowline_core::connection::{Connection, Health, SignIn};
use bowline_core::event::{About, Hint, InboxRow, InboxState};
use bowline_core::failure::{Act, Words};
use bowline_core::finding::Cause;
use bowline_core::port::{Asker, ChangedAsk, Glimpse};
use bowline_core::share::Share;
use bowline_core::work::{Claim, Entity, Lane, Touch};
use bowline_core::{Code, ConnectionId, EventId, Failure, Side, SignedDuration, Timestamp, code};

use crate::engine::Engine;
use crate::look::{is_attempt, needs_attention, occurrence};
use crate::outcome::{Outcome, Stop};
use crate::reconcile::SWEEP_EVENT;
use crate::retry;

/// At most so many pages in one look; the next look goes on where this one ended.
const PAGES: usize = 20;

/// How far a tool's clock may be behind ours.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(15);

/// Whether another try with the same password would bring the account closer to being locked (`specs/auth.md` 1.1).
/// A new password, or a person's test, makes the connection usable again.
fn locks_out(connection: &Connection) -> bool {
    let Health::NeedsAttention { code } = &connection.health else { return false };
    let rejected = *code == code::AUTH_REJECTED || *code == code::AUTH_CAPTCHA_REQUIRED;
    rejected && matches!(connection.sign_in, SignIn::Basic { .. } | SignIn::Session { .. })
}

/// Sweeps a connection.
pub(crate) async fn look(engine: &Engine, claim: &Claim, connection: ConnectionId) -> Result<Outcome, Stop> {
    let Some(connection) = engine.connection(claim.tenant, connection).await? else {
        engine.commit(claim, vec![Change::Ack(claim.clone())]).await?;
        return Ok(Outcome::default());
    };
    let mut sweep = Sweep { engine, claim, connection: &connection, changes: Vec::new() };
    match sweep.run().await {
        Ok(()) => Ok(Outcome::default()),
        Err(Stop::Tool(_, failure)) => sweep.failed(failure).await,
        Err(other) => Err(other),
    }
}

/// A sweep in progress.
struct Sweep<'a> {
    engine: &'a Engine,
    claim: &'a Claim,
    connection: &'a Connection,
    changes: Vec<Change>,
}

impl Sweep<'_> {
    async fn run(&mut self) -> Result<(), Stop> {
        let (engine, connection) = (self.engine, self.connection);
        if locks_out(connection) {
            let due_at = retry::add(engine.now(), engine.options.sweep_every);
            self.changes.push(Change::Release { claim: self.claim.clone(), due_at, counted: false });
            return self.flush().await;
        }
        if connection.health != Health::Ok || connection.identity.is_none() {
            let probe = engine.ports.tools.catalogue(connection).probe(Asker::Work).await;
            let identity = Some(probe.map_err(|failure| Stop::Tool(None, failure))?);
            self.changes.extend(recovered(connection));
            let (id, revision) = (connection.id, connection.revision);
            self.changes.push(Change::Health { connection: id, revision, health: Health::Ok, identity });
        }
        let started = engine.now();
        let scopes = self.scopes().await?;
        if scopes.is_empty() {
            self.unknown(&[]).await?;
        }
        let whole = scopes.is_empty() || self.pages(scopes, started).await?;
        self.changes.push(Change::SettleCause { key: self.failing().key() });
        let due_at = if whole { retry::add(started, engine.options.sweep_every) } else { started };
        let entity = self.claim.entity.clone();
        self.changes.push(Change::Touch(Touch { entity, lane: Lane::Sweep, due_at }));
        self.changes.push(Change::Ack(self.claim.clone()));
        self.flush().await
    }

    async fn flush(&mut self) -> Result<(), Stop> {
        Ok(self.engine.commit(self.claim, std::mem::take(&mut self.changes)).await?)
    }

    /// Why a person is told of a sweep that does not get through, whatever the reason.
    fn failing(&self) -> Cause {
        Cause::of(code::SYNC_SWEEP_FAILING).at(self.connection.id)
    }

    async fn failed(&mut self, failure: Failure) -> Result<Outcome, Stop> {
        if failure.act == Act::Wait {
            let changes = needs_attention(self.engine, self.claim, self.connection, &failure).await?;
            self.changes.extend(changes);
        } else if failure.act == Act::Park || retry::lasts(self.claim.attempts) {
            let cause = self.failing();
            self.changes.push(occurrence(self.engine, self.claim, cause, None, &failure.words).await?);
        }
        // However long it lasts, a sweep is never later than the next regular one.
        let regular = retry::add(self.engine.now(), self.engine.options.sweep_every);
        let due_at = self.engine.due_after(self.claim, &failure).min(regular);
        let counted = is_attempt(&failure);
        self.changes.push(Change::Release { claim: self.claim.clone(), due_at, counted });
        self.flush().await?;
        Ok(Outcome { failure: Some(failure.code), ..Outcome::default() })
    }

    /// The projects that any profile routes on this connection; paused ones too, so that what happens meanwhile is
    /// known when they go on. A profile that cannot be read does not stop the others.
    async fn scopes(&mut self) -> Result<Vec<String>, Stop> {
        let mut scopes = BTreeSet::new();
        for profile in self.engine.ports.registry.profiles(self.claim.tenant).await? {
            if Side::BOTH.into_iter().all(|side| profile.connection(side) != self.connection.id) {
                continue;
            }
            let cause = Cause::of(code::MAPPING_INVALID).under(profile.id);
            let Ok(rules) = self.engine.rules(&profile) else {
                let change = occurrence(self.engine, self.claim, cause, None, &Words::default()).await?;
                self.changes.push(change);
                continue;
            };
            self.changes.push(Change::SettleCause { key: cause.key() });
            for side in Side::BOTH.into_iter().filter(|side| profile.connection(*side) == self.connection.id)
            {
                scopes.extend(rules.scopes(side).into_iter().map(str::to_owned));
            }
        }
        Ok(scopes.into_iter().collect())
    }

    /// Goes through the pages, committing after each; says whether the end was reached.
    async fn pages(&mut self, scopes: Vec<String>, started: Timestamp) -> Result<bool, Stop> {
        let (engine, connection) = (self.engine, self.connection);
        let known = engine.ports.desk.watermark(self.claim.tenant, connection.id).await?;
        let start = known.unwrap_or(connection.created_at);
        let since = retry::add(start, -engine.options.sweep_overlap);
        let mut ask = ChangedAsk { since, scopes, page: None };
        let (mut reached, mut until) = (start, self.claim.until);
        let tool = engine.ports.tools.tool(connection);
        // So many changes of one moment that they fill all pages must not be read again and again.
        for number in 1.. {
            until = engine.keep_hold(self.claim, until).await?;
            let page = tool.changed(&ask).await.map_err(|failure| Stop::Tool(None, failure))?;
            if number == 1 {
                self.unknown(&page.unknown).await?;
            }
            self.news(&page.glimpses).await?;
            reached = page.glimpses.iter().map(|glimpse| glimpse.updated_at).fold(reached, Timestamp::max);
            if reached > start {
                self.changes.push(Change::Watermark { connection: connection.id, at: reached });
            }
            ask.page = page.next;
            if ask.page.is_none() {
                // What was long ago is not told again at every sweep.
                let quiet = retry::add(started, -CLOCKS_DIFFER);
                if quiet > reached {
                    self.changes.push(Change::Watermark { connection: connection.id, at: quiet });
                }
                return Ok(true);
            }
            self.flush().await?;
            if number >= PAGES && reached > start {
                break;
            }
        }
        Ok(false)
    }

    /// Projects that profiles name and the tool does not know: nobody else would notice, as nothing ever comes from there.
    async fn unknown(&mut self, scopes: &[String]) -> Result<(), Stop> {
        let cause = Cause::of(code::TOOL_UNKNOWN_PROJECT).at(self.connection.id);
        let change = if scopes.is_empty() {
            Change::SettleCause { key: cause.key() }
        } else {
            occurrence(self.engine, self.claim, cause, None, &Words::new(scopes.join(", "))).await?
        };
        self.changes.push(change);
        Ok(())
    }

    /// What of a page is news becomes deliveries and work.
    async fn news(&mut self, glimpses: &[Glimpse]) -> Result<(), Stop> {
        let ids: Vec<String> = glimpses.iter().map(|glimpse| glimpse.id.clone()).collect();
        let shares = self.engine.ports.desk.shares_of(self.claim.tenant, self.connection.id, &ids).await?;
        for glimpse in glimpses {
            let side = |share: &&Share| share.side_of(self.connection.id, &glimpse.id);
            let mut tied =
                shares.iter().filter(|share| share.state.ties() && side(share).is_some()).peekable();
            if tied.peek().is_none() {
                let entity = Entity::Item { connection: self.connection.id, id: glimpse.id.clone() };
                let find = self.find(glimpse, entity);
                self.changes.extend(find);
                continue;
            }
            let is_news = |share: &&Share| {
                let end = side(share).map(|side| share.end(side));
                let known = end.and_then(|end| end.seen.min(end.heard));
                glimpse.comments_only || known.is_none_or(|known| known < glimpse.version)
            };
            let finds: Vec<Change> =
                tied.filter(is_news).flat_map(|share| self.find(glimpse, Entity::Share(share.id))).collect();
            self.changes.extend(finds);
        }
        Ok(())
    }

    fn find(&self, glimpse: &Glimpse, entity: Entity) -> [Change; 2] {
        let now = self.engine.now();
        let row = InboxRow {
            tenant: self.claim.tenant,
            id: EventId::new(now, self.engine.ports.entropy.as_ref()),
            connection: self.connection.id,
            entity: Some(entity.clone()),
            hint: Some(hint_of(glimpse)),
            state: InboxState::Pending,
            outcome: None,
            body: None,
            received_at: now,
        };
        [Change::AddInbox(Box::new(row)), Change::Touch(Touch { entity, lane: Lane::Sweep, due_at: now })]
    }
}

fn hint_of(glimpse: &Glimpse) -> Hint {
    let about = if glimpse.comments_only {
        About::Comment { id: None, item: Some(glimpse.id.clone()), edited_at: None }
    } else {
        About::Item {
            id: glimpse.id.clone(),
            kind: Some(glimpse.kind.clone()),
            scope: Some(glimpse.scope.clone()),
        }
    };
    // The same find is not written twice: an item that no profile shares turns up in every overlap.
    let delivery = format!("{SWEEP_EVENT}/{}/{}", glimpse.id, glimpse.version.0);
    Hint {
        event: SWEEP_EVENT.to_owned(),
        delivery: (!glimpse.comments_only).then_some(delivery),
        about,
        version: Some(glimpse.version),
        actor: None,
    }
}

/// The findings that said the connection needs a person are over. One that was changed since may have such a finding
/// from a call that was under way meanwhile, and nobody knows with which code. That something ends soon is no such
/// finding: a call that succeeds does not put it off.
fn recovered(connection: &Connection) -> Vec<Change> {
    let settle = |code: Code| Change::SettleCause { key: Cause::of(code).at(connection.id).key() };
    let holds_up = |code: &str| ["auth.", "net.", "seal."].iter().any(|area| code.starts_with(area));
    let warnings = [code::AUTH_CERTIFICATE_EXPIRING, code::AUTH_CREDENTIAL_ENDING];
    let warns = |name: &str| warnings.iter().any(|warning| warning.as_str() == name);
    match &connection.health {
        Health::Ok => Vec::new(),
        Health::NeedsAttention { code } => vec![settle(code.clone())],
        Health::Unknown => {
            let codes = code::REGISTRY.iter().map(|entry| entry.code);
            let codes = codes.filter(|name| holds_up(name) && !warns(name));
            codes.map(|code| settle(Code::stored(code.to_owned()))).collect()
        }
    }
}
