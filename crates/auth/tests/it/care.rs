//! Stored tokens are looked after: their ends found out and announced, and personal access tokens replaced, whenever the
//! process ends on the way.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bowline_auth::care::{Care, Done, Options, Ports};
use bowline_auth::{CredentialSigner, Keyring, Sealer, Secrets, SystemEntropy, keyfile};
use bowline_core::code::AUTH_CREDENTIAL_ENDING;
use bowline_core::commit::{Change, Commit};
use bowline_core::connection::{Connection, Health, IntakeProof, SignIn, ToolKind};
use bowline_core::credential::{Credential, Known};
use bowline_core::failure::Failure;
use bowline_core::port::{
    Clock, Commits, Console as _, Grants as _, Outbound, OutboundAnswer, OutboundCall, Registry as _,
    Seal as _, StoreError,
};
use bowline_core::secret::{Purpose, Secret};
use bowline_core::tenant::Tenant;
use bowline_core::{ConnectionId, SecretId, TenantId, Timestamp};
use bowline_net::plain::Plain;
use bowline_net::{Pipeline, Settings, World};
use bowline_sim::{Running, VirtualClock, jira};
use bowline_store::Store;
use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};

use crate::memory::Folder;

const DAY: Duration = Duration::from_secs(86_400);
/// Longer than one process holds a replacement.
const A_WHILE: Duration = Duration::from_secs(600);

/// Shows what the simulated Jira's clock shows.
struct Shared(VirtualClock);

impl Clock for Shared {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.now()).unwrap()
    }
}

/// Where a process ends: after so many steps, each the moment before or after a commit or a call.
struct Fate(AtomicU32);

impl Fate {
    async fn step(&self) {
        if self.0.load(Ordering::SeqCst) > 0 && self.0.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.store(0, Ordering::SeqCst);
            std::future::pending::<()>().await;
        }
    }
}

struct Mortal<T: ?Sized>(Arc<T>, Arc<Fate>);

#[async_trait]
impl Commits for Mortal<Store> {
    async fn commit(&self, commit: Commit) -> Result<(), StoreError> {
        self.1.step().await;
        self.0.commit(commit).await?;
        self.1.step().await;
        Ok(())
    }
}

#[async_trait]
impl Outbound for Mortal<Pipeline> {
    async fn send(&self, connection: &Connection, call: OutboundCall) -> Result<OutboundAnswer, Failure> {
        self.1.step().await;
        let answer = self.0.send(connection, call).await;
        self.1.step().await;
        answer
    }
}

struct House {
    jira: Running,
    clock: Arc<Shared>,
    store: Arc<Store>,
    seal: Arc<Sealer>,
    tenant: TenantId,
    connection: ConnectionId,
    _folder: Folder,
}

impl House {
    /// A connection whose personal access token ends after so many days.
    async fn new(days: i64) -> Self {
        bowline_net::start();
        let options = jira::Options { deployment: jira::Deployment::DataCenter, ..jira::Options::default() };
        let jira = jira::start(options, SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let clock = Arc::new(Shared(jira.clock()));
        let folder = Folder::new();
        let store = Arc::new(Store::open(bowline_store::Options::new("sqlite::memory:")).await.unwrap());
        let kek = Arc::new(keyfile::create(&folder.file("key"), &SystemEntropy).unwrap());
        let ring = Arc::new(Keyring::unlock(kek, Vec::new(), store.clone(), store.clone()).await.unwrap());
        let entropy = Arc::new(SystemEntropy);
        let seal = Arc::new(Sealer::new(ring, store.clone(), store.clone(), clock.clone(), entropy));
        let now = clock.now();
        let (tenant, connection) =
            (TenantId::new(now, &SystemEntropy), ConnectionId::new(now, &SystemEntropy));
        let house = Self { jira, clock, store, seal, tenant, connection, _folder: folder };
        let body = json!({"name": "by hand", "expirationDuration": days});
        let made = house.ask(Method::POST, "/rest/pat/latest/tokens", &body).await;
        house.settle(made["rawToken"].as_str().unwrap()).await;
        house
    }

    async fn settle(&self, token: &str) {
        let (now, tenant) = (self.clock.now(), self.tenant);
        let secret = SecretId::new(now, &SystemEntropy);
        let connection = Connection {
            tenant,
            id: self.connection,
            name: "jira".into(),
            tool: ToolKind::JiraDc,
            base_url: self.jira.url().to_owned(),
            browse_url: self.jira.url().to_owned(),
            sign_in: SignIn::PersonalAccessToken,
            secret,
            intake: IntakeProof::default(),
            health: Health::Unknown,
            identity: None,
            settings: std::collections::BTreeMap::new(),
            revision: 0,
            created_at: now,
        };
        self.write(vec![Change::AddTenant(Tenant { id: tenant, name: "acme".into(), created_at: now })])
            .await;
        let token = Secret::from(token.to_owned());
        let sealed = self.seal.seal(tenant, Purpose::Credential, &secret.to_string(), &token).await.unwrap();
        let put = Change::PutSecret { id: secret, sealed };
        self.write(vec![put, Change::PutConnection(Box::new(connection))]).await;
    }

    async fn write(&self, changes: Vec<Change>) {
        let commit = Commit { tenant: self.tenant, fence: None, changes, at: self.clock.now() };
        self.store.commit(commit).await.unwrap();
    }

    /// Asks the simulated Jira as its owner, with a password.
    async fn ask(&self, method: Method, path: &str, body: &Value) -> Value {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.jira.url()))
            // ada:ada
            .header("authorization", "Basic YWRhOmFkYQ==")
            .header("content-type", "application/json");
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        let answer = Plain::new(Duration::from_secs(10)).unwrap().send(request.body(body).unwrap()).await;
        let answer = answer.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", String::from_utf8_lossy(answer.body()));
        serde_json::from_slice(answer.body()).unwrap_or_default()
    }

    fn outbound(&self) -> (Arc<Pipeline>, Arc<Secrets>) {
        let secrets = Arc::new(Secrets::new(self.store.clone(), self.seal.clone(), self.clock.clone()));
        let signer = Arc::new(CredentialSigner::new(secrets.clone()));
        let settings = Settings { allow: vec!["127.0.0.1".parse().unwrap()], ..Settings::default() };
        let world = World::new(signer, self.clock.clone(), Arc::new(SystemEntropy));
        (Arc::new(Pipeline::new(settings, world).unwrap()), secrets)
    }

    /// A process that ends after so many steps; 0 for one that lives.
    fn care(&self, steps: u32) -> Care {
        let fate = Arc::new(Fate(AtomicU32::new(steps)));
        let (outbound, secrets) = self.outbound();
        let ports = Ports {
            clock: self.clock.clone(),
            entropy: Arc::new(SystemEntropy),
            registry: self.store.clone(),
            grants: self.store.clone(),
            commits: Arc::new(Mortal(self.store.clone(), fate.clone())),
            seal: self.seal.clone(),
            outbound: Arc::new(Mortal(outbound, fate)),
            secrets,
        };
        Care::new(ports, Options::default())
    }

    async fn pass(&self) -> Done {
        self.care(0).pass().await.unwrap()
    }

    async fn row(&self) -> Credential {
        self.store.credentials(self.tenant).await.unwrap().remove(0)
    }

    async fn connected(&self) -> Connection {
        self.store.connection(self.tenant, self.connection).await.unwrap().unwrap()
    }

    /// The names of the account's tokens.
    async fn tokens(&self) -> Vec<String> {
        let all = self.ask(Method::GET, "/rest/pat/latest/tokens", &Value::Null).await;
        all.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    }

    /// Whether the connection's token is taken.
    async fn works(&self) -> bool {
        let call = OutboundCall {
            method: Method::GET,
            path: "/rest/api/2/myself".into(),
            headers: http::HeaderMap::new(),
            body: Bytes::new(),
            operation: "jira.myself",
            repeatable: true,
        };
        let sent = self.outbound().0.send(&self.connected().await, call).await;
        sent.is_ok_and(|answer| answer.status.is_success())
    }

    async fn findings(&self) -> Vec<(bowline_core::Code, i64)> {
        self.store.finding_counts(self.tenant).await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_token_is_asked_for_announced_and_put_off_by_a_token_of_our_making() {
    let house = House::new(40).await;
    assert_eq!(house.pass().await, Done::default());
    let row = house.row().await;
    assert_eq!((row.known, row.expires_at.is_some(), row.warned), (Known::Told, true, None));
    house.jira.clock().advance(DAY * 11);
    assert_eq!(house.pass().await, Done { warned: 1, ..Done::default() });
    assert_eq!(house.pass().await, Done::default(), "told once");
    assert_eq!(house.findings().await, [(AUTH_CREDENTIAL_ENDING, 1)]);
    // Two weeks before the end it is replaced; the old one lives on until the next look.
    house.jira.clock().advance(DAY * 16);
    assert_eq!(house.pass().await, Done { warned: 1, replaced: 1, failed: vec![] });
    assert!(house.findings().await.is_empty(), "nothing ends soon any more");
    assert_eq!(house.tokens().await.len(), 2);
    assert!(house.works().await);
    assert_eq!(house.pass().await, Done::default());
    let tokens = house.tokens().await;
    assert!(tokens.len() == 1 && tokens[0].starts_with("Bowline "), "{tokens:?}");
    // For as long as anybody likes: the one of our making is replaced as well.
    house.jira.clock().advance(DAY * 80);
    assert_eq!(house.pass().await.replaced, 1);
    assert!(house.works().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn wherever_the_process_ends_the_connection_works_and_no_token_is_left_behind() {
    let mut cut = 0;
    for steps in 1..=24 {
        let house = House::new(40).await;
        house.pass().await;
        house.jira.clock().advance(DAY * 30);
        let care = house.care(steps);
        cut += u32::from(tokio::time::timeout(Duration::from_millis(300), care.pass()).await.is_err());
        assert!(house.works().await, "step {steps}: at once");
        // The next process waits until the dead one's hold is over, and then goes on; two looks make it whole.
        for _ in 0..4 {
            house.jira.clock().advance(A_WHILE);
            house.pass().await;
            assert!(house.works().await, "step {steps}");
        }
        let tokens = house.tokens().await;
        assert!(tokens.len() == 1 && tokens[0].starts_with("Bowline "), "step {steps}: {tokens:?}");
        let row = house.row().await;
        assert_eq!((row.secret, row.swap), (house.connected().await.secret, None), "step {steps}");
    }
    assert!(cut >= 15, "only {cut} of these steps were reached");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_gives_another_token_meanwhile_is_obeyed() {
    let house = House::new(40).await;
    house.pass().await;
    house.jira.clock().advance(DAY * 30);
    // Struck down with a new token stored and not used yet.
    let _ = tokio::time::timeout(Duration::from_millis(300), house.care(12).pass()).await;
    let body = json!({"name": "another by hand", "expirationDuration": 200});
    let made = house.ask(Method::POST, "/rest/pat/latest/tokens", &body).await;
    let secret = SecretId::new(house.clock.now(), &SystemEntropy);
    let token = Secret::from(made["rawToken"].as_str().unwrap().to_owned());
    let sealed = house.seal.seal(house.tenant, Purpose::Credential, &secret.to_string(), &token).await;
    let connection = Connection { secret, ..house.connected().await };
    let put = Change::PutSecret { id: secret, sealed: sealed.unwrap() };
    house.write(vec![put, Change::PutConnection(Box::new(connection))]).await;
    house.jira.clock().advance(A_WHILE);
    house.pass().await;
    let row = house.row().await;
    assert_eq!((row.secret, row.swap, row.known), (secret, None, Known::Told));
    assert!(house.works().await);
}
