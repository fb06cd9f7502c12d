//! A grant in a real database, with a provider, a clock that a hand turns, and ports that can end a process.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bowline_auth::life::{Life, Options, Ports, Spool, Tended};
use bowline_auth::{Keyring, Sealer, SystemEntropy, keyfile};
use bowline_core::commit::{Change, Commit};
use bowline_core::connection::Identity;
use bowline_core::grant::{Grant, GrantState, OauthClient, Provider as Kind};
use bowline_core::port::{
    Bell, ClaimAsk, Clock, Commits, Exchange, ExchangeCall, Exchanged, Grants as _, Seal as _, StoreError,
    WorkQueue as _,
};
use bowline_core::secret::{Purpose, Secret};
use bowline_core::tenant::Tenant;
use bowline_core::work::{Claim, Entity, Lane, Lanes, Touch};
use bowline_core::{GrantId, OauthClientId, SecretId, SignedDuration, TenantId, Timestamp};
use bowline_net::Sleeper;
use bowline_store::Store;

use super::provider::Provider;
use crate::memory::Folder;

/// Turned by hand.
pub(crate) struct Hand(AtomicI64);

impl Hand {
    pub(crate) fn turn(&self, by: SignedDuration) {
        self.0.fetch_add(i64::try_from(by.as_micros()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// Sleeping turns the clock.
struct Turning(Arc<Hand>);

#[async_trait]
impl Sleeper for Turning {
    async fn sleep(&self, length: Duration) {
        self.0.turn(SignedDuration::try_from(length).unwrap());
        tokio::task::yield_now().await;
    }
}

struct Deaf;

#[async_trait]
impl Bell for Deaf {
    async fn ring(&self, _: Lane) {}
    async fn heard(&self) {}
}

/// Where a process ends: after so many steps. A step is the moment before and the moment after each commit and call.
#[derive(Default)]
pub(crate) struct Fate(AtomicU32);

impl Fate {
    pub(crate) fn after(steps: u32) -> Arc<Self> {
        Arc::new(Self(AtomicU32::new(steps)))
    }

    async fn step(&self) {
        if self.0.load(Ordering::SeqCst) == 0 {
            return;
        }
        if self.0.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.store(u32::MAX, Ordering::SeqCst);
            std::future::pending::<()>().await;
        }
    }

    pub(crate) fn struck(&self) -> bool {
        self.0.load(Ordering::SeqCst) > u32::MAX / 2
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
impl Exchange for Mortal<Provider> {
    async fn exchange(&self, call: ExchangeCall) -> Exchanged {
        self.1.step().await;
        let exchanged = self.0.exchange(call).await;
        self.1.step().await;
        exchanged
    }
}

/// Refuses commits for a while, as a database that is away.
pub(crate) struct Away {
    pub(crate) store: Arc<Store>,
    pub(crate) left: AtomicU32,
}

#[async_trait]
impl Commits for Away {
    async fn commit(&self, commit: Commit) -> Result<(), StoreError> {
        let renews = commit.changes.iter().any(|change| matches!(change, Change::PutSecret { .. }));
        if renews && self.left.load(Ordering::SeqCst) > 0 {
            self.left.fetch_sub(1, Ordering::SeqCst);
            return Err(StoreError::Unavailable(Arc::new(std::io::Error::other("away"))));
        }
        self.store.commit(commit).await
    }
}

pub(crate) struct Land {
    pub(crate) hand: Arc<Hand>,
    pub(crate) store: Arc<Store>,
    pub(crate) provider: Arc<Provider>,
    pub(crate) tenant: TenantId,
    pub(crate) grant: GrantId,
    pub(crate) options: Options,
    pub(crate) folder: Folder,
}

impl Land {
    pub(crate) async fn new(leeway: SignedDuration) -> Self {
        let hand = Arc::new(Hand(AtomicI64::new(1_790_000_000_000_000)));
        let folder = Folder::new();
        let url = format!("sqlite:{}", folder.file("db").display());
        let store = Arc::new(Store::open(bowline_store::Options::new(url)).await.unwrap());
        let provider = Arc::new(Provider::new(&hand, leeway));
        let now = hand.now();
        let tenant = TenantId::new(now, &SystemEntropy);
        let grant = GrantId::new(now, &SystemEntropy);
        let options = Options { cloud_leeway: leeway, ..Options::default() };
        let land = Self { hand, store, provider, tenant, grant, options, folder };
        let row = Tenant { id: tenant, name: "acme".into(), created_at: now };
        land.write(vec![Change::AddTenant(row)]).await;
        land.consent().await;
        land
    }

    pub(crate) async fn write(&self, changes: Vec<Change>) {
        let commit = Commit { tenant: self.tenant, fence: None, changes, at: self.hand.now() };
        self.store.commit(commit).await.unwrap();
    }

    pub(crate) async fn sealer(&self) -> Arc<Sealer> {
        let path = self.folder.file("key");
        let kek = if path.exists() { keyfile::load(&path) } else { keyfile::create(&path, &SystemEntropy) };
        let (store, commits) = (Arc::clone(&self.store), Arc::clone(&self.store));
        let ring = Keyring::unlock(Arc::new(kek.unwrap()), Vec::new(), store.clone(), store.clone()).await;
        let ring = Arc::new(ring.unwrap());
        Arc::new(Sealer::new(ring, store, commits, self.hand.clone(), Arc::new(SystemEntropy)))
    }

    /// A person has just consented: version 1, one hour.
    async fn consent(&self) {
        let (now, entropy, sealer) = (self.hand.now(), &SystemEntropy, self.sealer().await);
        let client_secret = SecretId::new(now, entropy);
        let client = OauthClient {
            tenant: self.tenant,
            id: OauthClientId::new(now, entropy),
            name: "app".into(),
            provider: Kind::AtlassianCloud,
            issuer: "https://auth.example".into(),
            api_url: None,
            client_id: "client".into(),
            secret: client_secret,
            scopes: vec![],
            revision: 0,
            created_at: now,
        };
        let secret = Secret::from("client-secret".to_owned());
        let sealed =
            sealer.seal(self.tenant, Purpose::Credential, &client_secret.to_string(), &secret).await.unwrap();
        let tokens = Secret::from(r#"{"access":"access-1","refresh":"refresh-1"}"#.to_owned());
        let grant = self.consented(&client, now);
        let row = grant.secret.unwrap().to_string();
        let tokens = sealer.seal(self.tenant, Purpose::GrantTokens, &row, &tokens).await.unwrap();
        let touch = Touch { entity: Entity::Grant(self.grant), lane: Lane::Renewal, due_at: now };
        self.write(vec![
            Change::PutSecret { id: client_secret, sealed },
            Change::PutOauthClient(Box::new(client)),
            Change::PutSecret { id: grant.secret.unwrap(), sealed: tokens },
            Change::PutGrant(Box::new(grant)),
            Change::Touch(touch),
        ])
        .await;
    }

    fn consented(&self, client: &OauthClient, now: Timestamp) -> Grant {
        let after = |hours: i64| now.checked_add(SignedDuration::from_hours(hours)).unwrap();
        Grant {
            tenant: self.tenant,
            id: self.grant,
            client: client.id,
            subject: Some(Identity { id: "acc-1".into(), name: "Ada".into() }),
            redirect_uri: None,
            scopes: vec![],
            state: GrantState::Active,
            reason: None,
            words: None,
            since: now,
            secret: Some(SecretId::new(now, &SystemEntropy)),
            version: 1,
            consented_at: Some(now),
            rotated_at: Some(now),
            used_at: Some(now),
            access_until: Some(after(1)),
            idle_until: Some(after(90 * 24)),
            ends_at: Some(after(365 * 24)),
            attempt: None,
            fails: 0,
            retry_at: None,
            warned: None,
            personal: false,
            revision: 0,
            created_at: now,
        }
    }

    async fn ports(&self, commits: Arc<dyn Commits>, exchange: Arc<dyn Exchange>) -> Ports {
        Ports {
            clock: self.hand.clone(),
            entropy: Arc::new(SystemEntropy),
            sleeper: Arc::new(Turning(self.hand.clone())),
            grants: self.store.clone(),
            registry: self.store.clone(),
            delegations: self.store.clone(),
            vault: self.store.clone(),
            seal: self.sealer().await,
            commits,
            bell: Arc::new(Deaf),
            exchange,
        }
    }

    /// A process.
    pub(crate) async fn life(&self) -> Life {
        let ports = self.ports(self.store.clone(), self.provider.clone()).await;
        Life::new(ports, self.options.clone(), None)
    }

    /// A process that will end.
    pub(crate) async fn mortal(&self, fate: &Arc<Fate>) -> Life {
        let commits = Arc::new(Mortal(self.store.clone(), fate.clone()));
        let exchange = Arc::new(Mortal(self.provider.clone(), fate.clone()));
        Life::new(self.ports(commits, exchange).await, self.options.clone(), None)
    }

    /// A process whose database does not take renewed tokens for so many tries, with a spool.
    pub(crate) async fn away(&self, tries: u32) -> (Life, Arc<Away>) {
        let away = Arc::new(Away { store: self.store.clone(), left: AtomicU32::new(tries) });
        let ports = self.ports(away.clone(), self.provider.clone()).await;
        let spool = Spool::new(self.folder.file("spool"));
        (Life::new(ports, self.options.clone(), Some(spool)), away)
    }

    pub(crate) async fn row(&self) -> Grant {
        self.store.grant(self.tenant, self.grant).await.unwrap().unwrap()
    }

    /// Claims the grant if it is due.
    pub(crate) async fn claim(&self) -> Option<Claim> {
        let ask = ClaimAsk {
            owner: "worker".into(),
            lanes: Lanes::Grants,
            now: self.hand.now(),
            lease: SignedDuration::from_secs(90),
            limit: 1,
        };
        self.store.claim(&ask).await.unwrap().pop()
    }

    /// One look, if one is due.
    pub(crate) async fn tend(&self, life: &Life) -> Option<Tended> {
        let claim = self.claim().await?;
        Some(life.tend(&claim, self.grant).await.unwrap())
    }

    /// Turns the clock to what is due next, but not beyond `limit` from now, and looks.
    pub(crate) async fn next(&self, life: &Life, limit: SignedDuration) -> Option<Tended> {
        let due = self.store.next_due(Lanes::Grants).await.unwrap()?;
        let wait = due.duration_since(self.hand.now());
        if wait > limit {
            self.hand.turn(limit);
            return None;
        }
        self.hand.turn(wait.max(SignedDuration::ZERO));
        self.tend(life).await
    }
}
