//! The application: the ports, the engine and the settings behind every handler, and the little that is kept in
//! memory between requests.

use std::sync::Arc;

use bowline_auth::app::Sites;
use bowline_auth::life::Life;
use bowline_auth::{Rotation, Secrets};
use bowline_core::TenantId;
use bowline_core::commit::{Change, Commit};
use bowline_core::port::{
    Bell, Clock, Commits, Console, Delegations, Desk, Entropy, Grants, Limits, Registry, Seal, StoreError,
    Tools, WorkQueue,
};
use bowline_sync::Engine;
use tokio::sync::{Notify, Semaphore, watch};

use crate::authorize::Ends;
use crate::body::Room;
use crate::connect::Connect;
use crate::forge::Forge;
use crate::hooks::Senders;
use crate::live::Sessions;
use crate::metrics::{Metrics, Refreshed};
use crate::options::Options;

/// What the server needs from the world. Concrete types are the binary's business.
#[derive(Clone)]
pub struct Ports {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Writes.
    pub commits: Arc<dyn Commits>,
    /// Reads what is configured.
    pub registry: Arc<dyn Registry>,
    /// Reads what providers let us do.
    pub grants: Arc<dyn Grants>,
    /// Reads who lets which connection act as them.
    pub delegations: Arc<dyn Delegations>,
    /// Signs people in at providers.
    pub life: Arc<Life>,
    /// Reads what people look at.
    pub console: Arc<dyn Console>,
    /// Reads one share whole.
    pub desk: Arc<dyn Desk>,
    /// Says how much work waits.
    pub work: Arc<dyn WorkQueue>,
    /// Seals secrets and opens kept content.
    pub seal: Arc<dyn Seal>,
    /// The app that sites install; none if it is not served.
    pub connect: Option<Arc<Connect>>,
    /// The remote of our Forge app; none if it is not served.
    pub forge: Option<Arc<Forge>>,
    /// Keeps what sites have installed, whether the app is served or not.
    pub sites: Arc<Sites>,
    /// Turns keys over, and tells how they stand.
    pub keys: Arc<Rotation>,
    /// Told when keys are to be turned over at once.
    pub keys_due: Arc<Notify>,
    /// Tells what is left of tools' limits.
    pub limits: Arc<dyn Limits>,
    /// Makes tools, for tests of connections and checks of profiles.
    pub tools: Arc<dyn Tools>,
    /// Rings when there is work.
    pub bell: Arc<dyn Bell>,
    /// Takes in deliveries and carries out what people ask for.
    pub engine: Arc<Engine>,
    /// Opens what deliveries are compared with.
    pub secrets: Arc<Secrets>,
    /// Counts; shared with the worker loop and the outbound observer.
    pub metrics: Arc<Metrics>,
    /// Moves whenever something changed that people may be looking at. A missed move costs a heartbeat.
    pub changes: watch::Receiver<u64>,
}

/// Everything behind the router. One for the life of the process.
pub struct App {
    pub(crate) ports: Ports,
    pub(crate) options: Options,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) refreshed: Refreshed,
    /// For bodies of deliveries.
    pub(crate) room: Room,
    /// For bodies of API calls.
    pub(crate) api_room: Room,
    pub(crate) hooks: Semaphore,
    pub(crate) senders: Senders,
    pub(crate) streams: Arc<Semaphore>,
    pub(crate) sessions: Sessions,
    pub(crate) ends: Ends,
    closing: watch::Sender<bool>,
}

impl App {
    /// An application that has served nobody yet.
    pub fn new(ports: Ports, options: Options) -> Arc<Self> {
        ports.metrics.build(&options.version);
        Arc::new(Self {
            metrics: Arc::clone(&ports.metrics),
            refreshed: Refreshed::default(),
            room: Room::new(options.all_bodies),
            api_room: Room::new(options.api_bodies),
            hooks: Semaphore::new(options.hooks_at_once),
            senders: Senders::new(&options),
            streams: Arc::new(Semaphore::new(options.streams)),
            sessions: Sessions::default(),
            ends: Ends::default(),
            closing: watch::Sender::new(false),
            ports,
            options,
        })
    }

    /// Writes for one tenant, now.
    pub(crate) async fn write(&self, tenant: TenantId, changes: Vec<Change>) -> Result<(), StoreError> {
        let at = self.ports.clock.now();
        self.ports.commits.commit(Commit { tenant, fence: None, changes, at }).await
    }

    /// Ends all event streams and says at `/readyz` that no new work should be sent here. Call it when the process
    /// is asked to stop: an open stream would otherwise keep it alive.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Turns true once [`App::close`] was called.
    pub(crate) fn closing(&self) -> watch::Receiver<bool> {
        self.closing.subscribe()
    }
}
