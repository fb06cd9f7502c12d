//! Telling people that another client spends from a connection's limits.

use std::collections::HashMap;
use std::sync::Arc;

use bowline_core::code::NET_LIMIT_SHARED;
use bowline_core::commit::{Change, Commit};
use bowline_core::finding::{Cause, Occurrence};
use bowline_core::port::{Clock, Commits, Entropy};
use bowline_core::{ConnectionId, FindingId, SignedDuration, TenantId, Timestamp};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio_util::sync::CancellationToken;

/// How many are told of and not dealt with. More are told of again with their next refusal.
const MOST: usize = 64;

/// A connection's finding is not raised again sooner.
const PAUSE: SignedDuration = SignedDuration::from_hours(1);

/// Where it is told of. Never waits: it is told in the middle of a call.
#[derive(Clone)]
pub(crate) struct Crowded(Option<Sender<(TenantId, ConnectionId)>>);

impl Crowded {
    pub(crate) fn tell(&self, tenant: TenantId, connection: ConnectionId) {
        if let Some(sender) = &self.0 {
            let _ = sender.try_send((tenant, connection));
        }
    }
}

/// Makes findings of what it is told.
pub(crate) struct Crowds(Receiver<(TenantId, ConnectionId)>);

/// Both ends.
pub(crate) fn watch() -> (Crowded, Crowds) {
    let (sender, receiver) = channel(MOST);
    (Crowded(Some(sender)), Crowds(receiver))
}

/// For whoever is never told.
pub(crate) const fn nobody() -> Crowded {
    Crowded(None)
}

impl Crowds {
    /// Goes on until told to stop.
    pub(crate) async fn run(
        mut self,
        commits: Arc<dyn Commits>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        stop: CancellationToken,
    ) {
        let mut raised: HashMap<ConnectionId, Timestamp> = HashMap::new();
        loop {
            let told = tokio::select! {
                () = stop.cancelled() => return,
                told = self.0.recv() => told,
            };
            let Some((tenant, connection)) = told else { return };
            let at = clock.now();
            raised.retain(|_, last| at.duration_since(*last) < PAUSE);
            if raised.contains_key(&connection) {
                continue;
            }
            let cause = Cause::of(NET_LIMIT_SHARED).at(connection);
            let id = FindingId::new(at, entropy.as_ref());
            let changes = vec![Change::Raise(Box::new(Occurrence { id, cause, entity: None, words: None }))];
            match commits.commit(Commit { tenant, fence: None, changes, at }).await {
                Ok(()) => _ = raised.insert(connection, at),
                Err(error) => {
                    tracing::warn!(%connection, %error, "cannot say that another client shares a limit")
                }
            }
        }
    }
}
