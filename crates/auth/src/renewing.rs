//! Calls with the tokens of grants: the port [`Outbound`] above the one that signs.
//!
//! A call that the token does not allow is not made: the scope that it lacks is named. A call whose token has ended is sent
//! once more with a new one.
//!
//! A refused token means that nothing was carried out, so even a write may be sent again. It is tried once: a second
//! refusal is not about the token's age, and the connection is left to its owner.

use std::sync::Arc;

use async_trait::async_trait;
use bowline_core::GrantId;
use bowline_core::code::{AUTH_REJECTED, AUTH_SCOPE_MISSING, AUTH_TOKEN_STALE};
use bowline_core::connection::{Connection, SignIn};
use bowline_core::failure::{Failure, Words};
use bowline_core::port::{Outbound, OutboundAnswer, OutboundCall};

use crate::life::{Life, NoAccess};

/// Sends through another [`Outbound`], and renews.
pub struct Renewing {
    inner: Arc<dyn Outbound>,
    life: Arc<Life>,
}

impl Renewing {
    /// Renews through `life` what `inner` finds stale.
    pub fn new(inner: Arc<dyn Outbound>, life: Arc<Life>) -> Self {
        Self { inner, life }
    }
}

impl Renewing {
    /// Whether the scopes that were granted are enough for a call.
    async fn allowed(
        &self,
        connection: &Connection,
        grant: GrantId,
        call: &OutboundCall,
    ) -> Result<(), Failure> {
        let access = self.life.access(connection.tenant, grant).await.map_err(failure)?;
        let lacks = access.lacks(call.operation);
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
        let SignIn::Grant { grant } = connection.sign_in else {
            return self.inner.send(connection, call).await;
        };
        let tenant = connection.tenant;
        self.allowed(connection, grant, &call).await?;
        let before = self.life.shown(tenant, grant).map(|(version, _)| version);
        let stale = match self.inner.send(connection, call.clone()).await {
            Err(failure) if failure.code == AUTH_TOKEN_STALE => failure,
            done => return done,
        };
        // What was sent is at least as new as what was known before; if it is newer, somebody has just renewed.
        let sent = before.or_else(|| self.life.shown(tenant, grant).map(|(version, _)| version));
        let Some(version) = sent else { return Err(stale) };
        self.life.refused(tenant, grant, version).await.map_err(failure)?;
        match self.inner.send(connection, call).await {
            Err(again) if again.code == AUTH_TOKEN_STALE => {
                Err(Failure { words: again.words, ..Failure::wait(AUTH_REJECTED) })
            }
            done => done,
        }
    }
}

/// What it means for a call that there is no token.
pub(crate) fn failure(error: NoAccess) -> Failure {
    use bowline_core::code::{SEAL_CORRUPT, STORE_UNAVAILABLE};
    use bowline_core::failure::Executed;
    use bowline_core::port::{SealError, StoreError};
    match error {
        NoAccess::Ended(code) => Failure::wait(code),
        NoAccess::Late(code) => Failure::retry(code, Executed::No),
        NoAccess::Sealed(SealError::Store(StoreError::NotFound(_))) => Failure::wait(AUTH_REJECTED),
        NoAccess::Sealed(SealError::Store(_)) => Failure::retry(STORE_UNAVAILABLE, Executed::No),
        NoAccess::Sealed(_) => Failure::wait(SEAL_CORRUPT),
    }
}
