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
use bowline_core::credential::{Credential, Known, Swap};
use bowline_core::failure::Failure;
use bowline_core::port::{
    Asker, Clock, Commits, Console as _, Grants as _, Outbound, OutboundAnswer, OutboundCall, Registry as _,
    Seal as _, StoreError,
};
use bowline_core::secret::{Purpose, Secret};
use bowline_core::tenant::Tenant;
use bowline_core::{ConnectionId, SecretId, SignedDuration, TenantId, Timestamp};
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
/// An operator who wants tokens of people replaced, two weeks before they end.
const WANTED: Options = Options { replace_ahead: SignedDuration::from_hours(14 * 24), life_days: 90 };

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
        let token = house.by_hand("by hand", days).await;
        house.settle(&token).await;
        house
    }

    /// A person makes a token that ends after so many days.
    async fn by_hand(&self, name: &str, days: i64) -> String {
        let body = json!({"name": name, "expirationDuration": days});
        let made = self.ask(Method::POST, "/rest/pat/latest/tokens", &body).await;
        made["rawToken"].as_str().unwrap().to_owned()
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
            transport: bowline_core::layers::Transport::default(),
            gateway: None,
            intake: IntakeProof::default(),
            health: Health::Unknown,
            identity: None,
            settings: std::collections::BTreeMap::new(),
            revision: 0,
            era: 0,
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
        self.care_as(WANTED, steps)
    }

    fn care_as(&self, options: Options, steps: u32) -> Care {
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
        Care::new(ports, options)
    }

    async fn pass(&self) -> Done {
        self.care(0).pass().await.unwrap()
    }

    /// As installed: tokens of people are left alone.
    async fn modest_pass(&self) -> Done {
        self.care_as(Options::default(), 0).pass().await.unwrap()
    }

    async fn row(&self) -> Credential {
        self.store.credentials(self.tenant).await.unwrap().remove(0)
    }

    async fn connected(&self) -> Connection {
        self.store.connection(self.tenant, self.connection).await.unwrap().unwrap()
    }

    /// The names of the account's tokens: how many are of our making, and those that people made.
    async fn tokens(&self) -> (usize, Vec<String>) {
        let all = self.ask(Method::GET, "/rest/pat/latest/tokens", &Value::Null).await;
        let names = all.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned());
        let (ours, mut others): (Vec<String>, Vec<String>) =
            names.partition(|name| name.starts_with("Bowline "));
        others.sort();
        (ours.len(), others)
    }

    /// Whether there is one token of our making, which the connection calls with, and beside it that of the person.
    async fn is_tidy(&self) -> bool {
        let row = self.row().await;
        let settled = row.swap.is_none() && row.secret == self.connected().await.secret;
        settled && row.vendor_id.is_some() && self.tokens().await == (1, vec!["by hand".to_owned()])
    }

    /// Whether the connection's token is taken.
    async fn works(&self) -> bool {
        let call = OutboundCall {
            method: Method::GET,
            path: "/rest/api/2/myself".into(),
            headers: http::HeaderMap::new(),
            body: Bytes::new(),
            operation: "jira.myself",
            subject: None,
            repeatable: true,
            asker: Asker::Work,
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
    // Two weeks before the end it is replaced. The person's own token lives to its end.
    house.jira.clock().advance(DAY * 16);
    assert_eq!(house.pass().await, Done { warned: 1, replaced: 1, failed: vec![] });
    assert!(house.findings().await.is_empty(), "nothing ends soon any more");
    assert!(house.works().await);
    assert_eq!(house.pass().await, Done::default());
    assert!(house.is_tidy().await, "{:?}", house.tokens().await);
    // For as long as anybody likes, and without being asked: the one of our making is replaced and, at the next look,
    // revoked.
    house.jira.clock().advance(DAY * 80);
    assert_eq!(house.modest_pass().await.replaced, 1);
    assert_eq!(house.tokens().await.0, 2);
    assert!(house.works().await);
    house.modest_pass().await;
    assert!(house.works().await);
    assert!(house.is_tidy().await, "{:?}", house.tokens().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_not_surely_ours_survives() {
    let house = House::new(40).await;
    house.by_hand("of a script", 40).await;
    house.jira.clock().advance(DAY * 30);
    let people = vec!["by hand".to_owned(), "of a script".to_owned()];
    // Nobody has asked for a replacement.
    assert_eq!(house.modest_pass().await, Done { warned: 1, ..Done::default() });
    assert_eq!(house.row().await.vendor_id, None, "a guess is not kept");
    assert_eq!(house.tokens().await, (0, people.clone()));
    // Somebody has: the new one is used, and none that a person made is ended, whichever was guessed.
    assert_eq!(house.pass().await.replaced, 1);
    assert!(house.works().await);
    for _ in 0..3 {
        house.jira.clock().advance(DAY * 80);
        for _ in 0..3 {
            house.pass().await;
        }
        assert!(house.works().await);
        assert_eq!(house.tokens().await, (1, people.clone()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_says_of_the_end_outlives_a_guess_but_not_an_answer() {
    let house = House::new(40).await;
    house.by_hand("of a script", 50).await;
    let said = house.clock.now() + SignedDuration::from_hours(5 * 24);
    house.pass().await;
    let told = house.row().await;
    let entered = Credential { expires_at: Some(said), known: Known::Entered, asked_at: None, ..told };
    house.write(vec![Change::PutCredential(Box::new(entered))]).await;
    house.pass().await;
    let row = house.row().await;
    assert_eq!((row.known, row.expires_at, row.asked_at.is_some()), (Known::Entered, Some(said), true));
    // The only one of its account is surely it.
    let alone = House::new(40).await;
    alone.pass().await;
    let told = alone.row().await;
    let entered =
        Credential { expires_at: Some(said), known: Known::Entered, asked_at: None, ..told.clone() };
    alone.write(vec![Change::PutCredential(Box::new(entered))]).await;
    alone.pass().await;
    let row = alone.row().await;
    assert_eq!((row.known, row.expires_at), (Known::Told, told.expires_at));
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_told_of_an_end_while_the_tool_cannot_be_asked() {
    let house = House::new(40).await;
    house.pass().await;
    house.jira.clock().advance(DAY * 30);
    // Its address leads nowhere.
    let lost = Connection { base_url: "http://127.0.0.1:9".into(), ..house.connected().await };
    house.write(vec![Change::PutConnection(Box::new(lost))]).await;
    let done = house.modest_pass().await;
    assert_eq!((done.warned, done.failed.len()), (1, 1), "{done:?}");
    assert_eq!(house.findings().await, [(AUTH_CREDENTIAL_ENDING, 1)]);
    assert_eq!(house.row().await.warned, Some(14));
    assert_eq!(house.modest_pass().await.warned, 0, "told once");
}

#[tokio::test(flavor = "multi_thread")]
async fn wherever_the_process_ends_the_connection_works_and_no_token_is_left_behind() {
    let mut cut = 0;
    for steps in 1..=24 {
        let house = House::new(40).await;
        house.pass().await;
        // First one that a person made is replaced, then that of our making.
        for days in [30_u32, 80] {
            house.jira.clock().advance(DAY * days);
            let care = house.care(steps);
            cut += u32::from(tokio::time::timeout(Duration::from_millis(300), care.pass()).await.is_err());
            assert!(house.works().await, "step {steps}: at once");
            // The next process waits until the dead one's hold is over, and then goes on; two looks make it whole.
            for _ in 0..4 {
                house.jira.clock().advance(A_WHILE);
                house.pass().await;
                assert!(house.works().await, "step {steps}");
            }
            assert!(house.is_tidy().await, "step {steps}: {:?}", house.tokens().await);
        }
    }
    assert!(cut >= 30, "only {cut} of these steps were reached");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_gives_another_token_meanwhile_is_obeyed() {
    let house = House::new(40).await;
    house.pass().await;
    house.jira.clock().advance(DAY * 30);
    // Struck down with a new token stored and not used yet.
    let _ = tokio::time::timeout(Duration::from_millis(300), house.care(12).pass()).await;
    assert!(matches!(house.row().await.swap, Some(Swap::Made { .. })));
    let secret = SecretId::new(house.clock.now(), &SystemEntropy);
    let token = Secret::from(house.by_hand("another by hand", 200).await);
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
