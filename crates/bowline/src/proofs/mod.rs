//! The real parts together (database, engine, adapters, pipeline) against a simulated Jira, on one virtual clock: what its
//! requests say of when, and how often, it was asked.

mod memory;
mod waits;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bowline_auth::attribution::{Asked, Known, Presented, attribute};
use bowline_auth::{Keyring, Sealer, SystemEntropy, keyfile};
use bowline_bus::Feed;
use bowline_core::attribution::{Attribution, Heard};
use bowline_core::commit::{Change, Commit};
use bowline_core::connection::{Connection, Health, IntakeProof, SignIn, ToolKind};
use bowline_core::layers::Transport;
use bowline_core::port::{Clock, Commits as _, Handshake, Registry as _, SignError, Signer};
use bowline_core::tenant::Tenant;
use bowline_core::{ConnectionId, SecretId, SignedDuration, TenantId, Timestamp};
use bowline_net::plain::Plain;
use bowline_net::{Pipeline, Settings, Sleeper, World};
use bowline_sim::jira::{self, Deployment};
use bowline_sim::{Running, VirtualClock};
use bowline_store::Store;
use bowline_sync::{Engine, Options};
use bowline_tools::Registry;
use bytes::Bytes;
use http::{HeaderValue, Request};
use serde_json::Value;

use crate::told::Told;

/// The simulator's clock, for everybody. It stands still, and whoever sleeps turns it on.
#[derive(Clone)]
pub(super) struct Common(VirtualClock);

impl Common {
    fn turn(&self, length: SignedDuration) {
        self.0.advance(Duration::try_from(length).unwrap().max(Duration::from_millis(1)));
    }
}

impl Clock for Common {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.now()).unwrap()
    }
}

#[async_trait]
impl Sleeper for Common {
    async fn sleep(&self, length: Duration) {
        // A millisecond is the least that the simulator's clock knows: never shorter than was asked for.
        self.0.advance(length + Duration::from_millis(1));
    }
}

/// Signs in as Ada, and reads answers as the real one does.
struct Ada;

#[async_trait]
impl Signer for Ada {
    async fn sign(&self, _: &Connection, request: &mut Request<Bytes>) -> Result<(), SignError> {
        let ada = HeaderValue::from_static("Basic YWRhQGV4YW1wbGUuY29tOnRva2VuLWFkYQ==");
        request.headers_mut().insert("authorization", ada);
        Ok(())
    }

    async fn handshake(&self, _: &Connection) -> Result<Option<Handshake>, SignError> {
        Ok(None)
    }

    fn attribute(&self, connection: &Connection, heard: &Heard<'_>) -> Option<Attribution> {
        let site = connection.browse_url.as_str();
        attribute(heard, &Known { asked: Asked::Api, application: Presented::Fixed, gateway: None, site })
    }
}

/// One Jira, one database, and a connection between them.
pub(super) struct Scene {
    jira: Running,
    clock: Common,
    store: Arc<Store>,
    tenant: TenantId,
    connection: ConnectionId,
}

impl Scene {
    async fn new() -> Self {
        bowline_net::start();
        let mut options = jira::Options::default();
        (options.deployment, options.frozen) = (Deployment::Cloud, true);
        let jira = jira::start(options, ([127, 0, 0, 1], 0).into()).await.unwrap();
        let clock = Common(jira.clock());
        let at = clock.now();
        let store = Arc::new(Store::open(bowline_store::Options::new("sqlite::memory:")).await.unwrap());
        let (tenant, connection) = (TenantId::new(at, &SystemEntropy), ConnectionId::new(at, &SystemEntropy));
        let scene = Self { jira, clock, store, tenant, connection };
        let row = Tenant { id: tenant, name: "acme".to_owned(), created_at: at };
        scene.write(vec![Change::AddTenant(row)]).await;
        scene.write(vec![Change::PutConnection(Box::new(scene.row(at)))]).await;
        scene
    }

    fn row(&self, at: Timestamp) -> Connection {
        Connection {
            tenant: self.tenant,
            id: self.connection,
            name: "jira".to_owned(),
            tool: ToolKind::JiraCloud,
            base_url: self.jira.url().to_owned(),
            browse_url: self.jira.url().to_owned(),
            transport: Transport::default(),
            gateway: None,
            sign_in: SignIn::ApiToken { email: "ada@example.com".to_owned() },
            secret: SecretId::new(at, &SystemEntropy),
            intake: IntakeProof::default(),
            health: Health::Unknown,
            identity: None,
            settings: BTreeMap::new(),
            revision: 0,
            era: 0,
            created_at: at,
        }
    }

    async fn write(&self, changes: Vec<Change>) {
        let commit = Commit { tenant: self.tenant, fence: None, changes, at: self.clock.now() };
        self.store.commit(commit).await.unwrap();
    }

    /// The connection as it is stored now.
    async fn connection(&self) -> Connection {
        self.store.connection(self.tenant, self.connection).await.unwrap().unwrap()
    }

    /// Adapters as one process has them.
    fn process(&self) -> Arc<Registry> {
        let clock = Arc::new(self.clock.clone());
        let mut world = World::new(Arc::new(Ada), clock.clone(), Arc::new(SystemEntropy));
        world.sleeper = clock.clone();
        let settings = Settings { allow: vec!["127.0.0.1".parse().unwrap()], ..Settings::default() };
        let pipeline = Arc::new(Pipeline::new(settings, world).unwrap());
        let told = Arc::new(Told { store: self.store.clone(), feed: Feed::new() });
        Arc::new(Registry::new(pipeline, clock).telling(told))
    }

    /// The engine of a process that sweeps so rarely that no sweep comes by itself.
    async fn engine(&self) -> Engine {
        let (clock, entropy) = (Arc::new(self.clock.clone()), Arc::new(SystemEntropy));
        let file = std::env::temp_dir()
            .join(format!("bowline-proof-{}", SecretId::new(self.clock.now(), &SystemEntropy)));
        let kek = Arc::new(keyfile::create(&file, &SystemEntropy).unwrap());
        std::fs::remove_file(&file).unwrap();
        let store = &self.store;
        let ring = Keyring::unlock(kek, Vec::new(), store.clone(), store.clone()).await.unwrap();
        let seal = Sealer::new(Arc::new(ring), store.clone(), store.clone(), clock.clone(), entropy.clone());
        let ports = bowline_sync::Ports {
            clock,
            entropy,
            commits: store.clone(),
            desk: store.clone(),
            registry: store.clone(),
            delegations: store.clone(),
            seal: Arc::new(seal),
            tools: self.process(),
            work: store.clone(),
        };
        let sweep_every = SignedDuration::from_hours(24 * 365);
        Engine::new(ports, Options { sweep_every, ..Options::default() })
    }

    async fn control(&self, method: &str, path: &str, body: String) -> Value {
        let url = format!("{}/_sim/{path}", self.jira.url());
        let request = Request::builder().method(method).uri(url).body(Bytes::from(body)).unwrap();
        let answer = Plain::new(Duration::from_secs(20)).unwrap().send(request).await.unwrap();
        assert!(answer.status().is_success(), "{path}: {answer:?}");
        serde_json::from_slice(answer.body()).unwrap()
    }

    /// What Jira was asked, oldest first: when, in virtual seconds, and the method and path.
    async fn asked(&self) -> Vec<(f64, String)> {
        let page = self.control("GET", "requests?since=0", String::new()).await;
        let of = |request: &Value| {
            let millis = request["at"].as_i64().unwrap();
            let at = Timestamp::from_millisecond(millis).unwrap().duration_since(Timestamp::UNIX_EPOCH);
            let text = |name: &str| request[name].as_str().unwrap().to_owned();
            (at.as_secs_f64(), format!("{} {}", text("method"), text("path")))
        };
        page["requests"].as_array().unwrap().iter().map(of).collect()
    }
}
