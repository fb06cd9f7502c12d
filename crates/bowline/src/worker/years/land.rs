//! The parts that are real: the store, the sealing, the life of tokens and the worker, all on one clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bowline_auth::life::{Begin, Finished, Life, NoAccess, Options, Ports, Returned, Shown, Tended};
use bowline_auth::{Keyring, Sealer, SystemEntropy, keyfile};
use bowline_bus::Local;
use bowline_core::commit::{Change, Commit};
use bowline_core::connection::{Connection, Health, IntakeProof, SignIn, ToolKind};
use bowline_core::grant::{Grant, OauthClient, Provider as Kind};
use bowline_core::port::{Clock as _, Commits as _, Grants as _, Registry as _, Seal as _};
use bowline_core::secret::{Purpose, Secret};
use bowline_core::tenant::Tenant;
use bowline_core::work::{Claim, Lanes};
use bowline_core::{ConnectionId, GrantId, OauthClientId, SecretId, SignedDuration, TenantId, Timestamp};
use bowline_net::RealTime;
use bowline_store::Store;
use bowline_sync::Outcome;
use url::Url;

use super::super::{Tend, Watch, WatchGrants, Worker};
use super::Wish;
use super::clock::Paused;
use super::provider::{ABSOLUTE, IDLE, Provider};

/// How many people share a tenant, and so its keys.
const TENANT: usize = 50;
/// What every browser holds.
const COOKIE: [u8; 32] = [7; 32];

/// One person, with the connection they signed in for.
pub(super) struct Person {
    pub(super) tenant: TenantId,
    pub(super) connection: ConnectionId,
    pub(super) grant: GrantId,
    /// When they consented.
    pub(super) consents: Vec<SignedDuration>,
}

/// Counts looks.
#[derive(Default)]
pub(super) struct Looks(AtomicU64);

impl Looks {
    pub(super) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Watch for Looks {
    fn looked(&self, _: &Claim, _: &Outcome) {}
}

impl WatchGrants for Looks {
    fn tended(&self, _: &Tended) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

pub(super) struct Land {
    pub(super) clock: Arc<Paused>,
    pub(super) store: Arc<Store>,
    pub(super) provider: Arc<Provider>,
    pub(super) looks: Arc<Looks>,
    pub(super) people: Vec<Person>,
    seal: Arc<Sealer>,
    life: Arc<Life>,
    bell: Arc<Local>,
}

impl Land {
    /// A database in memory, whose every call is answered at once: time passes in it only when all wait.
    pub(super) async fn new(wish: Wish, per_second: u32) -> Self {
        let clock = Arc::new(Paused::new());
        let store = Arc::new(Store::open(bowline_store::Options::new("sqlite::memory:")).await.unwrap());
        let key = std::env::temp_dir()
            .join(format!("bowline-years-{}", SecretId::new(clock.now(), &SystemEntropy)));
        let kek = Arc::new(keyfile::create(&key, &SystemEntropy).unwrap());
        std::fs::remove_file(&key).unwrap();
        let ring = Keyring::unlock(kek, Vec::new(), store.clone(), store.clone()).await.unwrap();
        let entropy = Arc::new(SystemEntropy);
        let seal = Sealer::new(Arc::new(ring), store.clone(), store.clone(), clock.clone(), entropy.clone());
        let (seal, bell) = (Arc::new(seal), Arc::new(Local::new()));
        let provider = Arc::new(Provider::new(clock.clone()));
        let ports = Ports {
            clock: clock.clone(),
            entropy,
            sleeper: Arc::new(RealTime),
            grants: store.clone(),
            registry: store.clone(),
            delegations: store.clone(),
            vault: store.clone(),
            seal: seal.clone(),
            commits: store.clone(),
            bell: bell.clone(),
            exchange: provider.clone(),
        };
        let options = Options { idle_life: IDLE, family_life: ABSOLUTE, per_second, ..Options::default() };
        let life = Arc::new(Life::new(ports, options, None));
        let (looks, people) = (Arc::default(), Vec::with_capacity(wish.grants));
        let mut land = Self { clock, store, provider, looks, people, seal, life, bell };
        for first in (0..wish.grants).step_by(TENANT) {
            land.settle(first..wish.grants.min(first + TENANT)).await;
        }
        land
    }

    /// A tenant with its registration, and people who have yet to connect.
    async fn settle(&mut self, people: std::ops::Range<usize>) {
        let at = self.clock.now();
        let tenant = TenantId::new(at, &SystemEntropy);
        let secret = SecretId::new(at, &SystemEntropy);
        let row = Tenant { id: tenant, name: tenant.to_string(), created_at: at };
        self.write(tenant, vec![Change::AddTenant(row)]).await;
        let client = OauthClient {
            tenant,
            id: OauthClientId::new(at, &SystemEntropy),
            name: "app".to_owned(),
            provider: Kind::AtlassianCloud,
            issuer: "https://auth.atlassian.com".to_owned(),
            api_url: None,
            client_id: "client".to_owned(),
            secret,
            scopes: vec!["read:jira-work".to_owned(), "offline_access".to_owned()],
            revision: 0,
            created_at: at,
        };
        let value = Secret::from("client-secret".to_owned());
        let sealed = self.seal.seal(tenant, Purpose::Credential, &secret.to_string(), &value).await.unwrap();
        let mut changes =
            vec![Change::PutSecret { id: secret, sealed }, Change::PutOauthClient(Box::new(client.clone()))];
        for person in people {
            let grant = self.life.pending(&client);
            let connection = connection(&grant, person, at);
            self.people.push(Person {
                tenant,
                connection: connection.id,
                grant: grant.id,
                consents: Vec::new(),
            });
            changes.push(Change::PutGrant(Box::new(grant)));
            changes.push(Change::PutConnection(Box::new(connection)));
        }
        self.write(tenant, changes).await;
    }

    async fn write(&self, tenant: TenantId, changes: Vec<Change>) {
        let commit = Commit { tenant, fence: None, changes, at: self.clock.now() };
        self.store.commit(commit).await.unwrap();
    }

    /// The worker as production runs it.
    pub(super) fn worker(&self) -> Worker {
        Worker {
            engine: Arc::new(Tend { life: self.life.clone(), watch: self.looks.clone() }),
            lanes: Lanes::Grants,
            work: self.store.clone(),
            bell: self.bell.clone(),
            clock: self.clock.clone(),
            entropy: Arc::new(SystemEntropy),
            watch: self.looks.clone(),
            owner: "years".to_owned(),
            places: 32,
            // Nobody else writes here, so the bell tells of everything.
            scan: std::time::Duration::from_secs(3_600),
        }
    }

    /// A person consents at the provider's page and is sent back.
    pub(super) async fn consent(&mut self, person: usize) {
        self.people[person].consents.push(self.clock.passed());
        let Person { tenant, connection, .. } = self.people[person];
        let connection = self.store.connection(tenant, connection).await.unwrap().unwrap();
        let redirect_uri = "https://bowline.example/authorize/callback";
        let begin =
            Begin { connection: &connection, browser: COOKIE, redirect_uri, anybody: false, person: None };
        let url = Url::parse(&self.life.begin(begin).await.unwrap()).unwrap();
        let state = url.query_pairs().find(|(name, _)| name == "state").map(|(_, state)| state.into_owned());
        let returned = Returned { state, code: Some(person.to_string()), ..Returned::default() };
        let finished = self.life.finish(&returned, COOKIE).await.unwrap();
        assert!(matches!(finished, Finished::Connected { .. }), "{finished:?}");
    }

    /// Shows what a call of this person's connection would show, to who would be called. Whether it was refused because
    /// the consent is over.
    pub(super) async fn call(&self, person: usize) -> bool {
        let Person { tenant, grant, .. } = self.people[person];
        match self.life.access(tenant, grant).await {
            Ok(access) => {
                let Shown::Bearer(token) = access.shown else { panic!("a bearer token was expected") };
                let taken = self.provider.takes(token.expose_text());
                assert_eq!(taken, Some(person), "a token that nobody takes, after {:#}", self.clock.passed());
                false
            }
            Err(NoAccess::Ended(_)) => true,
            Err(error) => panic!("person {person}, after {:#}: {error:?}", self.clock.passed()),
        }
    }

    /// How many renewals were asked for so far.
    pub(super) fn renewals(&self) -> u32 {
        self.provider.told(|_, minutes| minutes.iter().sum())
    }

    pub(super) async fn row(&self, person: usize) -> Grant {
        let Person { tenant, grant, .. } = self.people[person];
        self.store.grant(tenant, grant).await.unwrap().unwrap()
    }

    pub(super) async fn health(&self, person: usize) -> Health {
        let Person { tenant, connection, .. } = self.people[person];
        self.store.connection(tenant, connection).await.unwrap().unwrap().health
    }
}

fn connection(grant: &Grant, person: usize, at: Timestamp) -> Connection {
    Connection {
        tenant: grant.tenant,
        id: ConnectionId::new(at, &SystemEntropy),
        name: format!("jira-{person}"),
        tool: ToolKind::JiraCloud,
        base_url: "https://acme.atlassian.net".to_owned(),
        browse_url: "https://acme.atlassian.net".to_owned(),
        sign_in: SignIn::Grant { grant: grant.id },
        secret: SecretId::new(at, &SystemEntropy),
        transport: bowline_core::layers::Transport::default(),
        gateway: None,
        intake: IntakeProof::default(),
        health: Health::Unknown,
        identity: None,
        settings: std::collections::BTreeMap::new(),
        revision: 0,
        era: 0,
        created_at: at,
    }
}
