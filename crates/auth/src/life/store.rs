//! How what was found out about a grant becomes durable: rows, history, findings, and what its connections are told.

use bowline_core::code::{AUTH_GRANT_ENDED, AUTH_PERSON_REFUSED, AUTH_ROTATION_LOST};
use bowline_core::commit::{Change, Commit};
use bowline_core::connection::{Connection, Health, SignIn};
use bowline_core::finding::{Cause, Occurrence};
use bowline_core::grant::{Grant, GrantEvent, GrantEventKind, GrantState};
use bowline_core::port::{SealError, StoreError};
use bowline_core::work::{Claim, Entity, Lane, Touch};
use bowline_core::{Code, ConnectionId, EventId, FindingId, Timestamp, crash};

use super::schedule::{Deed, plan};
use super::spool::{Laid, Spool};
use super::tend::{Look, Tended};
use super::tokens::{Given, Tokens};
use super::{Life, row};

/// How often new tokens are offered to a database that does not take them, before the look ends and the spool has them.
const OFFERS: u32 = 20;
/// How long between two offers.
const BETWEEN: std::time::Duration = std::time::Duration::from_secs(2);

impl Life {
    /// The claim is given back: due again at a time, or done until somebody asks.
    pub(super) async fn let_go(&self, claim: &Claim, next: Option<Timestamp>) -> Result<Tended, StoreError> {
        let at = self.now();
        let changes = given_back(claim, next);
        self.ports.commits.commit(Commit { tenant: claim.tenant, fence: None, changes, at }).await?;
        Ok(Tended::default())
    }

    /// The row as it stands now, under the claim; the claim stays.
    pub(super) async fn commit_under_claim(&self, look: &mut Look<'_>) -> Result<(), StoreError> {
        let changes = vec![Change::PutGrant(Box::new(look.grant.clone()))];
        let fence = Some(look.claim.fence());
        let commit = Commit { tenant: look.grant.tenant, fence, changes, at: self.now() };
        self.ports.commits.commit(commit).await?;
        look.grant.revision += 1;
        Ok(())
    }

    /// The row as it stands now, with `changes`, and the claim given back: due when the row says.
    pub(super) async fn put(&self, look: &mut Look<'_>, changes: Vec<Change>) -> Result<(), StoreError> {
        let commit = self.whole(look, changes);
        self.ports.commits.commit(commit).await
    }

    fn whole(&self, look: &Look<'_>, mut changes: Vec<Change>) -> Commit {
        let now = self.now();
        let due = plan(&look.grant, &look.terms, now);
        // What is due at this moment is not among what comes later.
        let next = if due.deed == Deed::Rest { due.next } else { Some(now) };
        changes.push(Change::PutGrant(Box::new(look.grant.clone())));
        changes.extend(given_back(look.claim, next));
        Commit { tenant: look.grant.tenant, fence: Some(look.claim.fence()), changes, at: now }
    }

    /// New tokens. Durable before any caller sees them.
    pub(super) async fn renewed(
        &self,
        mut look: Look<'_>,
        old: Tokens,
        given: Given,
        now: Timestamp,
    ) -> Result<Tended, StoreError> {
        let ill = look.grant.state == GrantState::Degraded;
        let served = std::mem::take(&mut look.served);
        let (id, old_id) = (self.new_row(), look.grant.secret);
        let warned = look.grant.warned;
        look.grant = Grant { secret: Some(id), ..row::renewed(look.grant, &given, &look.terms, now) };
        let tokens = taken_over(old, given);
        let sealed = match self.sealed(look.grant.tenant, id, &tokens).await {
            Ok(sealed) => sealed,
            Err(SealError::Store(error)) => return Err(error),
            // The keys that opened the old tokens a moment ago: nothing that can be mended here.
            Err(_) => return Err(StoreError::Unreadable("the keys of the tenant".to_owned())),
        };
        let mut changes = vec![Change::PutSecret { id, sealed: sealed.clone() }];
        changes.extend(old_id.map(Change::DropSecret));
        if ill {
            changes.extend(self.well_again(&look, served, now));
        } else {
            changes.extend(put_off(warned, &look.grant));
        }
        look.tended.renewed = true;
        let laid = Laid { grant: look.grant.clone(), sealed: sealed.0 };
        let commit = self.whole(&look, changes);
        crash::point("grant.renewed");
        self.offer(commit, &laid).await?;
        crash::point("grant.stored");
        let key = (look.grant.tenant, look.grant.id);
        self.shelf().remove(&key);
        let mut used = self.used();
        if used.get(&key).copied() <= look.grant.used_at {
            used.remove(&key);
        }
        drop(used);
        Ok(look.tended)
    }

    /// Offers the database new tokens until it takes them. What it does not take is laid in the spool first: the old
    /// tokens are used up.
    async fn offer(&self, mut commit: Commit, laid: &Laid) -> Result<(), StoreError> {
        let (mut offers, mut conflicts) = (0, 0);
        loop {
            let error = match self.ports.commits.commit(commit.clone()).await {
                Ok(()) => break,
                Err(StoreError::Conflict(_)) => {
                    // Somebody has touched the row, not renewed it: these tokens are still the ones that count.
                    self.rebase(&mut commit, laid).await?;
                    conflicts += 1;
                    if conflicts > OFFERS {
                        return Err(StoreError::Conflict("revision"));
                    }
                    continue;
                }
                Err(error @ StoreError::Unavailable(_)) => error,
                Err(error) => return Err(error),
            };
            if offers == 0
                && let Some(spool) = &self.spool
            {
                // If the disk refuses as well, the tokens wait in memory for as long as the claim lasts.
                let _ = spool.lay(laid, self.ports.entropy.as_ref());
            }
            offers += 1;
            if offers > OFFERS {
                return Err(error);
            }
            self.ports.sleeper.sleep(BETWEEN).await;
        }
        if offers > 0
            && let Some(spool) = &self.spool
        {
            spool.clear(laid.grant.id);
        }
        Ok(())
    }

    /// Puts the new tokens on the row as it is now; `Conflict` if that has tokens of its own, or is no grant any more.
    async fn rebase(&self, commit: &mut Commit, laid: &Laid) -> Result<(), StoreError> {
        let now = self.grant(laid.grant.tenant, laid.grant.id).await?;
        let same = (now.version + 1, now.consented_at) == (laid.grant.version, laid.grant.consented_at);
        if !same || matches!(now.state, GrantState::Revoked | GrantState::Pending) {
            return Err(StoreError::Conflict("revision"));
        }
        for change in &mut commit.changes {
            if let Change::PutGrant(grant) = change {
                grant.revision = now.revision;
            }
        }
        Ok(())
    }

    /// Has every grant looked at for which the spool holds tokens. For the start of a process.
    pub async fn wake(&self) -> Result<usize, StoreError> {
        let laid = self.spool.as_ref().map(Spool::all).unwrap_or_default();
        for Laid { grant, .. } in &laid {
            let at = self.now();
            let touch = Touch { entity: Entity::Grant(grant.id), lane: Lane::Renewal, due_at: at };
            let changes = vec![Change::Touch(touch)];
            self.ports.commits.commit(Commit { tenant: grant.tenant, fence: None, changes, at }).await?;
        }
        Ok(laid.len())
    }

    /// Stores what the spool holds for this grant. Says whether that was the look.
    pub(super) async fn take_up_spool(&self, look: &mut Look<'_>) -> Result<bool, StoreError> {
        let Some((spool, laid)) =
            self.spool.as_ref().and_then(|spool| Some((spool, spool.find(look.grant.id)?)))
        else {
            return Ok(false);
        };
        // Nobody has renewed it since, and nobody has consented anew: these are the tokens that count.
        let Laid { grant, .. } = &laid;
        let fits = (grant.tenant, grant.version, grant.consented_at)
            == (look.grant.tenant, look.grant.version + 1, look.grant.consented_at);
        let fits = fits && !matches!(look.grant.state, GrantState::Revoked | GrantState::Pending);
        if fits && let Some(id) = laid.grant.secret {
            let mut changes = vec![Change::PutSecret { id, sealed: laid.sealed() }];
            changes.extend(look.grant.secret.filter(|old| *old != id).map(Change::DropSecret));
            let (ill, warned) = (look.grant.state != GrantState::Active, look.grant.warned);
            look.grant = Grant { revision: look.grant.revision, ..laid.grant };
            look.tended.renewed = true;
            if ill {
                let served = self.served(&look.grant).await?;
                changes.extend(self.well_again(look, served, self.now()));
            } else {
                changes.extend(put_off(warned, &look.grant));
            }
            self.put(look, changes).await?;
        }
        spool.clear(look.grant.id);
        Ok(fits)
    }

    /// It is well again: people are told, and its connections may be called.
    fn well_again(&self, look: &Look<'_>, served: Vec<Connection>, now: Timestamp) -> Vec<Change> {
        let noted = self.noted(&look.grant, GrantEventKind::Recovered, None, None, now);
        let settled = Change::Settle { entity: Entity::Grant(look.grant.id), except: Vec::new() };
        [noted, settled].into_iter().chain(told(&served, &Health::Unknown)).collect()
    }

    /// Calls go on while the access token lives; the next try is at `at`.
    pub(super) async fn degrade(
        &self,
        mut look: Look<'_>,
        code: Code,
        words: Option<String>,
        at: Timestamp,
        now: Timestamp,
    ) -> Result<Tended, StoreError> {
        let news = look.grant.state != GrantState::Degraded || look.grant.reason.as_ref() != Some(&code);
        let mut changes = Vec::new();
        look.grant.retry_at = Some(at);
        if news {
            row::stand(&mut look.grant, GrantState::Degraded, &code, words.clone(), now);
            changes.push(self.noted(&look.grant, GrantEventKind::Degraded, Some(code.clone()), words, now));
            let served = self.served(&look.grant).await?;
            changes.extend(self.raised(&look.grant, code, &served).await?);
        }
        self.put(&mut look, changes).await?;
        Ok(look.tended)
    }

    /// Over, by the provider's word. Nobody else can have renewed it: the claim is ours and the row is as it was read.
    pub(super) async fn ended(
        &self,
        look: Look<'_>,
        words: Option<String>,
        now: Timestamp,
    ) -> Result<Tended, StoreError> {
        let lost = look.grant.attempt.as_ref().is_some_and(|attempt| attempt.unsure);
        let code = if lost { AUTH_ROTATION_LOST } else { AUTH_GRANT_ENDED };
        self.over(look, code, words, now).await
    }

    /// No calls any more: only a person can help, or the provider.
    pub(super) async fn over(
        &self,
        mut look: Look<'_>,
        code: Code,
        words: Option<String>,
        now: Timestamp,
    ) -> Result<Tended, StoreError> {
        look.grant.attempt = None;
        row::stand(&mut look.grant, GrantState::NeedsReauth, &code, words.clone(), now);
        let served = self.served(&look.grant).await?;
        let noted = self.noted(&look.grant, GrantEventKind::NeedsReauth, Some(code.clone()), words, now);
        let mut changes = vec![noted];
        changes.extend(self.raised(&look.grant, code.clone(), &served).await?);
        changes.extend(told(&served, &Health::NeedsAttention { code: code.clone() }));
        look.tended.failure = Some(code);
        self.put(&mut look, changes).await?;
        self.shelf().remove(&(look.grant.tenant, look.grant.id));
        Ok(look.tended)
    }

    /// A line of the grant's history.
    pub(super) fn noted(
        &self,
        grant: &Grant,
        kind: GrantEventKind,
        code: Option<Code>,
        words: Option<String>,
        at: Timestamp,
    ) -> Change {
        let Grant { tenant, id: grant, state, .. } = *grant;
        let id = EventId::new(at, self.ports.entropy.as_ref());
        Change::NoteGrant(Box::new(GrantEvent { tenant, id, grant, kind, state, code, words, at }))
    }

    /// A finding about the grant, at the connection it is there for if that is one.
    pub(super) async fn raised(
        &self,
        grant: &Grant,
        code: Code,
        served: &[Connection],
    ) -> Result<[Change; 2], StoreError> {
        let mut code = code;
        let mut at: Vec<ConnectionId> = served.iter().map(|connection| connection.id).collect();
        if at.is_empty() {
            let acting = self.ports.delegations.delegations_on(grant.tenant, grant.id).await?;
            at.extend(acting.iter().map(|delegation| delegation.connection));
            if !at.is_empty() && grant.state == GrantState::NeedsReauth {
                // Nothing waits for it: the service account writes meanwhile.
                code = AUTH_PERSON_REFUSED;
            }
        }
        let mut cause = Cause::of(code).about(grant.id.to_string());
        if let [only] = at.as_slice() {
            cause = cause.at(*only);
        }
        let id = FindingId::new(self.now(), self.ports.entropy.as_ref());
        let entity = Entity::Grant(grant.id);
        let others = Change::Settle { entity: entity.clone(), except: vec![cause.key()] };
        let occurrence = Occurrence { id, cause, entity: Some(entity), words: None };
        Ok([Change::Raise(Box::new(occurrence)), others])
    }

    /// The connections that call with a grant.
    pub(super) async fn served(&self, grant: &Grant) -> Result<Vec<Connection>, StoreError> {
        let mut connections = self.ports.registry.connections(grant.tenant).await?;
        connections.retain(|connection| connection.sign_in == SignIn::Grant { grant: grant.id });
        Ok(connections)
    }
}

/// The warning of an end that a renewal has put off is over. A grant that is well has no other finding.
fn put_off(warned: Option<i64>, grant: &Grant) -> Option<Change> {
    let over = warned.is_some() && grant.warned.is_none();
    over.then(|| Change::Settle { entity: Entity::Grant(grant.id), except: Vec::new() })
}

/// What is to be sealed after a renewal. Where no new refresh token was given, the old one stays (RFC 6749 section 6).
fn taken_over(mut old: Tokens, mut given: Given) -> Tokens {
    let mut tokens = std::mem::take(&mut given.tokens);
    tokens.refresh = tokens.refresh.take().or_else(|| old.refresh.take());
    tokens
}

/// What the connections of a grant are told.
pub(super) fn told(served: &[Connection], health: &Health) -> impl Iterator<Item = Change> {
    served.iter().map(|connection| Change::Health {
        connection: connection.id,
        revision: connection.revision,
        health: health.clone(),
        identity: None,
    })
}

/// The claim is done. What is due next is new work: released, the row would keep the lane of whoever waited last, and an
/// unused grant would look used for ever.
fn given_back(claim: &Claim, next: Option<Timestamp>) -> Vec<Change> {
    let touch = |due_at| Change::Touch(Touch { entity: claim.entity.clone(), lane: Lane::Renewal, due_at });
    [Change::Ack(claim.clone())].into_iter().chain(next.map(touch)).collect()
}
