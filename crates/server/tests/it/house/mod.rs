//! A whole server for one test.

pub(crate) mod atlassian;
mod breakable;
mod call;
mod clock;
mod counting;
mod fixture;
mod identity;
mod limits;
mod log;
mod schema;
mod script;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use bowline_auth::app::Sites;
use bowline_auth::kek::Kek;
use bowline_auth::life::{self, Life};
use bowline_auth::{Keyring, Rotation, RotationPorts, Sealer, Secrets, SystemEntropy, bearer, keyfile};
use bowline_connect::install_key::{CachedKeys, KeyHost, Limits, Region};
use bowline_connect::lifecycle::{self, Legacy};
use bowline_core::commit::{Change, Commit};
use bowline_core::port::{Bell, Clock, Commits as _, Registry};
use bowline_core::tenant::Tenant;
use bowline_core::work::Lane;
use bowline_core::{SignedDuration, TenantId};
use bowline_net::RealTime;
use bowline_server::connect::{self, Connect, Facts, Serves};
use bowline_server::{App, LivePage, Metrics, Options, Ports, router};
use bowline_store::Store;
use bowline_sync::Engine;
use tokio::sync::watch;

pub(crate) use atlassian::Atlassian;
pub(crate) use breakable::Breakable;
pub(crate) use call::{Answer, Call};
pub(crate) use clock::TestClock;
pub(crate) use counting::{Counting, Work};
pub(crate) use fixture::{DOCUMENT, STORY_UPDATED, document};
pub(crate) use identity::Identity;
pub(crate) use log::logged;
pub(crate) use script::Script;

/// A running server and everything a test looks at behind it.
pub(crate) struct House {
    pub(crate) app: Arc<App>,
    ports: Ports,
    pub(crate) router: Router,
    pub(crate) store: Store,
    pub(crate) seal: Arc<Sealer>,
    pub(crate) keys: Arc<Rotation>,
    pub(crate) secrets: Arc<Secrets>,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) tools: Arc<Script>,
    pub(crate) identity: Arc<Identity>,
    pub(crate) atlassian: Arc<Atlassian>,
    pub(crate) app_sites: Arc<Sites>,
    pub(crate) asked: Arc<Counting>,
    pub(crate) life: Arc<Life>,
    pub(crate) bell: Arc<CountedBell>,
    pub(crate) commits: Arc<Breakable>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) changes: watch::Sender<u64>,
    /// The local admin's token.
    pub(crate) admin: String,
}

impl House {
    /// A house with the tenants `default` and `other`.
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// The same, with other options.
    pub(crate) async fn with(adjust: impl FnOnce(&mut Options)) -> Self {
        Self::build(adjust, Some(Legacy::Off), None).await
    }

    /// The same, after a site has installed the app.
    pub(crate) async fn installed_with(adjust: impl FnOnce(&mut Options)) -> (Self, atlassian::Site) {
        let (house, site) = (Self::with(adjust).await, atlassian::Site::new("acme"));
        site.lifecycle(&house, "installed").await.status(204);
        (house, site)
    }

    /// The same, with other rules for sites that install the app.
    pub(crate) async fn with_app(legacy: Legacy, tenant: Option<&str>) -> Self {
        Self::build(|_| {}, Some(legacy), tenant).await
    }

    /// The same, where the app is not served.
    pub(crate) async fn without_app() -> Self {
        Self::build(|_| {}, None, None).await
    }

    /// The same over the same database, with the app switched off.
    pub(crate) fn switched_off(mut self) -> Self {
        let app = connect(&self.app_sites, &self.clock, &self.atlassian, (Legacy::Off, Serves::Goodbyes));
        self.ports.connect = Some(app);
        self.app = App::new(self.ports.clone(), options(&self.admin));
        self.router = router(Arc::clone(&self.app));
        self
    }

    #[expect(clippy::too_many_lines, reason = "nearly all of it is a list of what there is")]
    async fn build(adjust: impl FnOnce(&mut Options), legacy: Option<Legacy>, tenant: Option<&str>) -> Self {
        log::capture();
        let store = Store::open(bowline_store::Options::new("sqlite::memory:")).await.unwrap();
        let (clock, entropy) = (Arc::new(TestClock::default()), Arc::new(SystemEntropy));
        let commits = Arc::new(Breakable::new(store.clone()));
        let (seal, keys) = keys(&store, &commits, &clock).await;
        let tools = Arc::new(Script::new(clock.clone()));
        let secrets = Arc::new(Secrets::new(Arc::new(store.clone()), seal.clone(), clock.clone()));
        let (bell, metrics) = (Arc::new(CountedBell::default()), Arc::new(Metrics::new()));
        let changes = watch::Sender::new(0);
        let (identity, atlassian) = (Arc::new(Identity::default()), Arc::new(Atlassian::default()));
        let life = life(&store, &clock, &seal, &commits, &bell, &identity);
        let asked = Arc::new(Counting::new(&store, &seal));
        let sites = sites((&asked, &commits, &clock), tenant);
        let ports = Ports {
            grants: Arc::new(store.clone()),
            delegations: Arc::new(store.clone()),
            life: life.clone(),
            clock: clock.clone(),
            entropy: entropy.clone(),
            commits: commits.clone(),
            registry: Arc::new(store.clone()),
            console: Arc::new(store.clone()),
            desk: Arc::new(store.clone()),
            work: Arc::new(store.clone()),
            seal: seal.clone(),
            connect: legacy.map(|legacy| connect(&sites, &clock, &atlassian, (legacy, Serves::Everything))),
            forge: None,
            sites: sites.clone(),
            keys: keys.clone(),
            keys_due: Arc::default(),
            limits: Arc::new(limits::Scarce),
            tools: tools.clone(),
            bell: bell.clone(),
            engine: Arc::new(engine(&store, &commits, &clock, &seal, &tools)),
            secrets: secrets.clone(),
            metrics: metrics.clone(),
            changes: changes.subscribe(),
        };
        let admin = bearer::draw(entropy.as_ref()).expose_text().to_owned();
        let mut options = options(&admin);
        adjust(&mut options);
        let app = App::new(ports.clone(), options);
        let house = Self {
            router: router(Arc::clone(&app)),
            app,
            ports,
            store,
            seal,
            keys,
            secrets,
            clock,
            tools,
            identity,
            atlassian,
            app_sites: sites,
            asked,
            life,
            bell,
            commits,
            metrics,
            changes,
            admin,
        };
        house.add_tenant("default").await;
        house.add_tenant("other").await;
        house
    }

    async fn add_tenant(&self, name: &str) {
        let now = self.clock.now();
        let id = TenantId::new(now, &SystemEntropy);
        let tenant = Tenant { id, name: name.to_owned(), created_at: now };
        self.write(id, vec![Change::AddTenant(tenant)]).await;
    }

    /// Writes past the API.
    pub(crate) async fn write(&self, tenant: TenantId, changes: Vec<Change>) {
        let at = self.clock.now();
        self.store.commit(Commit { tenant, fence: None, changes, at }).await.unwrap();
    }

    /// A tenant's id.
    pub(crate) async fn tenant(&self, name: &str) -> TenantId {
        let tenants = self.store.tenants().await.unwrap();
        tenants.into_iter().find(|tenant| tenant.name == name).unwrap().id
    }

    /// Tells whoever watches that something changed.
    pub(crate) fn tell(&self) {
        self.changes.send_modify(|count| *count += 1);
    }
}

/// What keeps the sites that install the app.
fn sites(
    (asked, commits, clock): (&Arc<Counting>, &Arc<Breakable>, &Arc<TestClock>),
    tenant: Option<&str>,
) -> Arc<Sites> {
    let ports = bowline_auth::app::Ports {
        rows: asked.clone(),
        registry: asked.clone(),
        vault: asked.clone(),
        seal: asked.clone(),
        commits: commits.clone(),
        clock: clock.clone(),
        entropy: Arc::new(SystemEntropy),
    };
    Arc::new(Sites::new(ports, tenant.map(str::to_owned)))
}

/// The app that sites install.
fn connect(
    sites: &Arc<Sites>,
    clock: &Arc<TestClock>,
    atlassian: &Arc<Atlassian>,
    (legacy, serves): (Legacy, Serves),
) -> Arc<Connect> {
    let hosts = KeyHost::new(atlassian.clone(), &[atlassian::KEYS]).unwrap();
    let (key, name, base_url) = (atlassian::APP.into(), "Bowline".into(), atlassian::BASE.into());
    let facts = Facts { key, name, base_url, impersonates: false };
    let settings = connect::Settings {
        serves,
        facts,
        sites: lifecycle::Sites::of(Region::Production),
        legacy,
        rotation_window: SignedDuration::from_mins(5),
        impersonation_server: "https://identity.example".into(),
        all_js: bowline_connect::page::ALL_JS.into(),
    };
    let parts = connect::Parts {
        sites: sites.clone(),
        exchange: atlassian.clone(),
        keys: Arc::new(CachedKeys::new(hosts, clock.clone(), Limits::default())),
        clock: clock.clone(),
    };
    Arc::new(Connect::new(settings, parts).unwrap())
}

/// What seals, and what turns its keys over.
async fn keys(
    store: &Store,
    commits: &Arc<Breakable>,
    clock: &Arc<TestClock>,
) -> (Arc<Sealer>, Arc<Rotation>) {
    let (store, entropy) = (Arc::new(store.clone()), Arc::new(SystemEntropy));
    let keyring = Keyring::unlock(key(), Vec::new(), store.clone(), store.clone()).await.unwrap();
    let keyring = Arc::new(keyring);
    let seal = Sealer::new(keyring.clone(), store.clone(), store.clone(), clock.clone(), entropy.clone());
    let seal = Arc::new(seal);
    let ports = RotationPorts {
        vault: store.clone(),
        keys: store,
        commits: commits.clone(),
        clock: clock.clone(),
        entropy,
    };
    let rotation = Arc::new(Rotation::new(keyring, Arc::clone(&seal), ports, None));
    (seal, rotation)
}

fn options(admin: &str) -> Options {
    let mut options = Options::new("http://127.0.0.1:7700", bearer::hash(admin).unwrap());
    options.live_page = LivePage::Open;
    options.stream_pause = Duration::from_millis(1);
    options
}

fn life(
    store: &Store,
    clock: &Arc<TestClock>,
    seal: &Arc<Sealer>,
    commits: &Arc<Breakable>,
    bell: &Arc<CountedBell>,
    identity: &Arc<Identity>,
) -> Arc<Life> {
    let ports = life::Ports {
        clock: clock.clone(),
        entropy: Arc::new(SystemEntropy),
        sleeper: Arc::new(RealTime),
        grants: Arc::new(store.clone()),
        registry: Arc::new(store.clone()),
        delegations: Arc::new(store.clone()),
        vault: Arc::new(store.clone()),
        seal: seal.clone(),
        commits: commits.clone(),
        bell: bell.clone(),
        exchange: identity.clone(),
    };
    Arc::new(Life::new(ports, life::Options::default(), None))
}

fn engine(
    store: &Store,
    commits: &Arc<Breakable>,
    clock: &Arc<TestClock>,
    seal: &Arc<Sealer>,
    tools: &Arc<Script>,
) -> Engine {
    let ports = bowline_sync::Ports {
        clock: clock.clone(),
        entropy: Arc::new(SystemEntropy),
        commits: commits.clone(),
        desk: Arc::new(store.clone()),
        registry: Arc::new(store.clone()),
        delegations: Arc::new(store.clone()),
        seal: seal.clone(),
        tools: tools.clone(),
        work: Arc::new(store.clone()),
    };
    Engine::new(ports, bowline_sync::Options::default())
}

fn key() -> Arc<dyn Kek> {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let name = format!("key-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_file(&path);
    let kek = keyfile::create(&path, &SystemEntropy).unwrap();
    std::fs::remove_file(&path).unwrap();
    Arc::new(kek)
}

/// Counts its rings.
#[derive(Default)]
pub(crate) struct CountedBell(AtomicUsize);

impl CountedBell {
    pub(crate) fn rings(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Bell for CountedBell {
    async fn ring(&self, _: Lane) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    async fn heard(&self) {
        std::future::pending().await
    }
}
