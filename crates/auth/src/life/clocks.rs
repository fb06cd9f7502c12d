//! How far the clocks of providers are from ours, where a signature has to name the time (RFC 5849 section 3.3).
//!
//! A provider that refuses our time says which times it would have taken, or at least its own (problem
//! `timestamp_refused`). From then on its requests are signed by its clock, so that a machine whose time is wrong is a
//! warning and not an outage.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bowline_core::port::Clock;
use bowline_core::{GrantId, OauthClientId, SignedDuration, TenantId, Timestamp};

use super::Life;

/// How many providers are remembered. Above it all are forgotten: each says it again.
const CAPACITY: usize = 10_000;

/// From here on a difference is told to whoever runs Bowline.
const WORTH_TELLING: u64 = 60;

/// What was learnt, by registration.
#[derive(Default)]
pub(super) struct Clocks(Mutex<HashMap<(TenantId, OauthClientId), SignedDuration>>);

impl Clocks {
    fn known(&self) -> MutexGuard<'_, HashMap<(TenantId, OauthClientId), SignedDuration>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How far a provider's clock is ahead of ours.
    fn ahead(&self, key: (TenantId, OauthClientId)) -> SignedDuration {
        self.known().get(&key).copied().unwrap_or_default()
    }

    /// Takes in what a provider said; the difference before.
    fn learn(&self, key: (TenantId, OauthClientId), ahead: SignedDuration) -> SignedDuration {
        let mut known = self.known();
        if known.len() >= CAPACITY && !known.contains_key(&key) {
            known.clear();
        }
        known.insert(key, ahead).unwrap_or_default()
    }
}

/// The time at a provider.
pub(crate) struct TheirTime<'a> {
    clock: &'a dyn Clock,
    ahead: SignedDuration,
}

impl Clock for TheirTime<'_> {
    fn now(&self) -> Timestamp {
        let ours = self.clock.now();
        ours.checked_add(self.ahead).unwrap_or(ours)
    }
}

impl Life {
    /// The time at a provider, as far as it told it.
    pub(crate) fn their_time(&self, tenant: TenantId, client: OauthClientId) -> TheirTime<'_> {
        TheirTime { clock: self.ports.clock.as_ref(), ahead: self.clocks.ahead((tenant, client)) }
    }

    /// A provider refused our time; its own is so far ahead.
    pub(super) fn learn_time(&self, tenant: TenantId, client: OauthClientId, ahead: SignedDuration) {
        let before = self.clocks.learn((tenant, client), ahead);
        let moved = (ahead - before).as_secs().unsigned_abs();
        if moved >= WORTH_TELLING {
            tracing::warn!(
                %tenant,
                registration = %client,
                seconds = ahead.as_secs(),
                "the provider's clock is this far ahead of this machine's; requests are signed by the provider's"
            );
        }
    }

    /// The same, for the provider of a grant whose token a call was signed with.
    pub(crate) fn learn_time_of(&self, tenant: TenantId, grant: GrantId, ahead: SignedDuration) {
        let client = self.shelf().get(&(tenant, grant)).map(|held| held.access.client);
        if let Some(client) = client {
            self.learn_time(tenant, client, ahead);
        }
    }
}
