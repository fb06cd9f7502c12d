//! The life of tokens: renewed in time, by one process at a time, never lost between two.
//!
//! A grant is a row; its schedule is a row of the work table (`Entity::Grant`). Whoever claims that row, and nobody
//! else, talks to the provider about it: the claim is the lock, its epoch the fence, its lease the end of a crashed
//! holder. [`Life::tend`] is one look at a claimed grant. Callers get tokens from [`Life::access`], which renews
//! nothing itself: where a token has ended it makes the row due at once and waits. So a cancelled caller cancels
//! nothing, and fifty callers over two processes are one renewal.
//!
//! A renewal is: journal (commit) → send → new tokens (commit). A crash between any two leaves an open attempt, which
//! the next holder takes up: it sends the *same* token again while the provider's leeway lasts ([`terms`]), and
//! after that once more when the access token has ended, before it asks a person. What is due when is [`schedule`]'s
//! business, how fast a provider is asked [`pace`]'s, what an answer means [`verdict`]'s.

mod access;
mod ask;
mod clocks;
mod consent;
mod delegate;
mod open;
mod pace;
mod payer;
mod push;
mod reach;
mod row;
pub mod schedule;
mod settle;
mod spool;
mod store;
mod tend;
pub mod terms;
mod tokens;
mod verdict;
mod way;
mod who;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bowline_core::port::{
    Bell, Clock, Commits, Delegations, Entropy, Exchange, Grants, Registry, Seal, Vault,
};
use bowline_core::{GrantId, TenantId, Timestamp};
use bowline_net::Sleeper;

use crate::secrets::Secrets;

pub use access::{Access, NoAccess, Shown};
pub use consent::{Begin, Finished, NoConsent, Returned};
pub use spool::Spool;
pub use tend::Tended;
pub use terms::{Options, Terms};
pub use who::Site;

/// What the life of tokens needs from the world.
#[derive(Clone)]
pub struct Ports {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Waits.
    pub sleeper: Arc<dyn Sleeper>,
    /// Reads grants.
    pub grants: Arc<dyn Grants>,
    /// Reads the connections that call with them.
    pub registry: Arc<dyn Registry>,
    /// Reads the connections that may act by them.
    pub delegations: Arc<dyn Delegations>,
    /// Reads sealed rows.
    pub vault: Arc<dyn Vault>,
    /// Seals and opens.
    pub seal: Arc<dyn Seal>,
    /// Writes.
    pub commits: Arc<dyn Commits>,
    /// Says that there is work.
    pub bell: Arc<dyn Bell>,
    /// Talks to providers.
    pub exchange: Arc<dyn Exchange>,
}

/// Keeps grants alive, and hands out their tokens.
pub struct Life {
    ports: Ports,
    options: Options,
    spool: Option<Spool>,
    /// What stands before providers is opened with it.
    secrets: Secrets,
    pace: pace::Pace,
    clocks: clocks::Clocks,
    reached: reach::Reached,
    /// Opened tokens.
    shelf: Mutex<HashMap<(TenantId, GrantId), Held>>,
    /// When each grant was last called with, until its row says so.
    used: Mutex<HashMap<(TenantId, GrantId), Timestamp>>,
    /// Of which app each grant is.
    payers: Mutex<HashMap<(TenantId, GrantId), payer::Payer>>,
    /// Told whenever a grant was tended to in this process.
    tended: tokio::sync::Notify,
}

/// What is remembered of a grant.
#[derive(Clone)]
struct Held {
    access: Access,
    /// To be read from the database again after this.
    until: Timestamp,
}

/// What a sign-in is bound to, from what its browser holds in a cookie.
pub fn browser_hash(cookie: &str) -> [u8; 32] {
    crate::token::sha256(cookie.as_bytes())
}

impl Life {
    /// A life over one database. Without a spool, renewed tokens that the database does not take wait in memory only.
    pub fn new(ports: Ports, options: Options, spool: Option<Spool>) -> Self {
        let secrets = Secrets::new(ports.vault.clone(), ports.seal.clone(), ports.clock.clone());
        let pace = pace::Pace::new(options.per_second);
        let tended = tokio::sync::Notify::new();
        let (shelf, used, payers) = (Mutex::default(), Mutex::default(), Mutex::default());
        let (clocks, reached) = (clocks::Clocks::default(), reach::Reached::default());
        Self { ports, options, spool, secrets, pace, clocks, reached, shelf, used, payers, tended }
    }

    /// What belongs to one sending of a signed call.
    pub(crate) fn world(&self) -> (&dyn Clock, &dyn Entropy) {
        (self.ports.clock.as_ref(), self.ports.entropy.as_ref())
    }

    fn now(&self) -> Timestamp {
        self.ports.clock.now()
    }

    fn shelf(&self) -> MutexGuard<'_, HashMap<(TenantId, GrantId), Held>> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn used(&self) -> MutexGuard<'_, HashMap<(TenantId, GrantId), Timestamp>> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
