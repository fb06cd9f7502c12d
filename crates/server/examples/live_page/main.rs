//! Serves the live page with made-up data on a free loopback port, for whoever works on its looks:
//! `cargo run -p bowline-server --example live_page [-- still | empty]`.
//!
//! Without an argument a new event arrives every second. Nothing is called and nothing stays on disk.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, reason = "an example")]

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bowline_auth::app::Sites;
use bowline_auth::life::Life;
use bowline_auth::{
    Keyring, Rotation, RotationPorts, Sealer, Secrets, SystemClock, SystemEntropy, bearer, keyfile,
};
use bowline_core::activity::{Activity, Deed};
use bowline_core::commit::{Change, Commit};
use bowline_core::connection::{Connection, Health, Identity, IntakeProof, SignIn, ToolKind};
use bowline_core::finding::{Cause, Occurrence};
use bowline_core::item::{Locator, Version};
use bowline_core::port::{
    Bell, Clock, Commits, Exchange, ExchangeCall, Exchanged, Limits, LimitsLeft, LimitsOverall, Outbound,
    OutboundAnswer, OutboundCall,
};
use bowline_core::profile::{Profile, ProfileState};
use bowline_core::share::{End, Origin, Share, ShareState};
use bowline_core::tenant::Tenant;
use bowline_core::work::{Entity, Lane, Touch};
use bowline_core::{
    Code, ConnectionId, EventId, Failure, FindingId, ProfileId, SecretId, ShareId, Side, SignedDuration,
    TenantId, Timestamp, code,
};
use bowline_server::{App, LivePage, Metrics, Options, Ports, router};
use bowline_store::Store;
use bowline_sync::Engine;
use tokio::sync::watch;

mod silent;

use silent::Silent;

#[tokio::main]
async fn main() {
    let wish = std::env::args().nth(1).unwrap_or_default();
    let store = Store::open(bowline_store::Options::new("sqlite::memory:")).await.unwrap();
    let changes = watch::Sender::new(0);
    let app = app(&store, changes.subscribe()).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("http://{}/", listener.local_addr().unwrap());
    let mut stage = Stage::new(store);
    stage.tenant().await;
    if wish != "empty" {
        stage.furnish().await;
    }
    if wish.is_empty() {
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_secs(1)).await;
                stage.event(SignedDuration::ZERO).await;
                changes.send_modify(|count| *count += 1);
            }
        });
    }
    axum::serve(listener, router(app)).await.unwrap();
}

async fn app(store: &Store, changes: watch::Receiver<u64>) -> Arc<App> {
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    let store = Arc::new(store.clone());
    let path = std::env::temp_dir().join(format!("bowline-live-page-{}", std::process::id()));
    let kek = keyfile::create(&path, entropy.as_ref()).unwrap();
    std::fs::remove_file(&path).unwrap();
    let keyring = Keyring::unlock(Arc::new(kek), Vec::new(), store.clone(), store.clone()).await.unwrap();
    let keyring = Arc::new(keyring);
    let seal =
        Arc::new(Sealer::new(keyring.clone(), store.clone(), store.clone(), clock.clone(), entropy.clone()));
    let rotation = RotationPorts {
        vault: store.clone(),
        keys: store.clone(),
        commits: store.clone(),
        clock: clock.clone(),
        entropy: entropy.clone(),
    };
    let keys = Arc::new(Rotation::new(keyring, seal.clone(), rotation, None));
    let tools = Arc::new(bowline_tools::Registry::new(Arc::new(Silent), clock.clone()));
    let engine = bowline_sync::Ports {
        clock: clock.clone(),
        entropy: entropy.clone(),
        commits: store.clone(),
        desk: store.clone(),
        registry: store.clone(),
        delegations: store.clone(),
        seal: seal.clone(),
        tools: tools.clone(),
        work: store.clone(),
    };
    let ports = Ports {
        grants: store.clone(),
        delegations: store.clone(),
        life: life(&store, &seal),
        clock: clock.clone(),
        entropy: entropy.clone(),
        commits: store.clone(),
        registry: store.clone(),
        console: store.clone(),
        desk: store.clone(),
        work: store.clone(),
        seal: seal.clone(),
        connect: None,
        forge: None,
        sites: sites(&store, &seal),
        keys,
        keys_due: Arc::default(),
        limits: Arc::new(Silent),
        tools,
        bell: Arc::new(Silent),
        engine: Arc::new(Engine::new(engine, bowline_sync::Options::default())),
        secrets: Arc::new(Secrets::new(store, seal, clock)),
        metrics: Arc::new(Metrics::new()),
        changes,
    };
    let admin = bearer::hash(bearer::draw(entropy.as_ref()).expose_text()).unwrap();
    let options = Options { live_page: LivePage::Open, ..Options::new("http://127.0.0.1", admin) };
    App::new(ports, options)
}

fn sites(store: &Arc<Store>, seal: &Arc<Sealer>) -> Arc<Sites> {
    let ports = bowline_auth::app::Ports {
        rows: store.clone(),
        registry: store.clone(),
        vault: store.clone(),
        seal: seal.clone(),
        commits: store.clone(),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
    };
    Arc::new(Sites::new(ports, None))
}

fn life(store: &Arc<Store>, seal: &Arc<Sealer>) -> Arc<Life> {
    let ports = bowline_auth::life::Ports {
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        sleeper: Arc::new(bowline_net::RealTime),
        grants: store.clone(),
        registry: store.clone(),
        delegations: store.clone(),
        vault: store.clone(),
        seal: seal.clone(),
        commits: store.clone(),
        bell: Arc::new(Silent),
        exchange: Arc::new(Silent),
    };
    Arc::new(Life::new(ports, bowline_auth::life::Options::default(), None))
}

/// The made-up data, and where the next event is taken from.
struct Stage {
    store: Store,
    tenant: TenantId,
    shares: Vec<Share>,
    step: usize,
}

const FIELDS: [&[&str]; 6] = [
    &["summary → Name"],
    &["status → EntityState"],
    &["priority → Priority", "customfield_10016 → Effort"],
    &["description → Description"],
    &["assignee → Assignments", "labels → Tags", "duedate → PlannedEndDate"],
    &[],
];

impl Stage {
    fn new(store: Store) -> Self {
        Self { store, tenant: TenantId::new(SystemClock.now(), &SystemEntropy), shares: Vec::new(), step: 0 }
    }

    async fn write(&self, changes: Vec<Change>) {
        let at = SystemClock.now();
        self.store.commit(Commit { tenant: self.tenant, fence: None, changes, at }).await.unwrap();
    }

    async fn tenant(&self) {
        let tenant = Tenant { id: self.tenant, name: "default".to_owned(), created_at: SystemClock.now() };
        self.write(vec![Change::AddTenant(tenant)]).await;
    }

    async fn furnish(&mut self) {
        let bot = |name: &str| Some(Identity { id: "1".to_owned(), name: name.to_owned() });
        let jira = self
            .connection(
                "acme-jira",
                ToolKind::JiraCloud,
                "https://acme.atlassian.example",
                Health::Ok,
                bot("Sync Bot"),
            )
            .await;
        let web = self
            .connection(
                "web-team",
                ToolKind::Targetprocess,
                "https://acme.tpondemand.example",
                Health::Ok,
                bot("Bowline"),
            )
            .await;
        let trouble = Health::NeedsAttention { code: code::AUTH_REJECTED };
        self.connection(
            "plant-jira",
            ToolKind::JiraDc,
            "https://jira.plant.example/jira",
            trouble,
            bot("svc-bowline"),
        )
        .await;
        let stories = self.profile("Stories and bugs", jira, web, ProfileState::Active).await;
        self.profile("Change requests", jira, web, ProfileState::Paused).await;
        for number in 0..46 {
            let state = match number {
                41 => ShareState::Creating,
                43 => ShareState::Broken,
                17 => ShareState::Tombstoned,
                _ => ShareState::Active,
            };
            self.share(stories, [jira, web], number, state).await;
        }
        for number in (1..60).rev() {
            self.event(SignedDuration::from_secs(number * 41)).await;
        }
        self.find(code::SYNC_FIELD_REFUSED, stories, web, Some("customfield_10016 → Effort"), 7).await;
        self.find(code::MAPPING_UNMAPPED_PERSON, stories, jira, Some("assignee → Assignments: 5f0c…"), 2)
            .await;
    }

    async fn connection(
        &self,
        name: &str,
        tool: ToolKind,
        url: &str,
        health: Health,
        identity: Option<Identity>,
    ) -> ConnectionId {
        let now = SystemClock.now();
        let id = ConnectionId::new(now, &SystemEntropy);
        let connection = Connection {
            tenant: self.tenant,
            id,
            name: name.to_owned(),
            tool,
            base_url: url.to_owned(),
            browse_url: url.to_owned(),
            transport: bowline_core::layers::Transport::default(),
            gateway: None,
            sign_in: SignIn::AccessToken,
            secret: SecretId::new(now, &SystemEntropy),
            intake: IntakeProof::default(),
            health,
            identity,
            settings: [].into(),
            revision: 0,
            era: 0,
            created_at: now,
        };
        self.write(vec![Change::PutConnection(Box::new(connection))]).await;
        id
    }

    async fn profile(
        &self,
        name: &str,
        left: ConnectionId,
        right: ConnectionId,
        state: ProfileState,
    ) -> ProfileId {
        let now = SystemClock.now();
        let id = ProfileId::new(now, &SystemEntropy);
        let name = name.to_owned();
        let document = String::new();
        let profile = Profile {
            tenant: self.tenant,
            id,
            name,
            left,
            right,
            state,
            revision: 0,
            document,
            created_at: now,
        };
        self.write(vec![Change::PutProfile(Box::new(profile))]).await;
        id
    }

    async fn share(
        &mut self,
        profile: ProfileId,
        [left, right]: [ConnectionId; 2],
        number: i64,
        state: ShareState,
    ) {
        let at = ago(SignedDuration::from_secs((46 - number) * 97));
        let end = |kind: &str, key: String, url: String| End {
            at: Some(Locator { id: key.clone(), kind: kind.to_owned(), key, scope: "ACME".to_owned(), url }),
            seen: Some(Version(1)),
            heard: None,
        };
        let (issue, story) = (format!("ACME-{}", 100 + number), (4_100 + 7 * number).to_string());
        let there = format!("https://acme.tpondemand.example/entity/{story}");
        let share = Share {
            tenant: self.tenant,
            id: ShareId::new(at, &SystemEntropy),
            profile,
            left_connection: left,
            right_connection: right,
            left: end("Story", issue.clone(), format!("https://acme.atlassian.example/browse/{issue}")),
            right: match state {
                ShareState::Creating => End { at: None, seen: None, heard: None },
                _ => end("UserStory", story, there),
            },
            source: Side::Left,
            origin: Origin::Routing,
            state,
            reason: (state == ShareState::Broken).then_some(code::SYNC_CREATE_REFUSED),
            creating_at: None,
            missing_at: None,
            troubled: false,
            base: Vec::new(),
            created_at: at,
            updated_at: at,
        };
        let touch =
            Touch { entity: Entity::Share(share.id), lane: Lane::Live, due_at: ago(SignedDuration::ZERO) };
        let work = (number % 23 == 0).then_some(Change::Touch(touch));
        self.write([Change::PutShare(Box::new(share.clone()))].into_iter().chain(work).collect()).await;
        self.shares.push(share);
    }

    /// One more thing that sync did.
    async fn event(&mut self, before: SignedDuration) {
        self.step += 1;
        let share = self.shares[(self.step * 29) % self.shares.len()].clone();
        let deed = match self.step % 11 {
            3 => Deed::Commented,
            5 => Deed::Created,
            8 => Deed::Decided,
            10 => Deed::Echoed,
            _ => Deed::Synced,
        };
        let carried = matches!(deed, Deed::Synced | Deed::Commented | Deed::Created);
        let fields = if deed == Deed::Synced { FIELDS[self.step % 5] } else { FIELDS[5] };
        let delay = 28_000 + i64::try_from(self.step * 7_919 % 190_000).unwrap();
        let slow = if self.step.is_multiple_of(17) { 40 } else { 1 };
        let at = ago(before);
        let key = |side| share.end(side).at.as_ref().map(|at| at.key.clone()).unwrap_or_default();
        let line = Activity {
            tenant: self.tenant,
            id: EventId::new(at, &SystemEntropy),
            share: share.id,
            deed,
            target: (deed != Deed::Echoed).then_some(if self.step.is_multiple_of(3) {
                Side::Left
            } else {
                Side::Right
            }),
            left_key: key(Side::Left),
            right_key: key(Side::Right),
            fields: fields.iter().map(|field| (*field).to_owned()).collect(),
            delay_us: carried.then_some(delay * slow),
            code: (deed == Deed::Decided).then_some(code::SYNC_CONFLICT_DECIDED),
            at,
        };
        self.write(vec![Change::Note(Box::new(line))]).await;
    }

    async fn find(
        &self,
        code: Code,
        profile: ProfileId,
        at: ConnectionId,
        subject: Option<&str>,
        hits: usize,
    ) {
        for share in self.shares.iter().take(hits) {
            let mut cause = Cause::of(code.clone()).under(profile).at(at);
            cause.subject = subject.map(str::to_owned);
            let id = FindingId::new(SystemClock.now(), &SystemEntropy);
            let occurrence = Occurrence { id, cause, entity: Some(Entity::Share(share.id)), words: None };
            self.write(vec![Change::Raise(Box::new(occurrence))]).await;
        }
    }
}

fn ago(by: SignedDuration) -> Timestamp {
    SystemClock.now().checked_sub(by).unwrap()
}
