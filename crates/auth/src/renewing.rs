//! Calls with tokens and sessions: the port [`Outbound`] above the one that signs.
//!
//! A call that the token of a grant does not allow is not made: the scope that it lacks is named. A call whose token or
//! session has ended is sent once more with a new one.
//!
//! A write waits for tokens no longer than whoever holds a lease counts on; then it goes back unsent, to be tried again.
//!
//! A consent that does not reach the tool any more is told from a call that is not allowed.
//!
//! A signature of which the time or the nonce was refused is made anew, once, by the clock that the tool told of.
//!
//! A refused token means that nothing was carried out, so even a write may be sent again. It is tried once for each layer: a
//! second refusal is not about the token's age, and the connection is left to its owner.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bowline_core::code::{
    AUTH_ANONYMOUS, AUTH_CLOCK_SKEW, AUTH_GATEWAY_REFUSED, AUTH_GATEWAY_TOKEN_STALE, AUTH_NONCE_USED,
    AUTH_REJECTED, AUTH_SCOPE_MISSING, AUTH_SITE_LOST, AUTH_TOKEN_STALE, NET_NOT_JSON,
};
use bowline_core::connection::{Connection, SignIn};
use bowline_core::failure::{Executed, Failure, Words};
use bowline_core::layers::Gateway;
use bowline_core::port::{Outbound, OutboundAnswer, OutboundCall};
use bowline_core::{Code, GrantId, InstallationId};
use http::StatusCode;
use tokio::time::Instant;

use crate::app::acting::{Impersonation, stand_in};
use crate::attribution::is_marked;
use crate::front;
use crate::life::{Life, NoAccess};
use crate::sessions::Sessions;

/// The longest that goes by before a write is sent for the last time: waiting for its tokens, being refused, and waiting for
/// new ones. Whoever holds a lease counts on it (`sync::engine`). Reads wait as long as a renewal may take.
const BEFORE_A_WRITE: Duration = Duration::from_secs(10);

/// What was refused is got anew: tokens that have ended, and signatures.
const RENEWABLE: [Code; 4] = [AUTH_TOKEN_STALE, AUTH_GATEWAY_TOKEN_STALE, AUTH_CLOCK_SKEW, AUTH_NONCE_USED];

/// Of these, what every attempt makes anew by itself.
const SIGNED: [Code; 2] = [AUTH_CLOCK_SKEW, AUTH_NONCE_USED];

/// Waits for tokens on behalf of a call.
struct Patience(Option<Instant>);

impl Patience {
    fn of(call: &OutboundCall) -> Self {
        Self((!call.repeatable).then(|| Instant::now() + BEFORE_A_WRITE))
    }

    /// Gives up in time. Nothing was carried out: there was no token to send, or it was refused.
    async fn wait<T>(&self, tokens: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        let Some(until) = self.0 else { return tokens.await };
        let late = || Failure::retry(AUTH_TOKEN_STALE, Executed::No);
        if Instant::now() >= until {
            return Err(late());
        }
        tokio::time::timeout_at(until, tokens).await.unwrap_or_else(|_| Err(late()))
    }
}

/// Sends through another [`Outbound`], and renews.
pub struct Renewing {
    inner: Arc<dyn Outbound>,
    life: Arc<Life>,
    sessions: Option<Arc<Sessions>>,
    impersonation: Option<Arc<Impersonation>>,
}

/// What was shown before a call, by number.
struct Before {
    gateway: Option<i64>,
    grant: Option<i64>,
    session: u64,
}

impl Renewing {
    /// Renews through `life` what `inner` finds stale.
    pub fn new(inner: Arc<dyn Outbound>, life: Arc<Life>) -> Self {
        Self { inner, life, sessions: None, impersonation: None }
    }

    /// The same, with the sessions of connections that have one.
    #[must_use]
    pub fn with_sessions(mut self, sessions: Arc<Sessions>) -> Self {
        self.sessions = Some(sessions);
        self
    }

    /// The same, for people of sites whom the app may act for.
    #[must_use]
    pub fn with_impersonation(mut self, impersonation: Option<Arc<Impersonation>>) -> Self {
        self.impersonation = impersonation;
        self
    }

    /// Who acts for a person of a site, if that is what a connection is for.
    fn acting(&self, connection: &Connection) -> Option<(&Impersonation, InstallationId)> {
        let installation = application(connection).and_then(stand_in::installation_of)?;
        self.impersonation.as_deref().map(|impersonation| (impersonation, installation))
    }

    fn shown(&self, connection: &Connection, grant: Option<GrantId>) -> Option<i64> {
        self.life.shown(connection.tenant, grant?).map(|(version, _)| version)
    }

    fn sessions_of(&self, connection: &Connection) -> Option<&Sessions> {
        let by_session = matches!(connection.sign_in, SignIn::Session { .. });
        self.sessions.as_deref().filter(|_| by_session)
    }

    async fn before(&self, connection: &Connection) -> Before {
        Before {
            gateway: self.shown(connection, gateway(connection)),
            grant: self.shown(connection, application(connection)),
            session: match self.sessions_of(connection) {
                Some(sessions) => sessions.version(connection).await,
                None => 0,
            },
        }
    }

    /// Gets what was found stale anew. Fails if there is nothing to get.
    async fn renew(&self, connection: &Connection, stale: &Failure, before: &Before) -> Result<(), Failure> {
        let in_front = stale.code == AUTH_GATEWAY_TOKEN_STALE;
        if let Some((impersonation, installation)) = self.acting(connection).filter(|_| !in_front) {
            return impersonation.stale(connection, installation).await;
        }
        if let Some(sessions) = self.sessions_of(connection).filter(|_| !in_front) {
            over(sessions, connection, before).await;
            return Ok(());
        }
        let (grant, before) = match in_front {
            true => (gateway(connection), before.gateway),
            false => (application(connection), before.grant),
        };
        // What was sent is at least as new as what was known before; if it is newer, somebody has just renewed.
        let sent = before.or_else(|| self.shown(connection, grant));
        let (Some(grant), Some(version)) = (grant, sent) else { return Err(stale.clone()) };
        let renewed = self.life.refused(connection.tenant, grant, version).await;
        renewed.map(|_| ()).map_err(|error| match in_front {
            true => front::no_token(error),
            false => failure(error),
        })
    }
}

impl Renewing {
    /// A tool may take a session that has ended for a visitor's, or lead to its login page. The call is not sent again, as
    /// a visitor may be allowed to write; but the next one logs in.
    async fn visited(&self, connection: &Connection, failure: &Failure, before: &Before) {
        let visitor = failure.code == AUTH_ANONYMOUS || failure.code == NET_NOT_JSON;
        if let Some(sessions) = self.sessions_of(connection).filter(|_| visitor) {
            over(sessions, connection, before).await;
        }
    }

    /// Fails if it is not the tool that says no, but what stands before it, because the consent does not reach the tool any
    /// more.
    async fn still_there(&self, connection: &Connection, answer: &OutboundAnswer) -> Result<(), Failure> {
        let denied = matches!(answer.status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND);
        let Some(grant) = application(connection).filter(|_| denied && !is_marked(&answer.headers)) else {
            return Ok(());
        };
        match self.life.lost(connection, grant).await {
            Some(who) => {
                let words = Words::new(format!("{who} does not reach {} any more.", connection.browse_url));
                Err(Failure::wait(AUTH_SITE_LOST).with_words(words))
            }
            None => Ok(()),
        }
    }

    /// Whether the scopes that were granted are enough for a call.
    async fn allowed(
        &self,
        connection: &Connection,
        grant: GrantId,
        call: &OutboundCall,
    ) -> Result<(), Failure> {
        let access = self.life.access(connection.tenant, grant).await.map_err(failure)?;
        if access.lacks(call.operation).is_empty() {
            return Ok(());
        }
        // What is remembered may be from before a new consent, given in another process. No token has this number: none is
        // renewed, and the row is read anew.
        let anew = self.life.refused(connection.tenant, grant, -1).await.map_err(failure)?;
        let lacks = anew.lacks(call.operation);
        if lacks.is_empty() {
            return Ok(());
        }
        let words = Words::new(format!("{} needs the scope {}", call.operation, lacks.join(" and ")));
        Err(Failure::wait(AUTH_SCOPE_MISSING).with_words(words))
    }
}

#[async_trait]
impl Outbound for Renewing {
    async fn send(&self, connection: &Connection, call: OutboundCall) -> Result<OutboundAnswer, Failure> {
        let patience = Patience::of(&call);
        if let SignIn::Grant { grant } = connection.sign_in
            && stand_in::installation_of(grant).is_none()
        {
            patience.wait(self.allowed(connection, grant, &call)).await?;
        }
        let before = self.before(connection).await;
        let mut tried: Vec<Code> = Vec::new();
        loop {
            let stale = match self.inner.send(connection, call.clone()).await {
                Err(failure) if RENEWABLE.contains(&failure.code) => failure,
                Ok(answer) => {
                    self.still_there(connection, &answer).await?;
                    if let Some(sessions) = self.sessions_of(connection) {
                        sessions.absorb(connection, &answer.headers).await;
                    }
                    return Ok(answer);
                }
                Err(failure) => {
                    self.visited(connection, &failure, &before).await;
                    return Err(failure);
                }
            };
            if tried.contains(&stale.code) {
                let refused = again(stale);
                if let Some((impersonation, installation)) = self.acting(connection) {
                    impersonation.not_taken(connection, installation, refused.code.clone());
                }
                return Err(refused);
            }
            if !SIGNED.contains(&stale.code) {
                patience.wait(self.renew(connection, &stale, &before)).await?;
            }
            tried.push(stale.code);
        }
    }
}

/// What a second refusal means, after what was refused first was got anew.
fn again(stale: Failure) -> Failure {
    let became = if stale.code == AUTH_TOKEN_STALE {
        Failure::wait(AUTH_REJECTED)
    } else if stale.code == AUTH_GATEWAY_TOKEN_STALE {
        Failure::wait(AUTH_GATEWAY_REFUSED)
    } else if stale.code == AUTH_NONCE_USED {
        // Whoever else signs for the registration hit upon the same ones; that passes.
        Failure::retry(AUTH_NONCE_USED, Executed::No)
    } else {
        return stale;
    };
    Failure { words: stale.words, ..became }
}

/// The session that a call was sent with is over.
async fn over(sessions: &Sessions, connection: &Connection, before: &Before) {
    let sent = match before.session {
        0 => sessions.version(connection).await,
        version => version,
    };
    sessions.ended(connection, sent).await;
}

fn gateway(connection: &Connection) -> Option<GrantId> {
    connection.gateway.as_ref().and_then(Gateway::grant)
}

const fn application(connection: &Connection) -> Option<GrantId> {
    match connection.sign_in {
        SignIn::Grant { grant } => Some(grant),
        _ => None,
    }
}

/// What it means for a call that there is no token.
pub(crate) fn failure(error: NoAccess) -> Failure {
    use bowline_core::code::{SEAL_CORRUPT, STORE_UNAVAILABLE};
    use bowline_core::port::{SealError, StoreError};
    match error {
        NoAccess::Ended(code) => Failure::wait(code),
        NoAccess::Late(code) => Failure::retry(code, Executed::No),
        NoAccess::Sealed(SealError::Store(StoreError::NotFound(_))) => Failure::wait(AUTH_REJECTED),
        NoAccess::Sealed(SealError::Store(_)) => Failure::retry(STORE_UNAVAILABLE, Executed::No),
        NoAccess::Sealed(_) => Failure::wait(SEAL_CORRUPT),
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use bowline_core::failure::Act;
    use bowline_core::port::Asker;
    use http::{HeaderMap, Method};

    use super::*;

    fn patience(repeatable: bool) -> Patience {
        let (method, path, body) = (Method::POST, "/".to_owned(), bytes::Bytes::new());
        let (headers, subject, asker) = (HeaderMap::new(), None, Asker::Work);
        let operation = "test";
        let call = OutboundCall { method, path, headers, body, operation, subject, repeatable, asker };
        Patience::of(&call)
    }

    #[test]
    fn what_is_refused_twice_is_not_tried_a_third_time() {
        let became = |code: Code| again(Failure::wait(code)).code;
        assert_eq!(became(AUTH_TOKEN_STALE), AUTH_REJECTED);
        assert_eq!(became(AUTH_GATEWAY_TOKEN_STALE), AUTH_GATEWAY_REFUSED);
        assert_eq!(became(AUTH_CLOCK_SKEW), AUTH_CLOCK_SKEW);
        let nonce = again(Failure::wait(AUTH_NONCE_USED));
        assert_eq!(nonce.act, Act::Retry { after: None }, "nobody has to do anything about it");
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_is_sent_in_time_or_goes_back_unsent() {
        let (began, write) = (Instant::now(), patience(false));
        let seconds = |wait: u64| async move {
            tokio::time::sleep(Duration::from_secs(wait)).await;
            Ok(())
        };
        assert!(write.wait(seconds(4)).await.is_ok());
        assert!(write.wait(seconds(4)).await.is_ok(), "after a refusal");
        let late = write.wait(pending::<Result<(), Failure>>()).await.unwrap_err();
        assert_eq!((late.code, late.executed), (AUTH_TOKEN_STALE, Executed::No));
        assert_eq!(began.elapsed(), BEFORE_A_WRITE, "all waits count together");
        assert!(write.wait(async { Ok(()) }).await.is_err(), "too late for another call");
        assert!(patience(true).wait(seconds(40)).await.is_ok(), "a read waits for a whole renewal");
    }
}
