//! Hours of virtual time against a simulator: time passes when everybody sleeps, and then to the next who wakes.
//!
//! Used by the tests of `net`, over one process, and of `store`, over several that share a database.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bowline_auth::attribution::{Asked, Attribution, Heard, Known, Presented, attribute};
use bowline_core::Timestamp;
use bowline_core::connection::{Connection, Health, IntakeProof, SignIn, ToolKind};
use bowline_core::failure::Act;
use bowline_core::port::{
    Asker, Clock, Entropy, Handshake, Outbound as _, OutboundAnswer, OutboundCall, SignError, Signer,
    StoreError,
};
use bowline_core::work::Lane;
use bowline_net::plain::Plain;
use bowline_net::{Attempt, Observer, Pipeline, Settings, Sharing, Sleeper, World, within};
use bowline_sim::jira::{self, Deployment};
use bowline_sim::{Running, VirtualClock};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request};
use serde_json::{Value, json};
use tokio::sync::Notify;

/// 2030-03-17 19:00:00 UTC, in milliseconds: points come in anew.
const BEGINNING: i64 = 1_900_004_400_000;

/// Time of everybody: ours and the simulator's.
#[derive(Clone)]
pub(crate) struct Turns(Arc<Inner>);

struct Inner {
    clock: VirtualClock,
    /// By when they wake.
    asleep: Mutex<BTreeMap<(i64, u64), Arc<Notify>>>,
    numbers: AtomicU64,
    /// How many there are that sleep or do something.
    members: AtomicUsize,
}

/// One that time waits for as long as it does not sleep.
pub(crate) struct Member(Turns);

impl Drop for Member {
    fn drop(&mut self) {
        self.0.0.members.fetch_sub(1, Ordering::SeqCst);
        self.0.pass();
    }
}

/// One that sleeps; not any more when dropped.
struct Asleep<'a>(&'a Turns, (i64, u64));

impl Drop for Asleep<'_> {
    fn drop(&mut self) {
        self.0.0.asleep.lock().unwrap().remove(&self.1);
    }
}

impl Turns {
    fn new(clock: VirtualClock) -> Self {
        let (asleep, numbers, members) = (Mutex::default(), AtomicU64::new(0), AtomicUsize::new(0));
        Self(Arc::new(Inner { clock, asleep, numbers, members }))
    }

    pub(crate) fn join(&self) -> Member {
        self.0.members.fetch_add(1, Ordering::SeqCst);
        Member(self.clone())
    }

    /// If everybody sleeps, it is when the first of them wakes.
    fn pass(&self) {
        let asleep = self.0.asleep.lock().unwrap();
        if asleep.len() < self.0.members.load(Ordering::SeqCst) {
            return;
        }
        let Some((&(first, _), _)) = asleep.first_key_value() else { return };
        let late = first - self.0.clock.now();
        if late > 0 {
            self.0.clock.advance(Duration::from_millis(late.unsigned_abs()));
        }
        for (_, bell) in asleep.range(..=(first, u64::MAX)) {
            bell.notify_one();
        }
    }

    /// Since the beginning.
    pub(crate) fn seconds(&self) -> f64 {
        (self.0.clock.now() - BEGINNING) as f64 / 1e3
    }
}

impl Clock for Turns {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.clock.now()).unwrap()
    }
}

#[async_trait]
impl Sleeper for Turns {
    async fn sleep(&self, length: Duration) {
        let length = i64::try_from(length.as_micros().div_ceil(1_000)).unwrap();
        let number = self.0.numbers.fetch_add(1, Ordering::SeqCst);
        let (key, bell) = ((self.0.clock.now() + length, number), Arc::new(Notify::new()));
        self.0.asleep.lock().unwrap().insert(key, Arc::clone(&bell));
        let _asleep = Asleep(self, key);
        // Whoever was woken meanwhile comes first.
        for _ in 0..4 {
            tokio::task::yield_now().await;
        }
        self.pass();
        bell.notified().await;
    }
}

struct Zeros;
impl Entropy for Zeros {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

/// Signs as Ada; what she does is an app's.
struct Ada(&'static str);

#[async_trait]
impl Signer for Ada {
    async fn sign(&self, _: &Connection, request: &mut Request<Bytes>) -> Result<(), SignError> {
        request.headers_mut().insert("authorization", HeaderValue::from_static(self.0));
        Ok(())
    }

    async fn handshake(&self, _: &Connection) -> Result<Option<Handshake>, SignError> {
        Ok(None)
    }

    async fn payer(&self, _: &Connection) -> Result<Option<String>, StoreError> {
        Ok(Some("test/sync".to_owned()))
    }

    fn attribute(&self, connection: &Connection, heard: &Heard<'_>) -> Option<Attribution> {
        let (asked, site) = (Asked::Api, connection.browse_url.as_str());
        attribute(heard, &Known { asked, application: Presented::Fixed, gateway: None, site })
    }
}

/// Counts refusals.
#[derive(Default)]
pub(crate) struct Refused {
    pub(crate) calls: AtomicUsize,
    /// Those that are blamed on another client.
    pub(crate) crowded: AtomicUsize,
}

impl Observer for Refused {
    fn attempted(&self, attempt: &Attempt) {
        if attempt.outcome == "4xx" {
            self.calls.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn crowded(&self, _: &Connection) {
        self.crowded.fetch_add(1, Ordering::SeqCst);
    }
}

/// A simulated Jira with limits, and the time.
pub(crate) struct Scene {
    pub(crate) running: Running,
    pub(crate) turns: Turns,
    pub(crate) refused: Arc<Refused>,
    deployment: Deployment,
    /// What was paid for all answers.
    pub(crate) spent: AtomicU64,
}

impl Scene {
    pub(crate) async fn new(deployment: Deployment, limits: Value) -> Self {
        bowline_net::start();
        let mut options = jira::Options::default();
        (options.deployment, options.frozen) = (deployment, true);
        let running = jira::start(options, ([127, 0, 0, 1], 0).into()).await.unwrap();
        let turns = Turns::new(running.clock());
        let scene = Self { running, turns, refused: Arc::default(), deployment, spent: AtomicU64::new(0) };
        scene.control("clock", &json!({"set": BEGINNING})).await;
        if deployment == Deployment::Cloud {
            scene
                .control("settings", &json!({"app": {"key": "sync", "kind": "oauth", "users": ["ada"]}}))
                .await;
        }
        scene.control("settings", &json!({ "limits": limits })).await;
        scene
    }

    pub(crate) async fn control(&self, what: &str, body: &Value) {
        let url = format!("{}/_sim/{what}", self.running.url());
        let request = Request::post(url).body(Bytes::from(body.to_string())).unwrap();
        let answer = Plain::new(Duration::from_secs(9)).unwrap().send(request).await.unwrap();
        assert!(answer.status().is_success(), "{}", String::from_utf8_lossy(answer.body()));
    }

    /// A process.
    pub(crate) fn process(&self, sharing: Option<Sharing>) -> Arc<Pipeline> {
        let token = match self.deployment {
            Deployment::Cloud => "Basic YWRhQGV4YW1wbGUuY29tOnRva2VuLWFkYQ==",
            _ => "Bearer pat-ada",
        };
        let turns = Arc::new(self.turns.clone());
        let mut world = World::new(Arc::new(Ada(token)), turns.clone(), Arc::new(Zeros));
        (world.sleeper, world.observer, world.sharing) = (turns, self.refused.clone(), sharing);
        let settings = Settings { allow: vec!["127.0.0.1".parse().unwrap()], ..Settings::default() };
        Arc::new(Pipeline::new(settings, world).unwrap())
    }

    /// A tenant's connection.
    pub(crate) fn connection(&self, number: u128) -> Connection {
        let tool = if self.deployment == Deployment::Cloud { ToolKind::JiraCloud } else { ToolKind::JiraDc };
        let url = self.running.url().to_owned();
        Connection {
            tenant: format!("ten_{number:032x}").parse().unwrap(),
            id: format!("con_{number:032x}").parse().unwrap(),
            name: "jira".into(),
            era: 0,
            tool,
            base_url: url.clone(),
            browse_url: url,
            transport: bowline_core::layers::Transport::default(),
            gateway: None,
            sign_in: SignIn::PersonalAccessToken,
            secret: format!("sec_{number:032x}").parse().unwrap(),
            intake: IntakeProof::default(),
            health: Health::Unknown,
            identity: None,
            settings: BTreeMap::new(),
            revision: 1,
            created_at: Timestamp::UNIX_EPOCH,
        }
    }

    /// Calls as fast as it may, until the end; waits as long as it is told.
    pub(crate) async fn flood(
        &self,
        from: &Pipeline,
        there: &Connection,
        lane: Lane,
        call: OutboundCall,
        end: f64,
    ) {
        let _member = self.turns.join();
        while self.turns.seconds() < end {
            match within(lane, from.send(there, call.clone())).await {
                Ok(answer) => self.pay(&answer),
                Err(failure) => {
                    let Act::Retry { after: Some(after) } = failure.act else { panic!("{failure:?}") };
                    self.turns.sleep(after).await;
                }
            }
        }
    }

    /// Calls once in a while, in the live lane; says the longest that one of them took.
    pub(crate) async fn drip(
        &self,
        from: &Pipeline,
        there: &Connection,
        call: OutboundCall,
        (every, end): (u64, f64),
    ) -> f64 {
        let _member = self.turns.join();
        let mut longest = 0.0_f64;
        while self.turns.seconds() < end {
            self.turns.sleep(Duration::from_secs(every)).await;
            let began = self.turns.seconds();
            let answer = within(Lane::Live, from.send(there, call.clone())).await.unwrap();
            self.pay(&answer);
            longest = longest.max(self.turns.seconds() - began);
        }
        longest
    }

    /// Keeps the slices of a process.
    #[allow(dead_code, reason = "one process alone shares nothing")]
    pub(crate) async fn beat(&self, process: &Pipeline, end: f64) {
        let _member = self.turns.join();
        while self.turns.seconds() < end {
            self.turns.sleep(Duration::from_secs(1)).await;
            process.beat().await.unwrap();
        }
    }

    /// One point for the call, one for each issue.
    fn pay(&self, answer: &OutboundAnswer) {
        assert!(answer.status.is_success(), "{}", answer.status);
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        let issues = body["issues"].as_array().map_or(1, Vec::len);
        self.spent.fetch_add(1 + issues as u64, Ordering::SeqCst);
    }

    /// Nothing was refused, and this part of what was allowed was used.
    #[track_caller]
    pub(crate) fn verdict(&self, used: u64, allowed: f64) {
        assert_eq!(self.refused.calls.load(Ordering::SeqCst), 0, "calls in a forbidden window");
        let part = used as f64 / allowed;
        assert!(part >= 0.95, "{used} of {allowed}: {part}");
    }
}

/// One issue: two points.
pub(crate) fn issue() -> OutboundCall {
    get("/rest/api/3/issue/ACME-1?fields=summary", "jira.issue.get")
}

/// So many issues.
pub(crate) fn search(issues: u32) -> OutboundCall {
    let path = format!("/rest/api/3/search/jql?jql=project=ACME&maxResults={issues}&fields=summary");
    get(&path, "jira.search.jql")
}

pub(crate) fn get(path: &str, operation: &'static str) -> OutboundCall {
    OutboundCall {
        method: Method::GET,
        path: path.to_owned(),
        headers: HeaderMap::new(),
        body: Bytes::new(),
        operation,
        subject: None,
        repeatable: true,
        asker: Asker::Work,
    }
}

/// As the time of the tests, in seconds.
pub(crate) const TEN_HOURS: f64 = 36_000.0;
