//! The one place that knows all concrete types: from a configuration to a running service.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result};
use bowline_auth::app::Sites;
use bowline_auth::care::Care;
use bowline_auth::life::{Life, Spool};
use bowline_auth::privacy::Reporter;
use bowline_auth::{Keyring, Rotation, Sealer, Secrets, Sessions, SystemClock, SystemEntropy, bearer};
use bowline_bus::{Feed, Local};
use bowline_core::port::{Bell, Clock as _, Entropy, Registry as _, Seal, Vault as _, WorkQueue as _};
use bowline_core::work::Lanes;
use bowline_net::{Exchanger, Pipeline, SystemResolver};
use bowline_server::connect::Connect;
use bowline_server::forge::Forge;
use bowline_server::{App, Metrics, Serving, router, serve};
use bowline_store::Store;
use bowline_sync::Engine;
use bowline_tools::Registry;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::app;
use crate::beginning::{ensure_sweeps, first_tenant};
use crate::config::{Config, LivePage, Profile, Trust};
use crate::instance::Instance;
use crate::parts::{OurApp, life_ports, outbound, sharing};
use crate::role::Roles;
use crate::slack;
use crate::told::{Bells, Counted, Told};
use crate::upkeep::{care, reporter, rotation};
use crate::worker::crowd::{self, Crowds};
use crate::worker::{
    Beat, DUE_SCAN, Deadlines, LookAfter, Names, Retain, Tend, Turnover, Wipe, Worker, turnover,
};

/// How long open requests may take to end after a stop was asked for.
const DRAIN: Duration = Duration::from_secs(28);

/// A service that serves until it is told to stop.
pub(crate) struct Running {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// How the outside reaches it.
    pub(crate) public_url: String,
    /// Whether there was nothing before: no database, no key.
    pub(crate) new: bool,
    stop: CancellationToken,
    app: Arc<App>,
    tasks: Vec<JoinHandle<()>>,
    store: Arc<Store>,
    // The data folder is ours until everything else has ended.
    _instance: Instance,
}

impl Running {
    /// Ends: no new requests, no new work, what is under way may end; then the database is closed.
    pub(crate) async fn stop(self) {
        self.app.close();
        self.stop.cancel();
        let ended = async {
            for task in self.tasks {
                let _ = task.await;
            }
        };
        if tokio::time::timeout(DRAIN, ended).await.is_err() {
            tracing::warn!("stopped with requests under way");
        }
        self.store.close().await;
    }
}

/// Starts the service.
pub(crate) async fn start(config: &Config, roles: Roles) -> Result<Running> {
    bowline_net::start();
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    let dir = &config.data.dir;
    let instance = Instance::take(dir, entropy.as_ref())?;
    let store = Arc::new(open_store(config).await?);
    let keyring = unlock(config, &store, entropy.as_ref()).await?;
    let new = first_tenant(&store, clock.as_ref(), entropy.as_ref()).await?;
    let parts = Parts::build(config, &clock, &entropy, &store, (keyring, instance.name())).await?;
    // Before anything is sealed: a first data key that was made by hand is in the folder from the beginning.
    turnover::told(parts.keys.take_in()).await;
    let left = store.abandon(instance.name(), clock.now()).await?;
    if left > 0 {
        tracing::info!(left, "taking up work that was under way when the last process ended");
    }
    ensure_sweeps(&store, clock.as_ref()).await?;
    let laid = parts.life.wake().await?;
    if laid > 0 {
        tracing::info!(laid, "taking up tokens that the database did not take");
    }
    let admin = bearer::admin(&dir.join("admin.token"), entropy.as_ref())?;
    let admin = bearer::hash(admin.expose_text()).context("the admin token file is not valid")?;

    let listener = TcpListener::bind(config.server.listen)
        .await
        .with_context(|| format!("cannot listen on {}", config.server.listen))?;
    let address = listener.local_addr()?;
    let public_url = config.server.public_url(address);
    let connect = app::connect(config, (&parts.sites, &parts.exchange), &clock, address).await?;
    let forge = app::forge(config, (&parts.sites, &parts.exchange, &parts.life), &store, &clock)?;
    let ports = parts.server((connect, forge), &clock, &entropy, &store);
    let app = App::new(ports, server_options(config, &public_url, admin));
    let stop = CancellationToken::new();
    let mut tasks = vec![tokio::spawn(listen(listener, Arc::clone(&app), stop.clone()))];
    tasks.push(tokio::spawn(slack::run(stop.clone())));
    tasks.extend(parts.limits(&clock, &entropy, &stop));
    if roles.worker() {
        let owner = instance.name();
        tasks.push(tokio::spawn(parts.worker(config, (&clock, &entropy), &store, owner).run(stop.clone())));
        tasks.push(tokio::spawn(
            parts.grants_worker(config, (&clock, &entropy), &store, owner).run(stop.clone()),
        ));
        let look_after = LookAfter { care: parts.care.clone(), every: config.grants.look_every() };
        tasks.push(tokio::spawn(look_after.run(stop.clone())));
        let names = Names { reporter: parts.reporter.clone() };
        tasks.push(tokio::spawn(names.run(stop.clone())));
        let retain = Retain { store: store.clone(), slices: store.clone(), clock: clock.clone() };
        tasks.push(tokio::spawn(retain.run(stop.clone())));
        let deadlines = Deadlines {
            registry: store.clone(),
            commits: parts.commits.clone(),
            clock: clock.clone(),
            entropy: entropy.clone(),
        };
        tasks.push(tokio::spawn(deadlines.run(stop.clone())));
        let wipe = Wipe { sites: parts.sites.clone(), clock: clock.clone() };
        tasks.push(tokio::spawn(wipe.run(stop.clone())));
        let turnover = Turnover { keys: parts.keys.clone(), due: parts.keys_due.clone() };
        tasks.push(tokio::spawn(turnover.run(stop.clone())));
    }
    Ok(Running { address, public_url, new, stop, app, tasks, store, _instance: instance })
}

fn server_options(config: &Config, public_url: &str, admin: [u8; 32]) -> bowline_server::Options {
    let mut options = bowline_server::Options::new(public_url, admin);
    options.live_page = match config.server.live_page {
        LivePage::Open => bowline_server::LivePage::Open,
        LivePage::SignedIn => bowline_server::LivePage::SignedIn,
    };
    options.own_authorities = config.deployment.trust == Trust::Private;
    options.panel_ties = config.connect.panel_ties;
    options.collects_credentials = config.deployment.profile == Profile::SelfHosted;
    options.identity_url = config.grants.identity_url.trim_end_matches('/').to_owned();
    options
}

async fn open_store(config: &Config) -> Result<Store> {
    let problem = |message: String| anyhow::anyhow!(message);
    let url = config.store.url(&config.data.dir).map_err(problem)?;
    let mut options = bowline_store::Options::new(url);
    options.migrate_url = config.store.migrate_url().map_err(problem)?;
    Store::open(options).await.context("cannot open the database")
}

/// The key-encryption keys, proved against the database. Keys are made only for a database that was never sealed.
async fn unlock(config: &Config, store: &Arc<Store>, entropy: &dyn Entropy) -> Result<Arc<Keyring>> {
    let (keys, timeout) = (&config.keys, config.keys.timeout());
    let source = keys.wrap(&config.data.dir).map_err(anyhow::Error::msg)?;
    let fresh = store.key_check().await?.is_none();
    let current =
        if fresh { source.open_or_make(timeout, entropy).await } else { source.open(timeout).await }?;
    let mut retired = Vec::new();
    for source in keys.retired() {
        let opened = source.open(timeout).await;
        retired.push(opened.with_context(|| format!("`keys.retired` names {source}"))?);
    }
    Ok(Arc::new(Keyring::unlock(current, retired, store.clone(), store.clone()).await?))
}

async fn listen(listener: TcpListener, app: Arc<App>, stop: CancellationToken) {
    serve(listener, router(app), Serving::default(), stop.cancelled_owned()).await;
}

/// Everything between the store and the server.
struct Parts {
    engine: Arc<Engine>,
    life: Arc<Life>,
    care: Arc<Care>,
    reporter: Arc<Reporter>,
    seal: Arc<Sealer>,
    keys: Arc<Rotation>,
    keys_due: Arc<Notify>,
    secrets: Arc<Secrets>,
    tools: Arc<Registry>,
    pipeline: Arc<Pipeline>,
    crowds: Mutex<Option<Crowds>>,
    commits: Arc<Told>,
    bell: Arc<Local>,
    grants_bell: Arc<Local>,
    metrics: Arc<Metrics>,
    feed: Feed,
    sites: Arc<Sites>,
    exchange: Arc<Exchanger>,
}

impl Parts {
    async fn build(
        config: &Config,
        clock: &Arc<SystemClock>,
        entropy: &Arc<SystemEntropy>,
        store: &Arc<Store>,
        (keyring, name): (Arc<Keyring>, &str),
    ) -> Result<Self> {
        let feed = Feed::new();
        let commits = Arc::new(Told { store: Arc::clone(store), feed: feed.clone() });
        let (keyed, vault) = (keyring.clone(), store.clone());
        let seal = Arc::new(Sealer::new(keyed, vault, commits.clone(), clock.clone(), entropy.clone()));
        let keys = Arc::new(rotation(config, (keyring, seal.clone()), store, (clock, entropy)));
        let secrets = Arc::new(Secrets::new(store.clone(), seal.clone(), clock.clone()));
        let metrics = Arc::new(Metrics::new());
        let settings = config.net.settings(config.deployment.trust, &store.tenants().await?);
        let (bell, grants_bell) = (Arc::new(Local::new()), Arc::new(Local::new()));
        let exchange =
            Arc::new(Exchanger::new(&settings, Arc::new(SystemResolver), clock.clone(), entropy.clone())?);
        let sessions = Arc::new(Sessions::new(exchange.clone(), clock.clone()));
        let sites = app::sites(config, store, (seal.clone(), commits.clone()), (clock, entropy));
        let bells = Arc::new(Bells { sync: bell.clone(), grants: grants_bell.clone() });
        let ports = life_ports(store, (&seal, &commits, bells), exchange.clone(), (clock, entropy));
        let spool = Spool::new(config.data.dir.join("spool"));
        let life =
            Arc::new(Life::new(ports.clone(), config.grants.options(config.forge.fresh_for), Some(spool)));
        let way = (secrets.clone(), life.clone(), sessions);
        let key = config.connect.enabled.then(|| config.connect.app_key.clone());
        let impersonation = app::impersonation(config, (&sites, &exchange), clock);
        let app = OurApp { key, impersonation: impersonation.clone() };
        let (crowded, crowds) = crowd::watch();
        let observer = Arc::new(Counted { metrics: metrics.clone(), crowded });
        let sharing = sharing(config, store, (name, clock)).await?;
        let (outbound, pipeline) = outbound(settings, way, (observer, app, sharing), (clock, entropy))?;
        let reporter = Arc::new(reporter(config, (&ports, store), outbound.clone()));
        let care = Arc::new(care(config, ports, outbound.clone(), secrets.clone()).named(name));
        let tools = Arc::new(Registry::new(outbound, clock.clone()).telling(commits.clone()));
        let ports = app::sync_ports(store, (&seal, &commits, &tools), impersonation, (clock, entropy));
        let engine = Arc::new(Engine::new(ports, config.sync.options()));
        let keys_due = Arc::new(Notify::new());
        Ok(Self {
            engine,
            life,
            care,
            reporter,
            seal,
            keys,
            keys_due,
            secrets,
            tools,
            pipeline,
            crowds: Mutex::new(Some(crowds)),
            commits,
            bell,
            grants_bell,
            metrics,
            feed,
            sites,
            exchange,
        })
    }

    fn server(
        &self,
        (connect, forge): (Option<Arc<Connect>>, Option<Arc<Forge>>),
        clock: &Arc<SystemClock>,
        entropy: &Arc<SystemEntropy>,
        store: &Arc<Store>,
    ) -> bowline_server::Ports {
        let seal: Arc<dyn Seal> = self.seal.clone();
        bowline_server::Ports {
            clock: clock.clone(),
            entropy: entropy.clone(),
            commits: self.commits.clone(),
            registry: store.clone(),
            grants: store.clone(),
            delegations: store.clone(),
            life: self.life.clone(),
            console: store.clone(),
            desk: store.clone(),
            work: store.clone(),
            seal,
            connect,
            forge,
            sites: self.sites.clone(),
            keys: self.keys.clone(),
            keys_due: self.keys_due.clone(),
            limits: self.pipeline.clone(),
            tools: self.tools.clone(),
            bell: Arc::new(Bells { sync: self.bell.clone(), grants: self.grants_bell.clone() }),
            engine: self.engine.clone(),
            secrets: self.secrets.clone(),
            metrics: self.metrics.clone(),
            changes: self.feed.subscribe(),
        }
    }

    /// What keeps our slices of limits, and what says that another client spends from them.
    fn limits(
        &self,
        clock: &Arc<SystemClock>,
        entropy: &Arc<SystemEntropy>,
        stop: &CancellationToken,
    ) -> Vec<JoinHandle<()>> {
        let beat = Beat { pipeline: self.pipeline.clone() };
        let mut tasks = vec![tokio::spawn(beat.run(stop.clone()))];
        let crowds = self.crowds.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(crowds) = crowds {
            let (clock, entropy, commits) = (clock.clone(), entropy.clone(), self.commits.clone());
            tasks.push(tokio::spawn(crowds.run(commits, clock, entropy, stop.clone())));
        }
        tasks
    }

    fn worker(
        &self,
        config: &Config,
        (clock, entropy): (&Arc<SystemClock>, &Arc<SystemEntropy>),
        store: &Arc<Store>,
        owner: &str,
    ) -> Worker {
        let bell: Arc<dyn Bell> = self.bell.clone();
        Worker {
            engine: self.engine.clone(),
            lanes: Lanes::Sync,
            work: store.clone(),
            bell,
            clock: clock.clone(),
            watch: self.counted(),
            entropy: entropy.clone(),
            owner: owner.to_owned(),
            places: places(config.sync.workers),
            scan: DUE_SCAN,
        }
    }

    fn counted(&self) -> Arc<Counted> {
        Arc::new(Counted { metrics: self.metrics.clone(), crowded: crowd::nobody() })
    }

    fn grants_worker(
        &self,
        config: &Config,
        (clock, entropy): (&Arc<SystemClock>, &Arc<SystemEntropy>),
        store: &Arc<Store>,
        owner: &str,
    ) -> Worker {
        let bell: Arc<dyn Bell> = self.grants_bell.clone();
        let counted = self.counted();
        Worker {
            engine: Arc::new(Tend { life: self.life.clone(), watch: counted.clone() }),
            lanes: Lanes::Grants,
            work: store.clone(),
            bell,
            clock: clock.clone(),
            entropy: entropy.clone(),
            watch: counted,
            owner: owner.to_owned(),
            places: places(config.grants.workers),
            scan: DUE_SCAN,
        }
    }
}

fn places(workers: u32) -> usize {
    usize::try_from(workers.max(1)).unwrap_or(1)
}
