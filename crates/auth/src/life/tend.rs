//! One look at a claimed grant: renew it, warn of its end, or let it rest.

use bowline_core::code::{AUTH_EXPIRING, AUTH_ROTATION_UNKNOWN, SEAL_CORRUPT};
use bowline_core::connection::Connection;
use bowline_core::grant::{Attempt, Grant, GrantEventKind, GrantState, OauthClient};
use bowline_core::port::{SealError, StoreError};
use bowline_core::work::{Claim, Lane};
use bowline_core::{Code, GrantId, SignedDuration, Timestamp, crash};

use super::Life;
use super::ask::Ask;
use super::schedule::{Deed, backoff, plan};
use super::terms::Terms;
use super::tokens::Tokens;
use super::verdict::Verdict;

/// How long after a renewal of unknown outcome the same token is sent again: the first, second, … time.
const AGAIN: [i64; 5] = [1, 5, 20, 60, 120];

/// What a look came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tended {
    /// How often the provider was asked.
    pub asked: u32,
    /// Whether there are new tokens.
    pub renewed: bool,
    /// Why not, if it was tried.
    pub failure: Option<Code>,
    /// Whether somebody else holds the grant now, or changed it meanwhile.
    pub lost: bool,
}

/// A look under way.
pub(super) struct Look<'a> {
    pub(super) claim: &'a Claim,
    pub(super) client: OauthClient,
    pub(super) terms: Terms,
    pub(super) grant: Grant,
    /// The connections that call with it, as far as they have to be told.
    pub(super) served: Vec<Connection>,
    pub(super) tended: Tended,
}

impl Life {
    /// Does for a claimed grant what is due, and gives the claim back. An error only if not even that could be stored.
    pub async fn tend(&self, claim: &Claim, id: GrantId) -> Result<Tended, StoreError> {
        let done = self.look(claim, id).await;
        self.tended.notify_waiters();
        match done {
            Err(StoreError::LostLease | StoreError::Conflict(_)) => {
                Ok(Tended { lost: true, ..Tended::default() })
            }
            done => done,
        }
    }

    async fn look(&self, claim: &Claim, id: GrantId) -> Result<Tended, StoreError> {
        let Some(grant) = self.ports.grants.grant(claim.tenant, id).await? else {
            return self.let_go(claim, None).await;
        };
        let Some(client) = self.ports.grants.oauth_client(claim.tenant, grant.client).await? else {
            return self.let_go(claim, None).await;
        };
        let terms = self.options.terms(client.provider);
        let (served, tended) = (Vec::new(), Tended::default());
        let mut look = Look { claim, client, terms, grant, served, tended };
        if self.take_up_spool(&mut look).await? {
            return Ok(look.tended);
        }
        self.note_use(&mut look);
        let now = self.now();
        let due = plan(&look.grant, &look.terms, now);
        match due.deed {
            // Somebody waits for a token that is too young to be renewed at once. That it is used must outlive this look:
            // it is what the next one, when it is old enough, goes by.
            Deed::Rest if claim.lane == Lane::Caller => {
                self.put(&mut look, Vec::new()).await?;
                Ok(look.tended)
            }
            Deed::Rest => self.let_go(claim, due.next).await,
            Deed::Warn(days) => self.warn(look, days, now).await,
            Deed::Alarm => self.late(look, now).await,
            Deed::Stop => self.missing(look, now).await,
            Deed::Renew => match self.turn(&look, now) {
                Some(later) => self.let_go(claim, Some(later)).await,
                None => self.renew(look, now).await,
            },
        }
    }

    /// When it is this grant's turn at its provider; `None` for now.
    fn turn(&self, look: &Look<'_>, now: Timestamp) -> Option<Timestamp> {
        let grant = &look.grant;
        // A token that may be used up already is sent again while the provider still takes it, whoever else is in line.
        let awaited = look.claim.lane == Lane::Caller || grant.attempt.is_some();
        self.pace.turn(&look.client.issuer, (grant.tenant, grant.id), awaited, now)
    }

    /// When it was last called with: now, if somebody waits; else what this process remembers.
    fn note_use(&self, look: &mut Look<'_>) {
        let key = (look.grant.tenant, look.grant.id);
        let known = self.used().get(&key).copied();
        let waiting = (look.claim.lane == Lane::Caller).then(|| self.now());
        look.grant.used_at = [look.grant.used_at, known, waiting].into_iter().flatten().max();
    }

    async fn warn(&self, mut look: Look<'_>, days: i64, now: Timestamp) -> Result<Tended, StoreError> {
        look.grant.warned = Some(days);
        let words = Some(format!("{days} days are left."));
        let noted = self.noted(&look.grant, GrantEventKind::Expiring, Some(AUTH_EXPIRING), words, now);
        let served = self.served(&look.grant).await?;
        let raised = self.raised(&look.grant, AUTH_EXPIRING, &served).await?;
        let changes = [noted].into_iter().chain(raised).collect();
        self.put(&mut look, changes).await?;
        Ok(look.tended)
    }

    async fn renew(&self, mut look: Look<'_>, now: Timestamp) -> Result<Tended, StoreError> {
        let opened = match (self.tokens(&look.grant).await, self.client_secret(&look.client).await) {
            (Ok(Some(tokens)), Ok(secret)) => (tokens, secret),
            (Ok(None), Ok(secret)) if look.grant.secret.is_none() => (Tokens::default(), secret),
            (Ok(None), Ok(_)) => return self.failed(look, SEAL_CORRUPT, None, None, now).await,
            (Err(SealError::Store(error)), _) | (_, Err(SealError::Store(error))) => return Err(error),
            (Err(_), _) | (_, Err(_)) => return self.failed(look, SEAL_CORRUPT, None, None, now).await,
        };
        if look.client.provider.asks_a_person() && opened.0.refresh.is_none() {
            // There is nothing to renew with; the token was good to its end.
            return self.ended(look, None, now).await;
        }
        if look.grant.state == GrantState::Degraded {
            // Read now: nothing may fail between the provider's answer and its commit.
            look.served = self.served(&look.grant).await?;
        }
        if let Some(wait) = too_late(&look, now) {
            look.tended.failure = Some(AUTH_ROTATION_UNKNOWN);
            return self.degrade(look, AUTH_ROTATION_UNKNOWN, None, wait, now).await;
        }
        // Read before the journal, like everything that may fail.
        let via = self.way(&look.grant, &look.client).await?;
        if look.terms.leeway.is_some() {
            self.journal(&mut look, now).await?;
        }
        let ask = if look.client.provider.asks_a_person() { Ask::Renew(&opened.0) } else { Ask::Mint };
        let redirect_uri = look.grant.redirect_uri.as_deref();
        let (verdict, asked) = self.ask(&look.client, &opened.1, redirect_uri, &ask, via.as_ref()).await;
        look.tended.asked = asked;
        crash::point("grant.answered");
        self.act(look, opened.0, verdict).await
    }

    /// Durable before the first byte is sent: whoever finds it knows that the token may be used up.
    async fn journal(&self, look: &mut Look<'_>, now: Timestamp) -> Result<(), StoreError> {
        look.grant.attempt = Some(match look.grant.attempt.take() {
            Some(open) => Attempt { sends: open.sends + 1, unsure: true, ..open },
            None => Attempt { started_at: now, sends: 1, unsure: false },
        });
        self.commit_under_claim(look).await?;
        crash::point("grant.journaled");
        Ok(())
    }

    async fn act(&self, look: Look<'_>, old: Tokens, verdict: Verdict) -> Result<Tended, StoreError> {
        let now = self.now();
        match verdict {
            Verdict::Given(given) => self.renewed(look, old, *given, now).await,
            Verdict::Ended { words } => self.ended(look, words, now).await,
            Verdict::Ours { code, words } => self.failed(look, code, words, None, now).await,
            Verdict::Passing { code, after, unsure, words } => {
                self.passing(look, code, (after, unsure), words, now).await
            }
        }
    }

    /// It will pass. A token that never left is as good as before; one that may have arrived stays journaled.
    async fn passing(
        &self,
        mut look: Look<'_>,
        code: Code,
        (after, unsure): (Option<std::time::Duration>, bool),
        words: Option<String>,
        now: Timestamp,
    ) -> Result<Tended, StoreError> {
        let Some(attempt) = look.grant.attempt.as_mut() else {
            return self.failed(look, code, words, after, now).await;
        };
        attempt.unsure |= unsure;
        if !attempt.unsure {
            look.grant.attempt = None;
            return self.failed(look, code, words, after, now).await;
        }
        let rung = usize::try_from(attempt.sends.saturating_sub(1)).unwrap_or(usize::MAX);
        let (sends, age) = (attempt.sends, now.duration_since(attempt.started_at));
        let again = AGAIN.get(rung).map(|seconds| SignedDuration::from_secs(*seconds));
        let again = again.filter(|_| look.terms.resendable(age, sends));
        look.grant.fails = look.grant.fails.saturating_add(1);
        let wait = again.unwrap_or_else(|| backoff(&look.grant));
        look.tended.failure = Some(code.clone());
        let at = now.saturating_add(wait).unwrap_or(now);
        self.degrade(look, code, words, at, now).await
    }

    /// It was refused for reasons that are not the grant's, or that will pass.
    async fn failed(
        &self,
        mut look: Look<'_>,
        code: Code,
        words: Option<String>,
        after: Option<std::time::Duration>,
        now: Timestamp,
    ) -> Result<Tended, StoreError> {
        // Refused means not carried out, unless an earlier send may have been.
        if look.grant.attempt.as_ref().is_some_and(|attempt| !attempt.unsure) {
            look.grant.attempt = None;
        }
        look.grant.fails = look.grant.fails.saturating_add(1);
        let asked = after.and_then(|after| SignedDuration::try_from(after).ok()).unwrap_or_default();
        let wait = backoff(&look.grant).max(asked);
        look.tended.failure = Some(code.clone());
        let at = now.saturating_add(wait).unwrap_or(now);
        self.degrade(look, code, words, at, now).await
    }
}

/// Whether an open attempt is too old for sending its token again, and until when to wait then: while the access
/// token lives nothing is risked; when it has ended, the old token is the last hope and is tried.
fn too_late(look: &Look<'_>, now: Timestamp) -> Option<Timestamp> {
    let attempt = look.grant.attempt.as_ref()?;
    let age = now.duration_since(attempt.started_at);
    if look.terms.resendable(age, attempt.sends) {
        return None;
    }
    look.grant.access_until.filter(|until| *until > now)
}
