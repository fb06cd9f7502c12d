//! Limits of the simulated Jiras: every call that is allowed is made, and none that is not.
//!
//! Time is one for both sides, and passes when everybody waits: the simulator's clock, ours, and the sleep between them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bowline_core::connection::{Connection, SignIn, ToolKind};
use bowline_core::port::{Clock, Entropy, Handshake, Outbound as _, OutboundCall, SignError, Signer};
use bowline_core::{SignedDuration, Timestamp};
use bowline_net::plain::Plain;
use bowline_net::{Pipeline, Settings, Sleeper, World};
use bowline_sim::jira::{self, Deployment};
use bowline_sim::{Running, VirtualClock};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::{HeaderValue, Request};
use serde_json::{Value, json};

use crate::world::{connection, read};

/// The simulator's clock is ours. It passes while everybody sleeps who calls.
#[derive(Clone)]
struct Common {
    clock: VirtualClock,
    callers: Arc<AtomicUsize>,
    asleep: Arc<AtomicUsize>,
}

/// One more is asleep, until this is dropped.
struct Asleep<'a>(&'a AtomicUsize);

impl Drop for Asleep<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Clock for Common {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.clock.now()).unwrap()
    }
}

#[async_trait]
impl Sleeper for Common {
    async fn sleep(&self, length: Duration) {
        let until = self.now() + SignedDuration::try_from(length).unwrap();
        self.asleep.fetch_add(1, Ordering::SeqCst);
        let _asleep = Asleep(&self.asleep);
        // The last ones wait for somebody who has gone; for those there is an end.
        for _ in 0..100 {
            tokio::time::sleep(Duration::from_millis(2)).await;
            if self.asleep.load(Ordering::SeqCst) >= self.callers.load(Ordering::SeqCst)
                || self.now() >= until
            {
                break;
            }
        }
        if let Ok(left) = Duration::try_from(until.duration_since(self.now())) {
            self.clock.advance(left.max(Duration::from_millis(1)));
        }
    }
}

struct Zeros;
impl Entropy for Zeros {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

struct Ada(&'static str);

#[async_trait]
impl Signer for Ada {
    async fn sign(&self, _: &Connection, request: &mut http::Request<Bytes>) -> Result<(), SignError> {
        request.headers_mut().insert("authorization", HeaderValue::from_static(self.0));
        Ok(())
    }

    async fn handshake(&self, _: &Connection) -> Result<Option<Handshake>, SignError> {
        Ok(None)
    }

    fn attribute(
        &self,
        _: &Connection,
        _: &bowline_core::attribution::Heard<'_>,
    ) -> Option<bowline_core::attribution::Attribution> {
        None
    }
}

struct Scene {
    running: Running,
    clock: Common,
    pipeline: Arc<Pipeline>,
    there: Connection,
}

impl Scene {
    async fn new(deployment: Deployment, limits: &Value) -> Self {
        bowline_net::start();
        let mut options = jira::Options::default();
        (options.deployment, options.frozen) = (deployment, true);
        let running = jira::start(options, ([127, 0, 0, 1], 0).into()).await.unwrap();
        let clock = Common { clock: running.clock(), callers: Arc::default(), asleep: Arc::default() };
        let (tool, token) = match deployment {
            Deployment::Cloud => (ToolKind::JiraCloud, "Basic YWRhQGV4YW1wbGUuY29tOnRva2VuLWFkYQ=="),
            _ => (ToolKind::JiraDc, "Bearer pat-ada"),
        };
        let mut world = World::new(Arc::new(Ada(token)), Arc::new(clock.clone()), Arc::new(Zeros));
        world.sleeper = Arc::new(clock.clone());
        let settings = Settings { allow: vec!["127.0.0.1".parse().unwrap()], ..Settings::default() };
        let pipeline = Arc::new(Pipeline::new(settings, world).unwrap());
        let there = Connection { tool, sign_in: SignIn::PersonalAccessToken, ..connection(running.url()) };
        let body = Bytes::from(json!({ "limits": limits }).to_string());
        let settings = Request::post(format!("{}/_sim/settings", running.url())).body(body).unwrap();
        let changed = Plain::new(Duration::from_secs(9)).unwrap().send(settings).await.unwrap();
        assert!(changed.status().is_success(), "{}", String::from_utf8_lossy(changed.body()));
        Self { running, clock, pipeline, there }
    }

    /// Makes so many calls, as many at a time; says how many virtual seconds that took.
    async fn calls(&self, call: &OutboundCall, count: usize, at_once: usize) -> f64 {
        let began = self.clock.now();
        let send = |_| async { self.pipeline.send(&self.there, call.clone()).await };
        let mut all = stream::iter(0..count).map(send).buffer_unordered(at_once);
        for left in (0..count).rev() {
            self.clock.callers.store(at_once.min(left + 1), Ordering::SeqCst);
            all.next().await.unwrap().unwrap();
        }
        self.clock.now().duration_since(began).as_secs_f64()
    }

    /// How many calls were refused.
    async fn refused(&self) -> usize {
        let url = format!("{}/_sim/requests?since=0", self.running.url());
        let request = Request::get(url).body(Bytes::new()).unwrap();
        let all = Plain::new(Duration::from_secs(9)).unwrap().send(request).await.unwrap();
        let all: Value = serde_json::from_slice(all.body()).unwrap();
        let all = all["requests"].as_array().unwrap();
        assert!(all.len() >= 300, "{}", all.len());
        all.iter().filter(|request| request["status"] == 429).count()
    }
}

#[tokio::test]
async fn a_bucket_of_data_center_is_emptied_again_and_again_and_never_overdrawn() {
    for (capacity, fill, interval, at_once) in [(20, 10, 5, 1), (20, 10, 5, 7), (60, 5, 1, 10)] {
        let size = json!({"capacity": capacity, "fill": fill, "interval_seconds": interval});
        let scene = Scene::new(Deployment::DataCenter, &json!({ "bucket": size })).await;
        let took = scene.calls(&read("/rest/api/2/serverInfo"), 300, at_once).await;
        assert_eq!(scene.refused().await, 0, "{size} × {at_once}");
        let allowed = f64::from(capacity) + took / f64::from(interval) * f64::from(fill);
        assert!(300.0 >= allowed * 0.95, "{size} × {at_once}: {allowed} were allowed in {took} s");
    }
}

#[tokio::test]
async fn a_burst_limit_of_cloud_is_used_up_and_never_overstepped() {
    for at_once in [1, 10] {
        let scene = Scene::new(Deployment::Cloud, &json!({"burst": {"rate": 40, "buffer": 1}})).await;
        let mut call = read("/rest/api/3/issue/ACME-1?fields=summary");
        call.operation = "jira.issue.get";
        let took = scene.calls(&call, 1_600, at_once).await;
        assert_eq!(scene.refused().await, 0, "× {at_once}");
        assert!(1_600.0 >= (40.0 + took * 40.0) * 0.95, "× {at_once}: {took} s");
    }
}
