//! What is counted, for `/metrics`: base units, few label values, no tenant, no id, nothing a caller chose.
//!
//! The HTTP side counts here by itself; the worker loop calls [`Metrics::looked`], and what watches outbound calls
//! calls [`Metrics::upstream`]. Gauges are read from the database when somebody asks (`scrape`).

mod labels;
mod scrape;

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use bowline_core::activity::Deed;
use bowline_core::connection::ToolKind;
use bowline_core::{Code, Side};
use bowline_sync::Outcome;
use http::StatusCode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

pub(crate) use labels::Intake;
use labels::{
    Answer, Build, Cause, Change, Direction, Queue, Received, Renewal, Route, Upstream, Vendor, Waiting,
    direction,
};
pub(crate) use scrape::{Refreshed, scrape};

/// Seconds, from a fast answer to a stuck one.
const SECONDS: [f64; 13] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Seconds from a change in one tool to the write in the other: a second is good, a sweep is minutes.
const DELAYS: [f64; 12] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0];

/// Bytes, up to Jira's cap of 25 MiB.
const BYTES: [f64; 9] =
    [1024.0, 4096.0, 16384.0, 65536.0, 262_144.0, 1_048_576.0, 4_194_304.0, 16_777_216.0, 26_214_400.0];

/// A part of 1.
type Ratio = Gauge<f64, AtomicU64>;

/// A histogram for each label set.
type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

/// Everything that is counted. One for the process, shared by whoever counts.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    build: Family<Build, Gauge>,
    requests: Family<Answer, Counter>,
    request_seconds: Histograms<Route>,
    intake: Family<Received, Counter>,
    intake_seconds: Histogram,
    intake_bytes: Histogram,
    queue: Family<Queue, Gauge>,
    changes: Family<Change, Counter>,
    delays: Histograms<Direction>,
    echoes: Counter,
    conflicts: Counter,
    errors_open: Family<Cause, Gauge>,
    upstream: Family<Upstream, Counter>,
    upstream_seconds: Histograms<Vendor>,
    throttled: Family<Vendor, Counter>,
    renewals: Family<Renewal, Counter>,
    forge_token_age: Gauge,
    waiting: Family<Waiting, Gauge>,
    limit_left: Ratio,
    quota_left: Ratio,
    points_left: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Metrics at zero.
    pub fn new() -> Self {
        let seconds: fn() -> Histogram = || Histogram::new(SECONDS);
        let delays: fn() -> Histogram = || Histogram::new(DELAYS);
        let mut metrics = Self {
            registry: Registry::with_prefix("bowline"),
            build: Family::default(),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(seconds),
            intake: Family::default(),
            intake_seconds: seconds(),
            intake_bytes: Histogram::new(BYTES),
            queue: Family::default(),
            changes: Family::default(),
            delays: Family::new_with_constructor(delays),
            echoes: Counter::default(),
            conflicts: Counter::default(),
            errors_open: Family::default(),
            upstream: Family::default(),
            upstream_seconds: Family::new_with_constructor(seconds),
            throttled: Family::default(),
            renewals: Family::default(),
            forge_token_age: Gauge::default(),
            waiting: Family::default(),
            limit_left: Ratio::default(),
            quota_left: Ratio::default(),
            points_left: Gauge::default(),
        };
        metrics.register();
        metrics
    }

    /// The library adds `_total` to counters.
    fn register(&mut self) {
        let r = &mut self.registry;
        r.register("build_info", "The release that runs", self.build.clone());
        r.register("http_requests", "Requests answered", self.requests.clone());
        r.register("http_request_duration_seconds", "Time to answer", self.request_seconds.clone());
        r.register("intake_events", "Deliveries and what became of them", self.intake.clone());
        r.register("intake_ack_duration_seconds", "Time to answer a delivery", self.intake_seconds.clone());
        r.register("intake_payload_bytes", "Size of deliveries", self.intake_bytes.clone());
        r.register("queue_depth", "Entities that wait for a look", self.queue.clone());
        r.register("sync_changes", "What looks did", self.changes.clone());
        r.register("sync_delay_seconds", "From the first hint to the write read back", self.delays.clone());
        r.register("sync_echo_suppressed", "Own writes recognised", self.echoes.clone());
        r.register("sync_conflicts", "Fields changed on both sides", self.conflicts.clone());
        r.register("sync_errors_open", "Open findings", self.errors_open.clone());
        r.register("upstream_requests", "Calls to tools", self.upstream.clone());
        r.register(
            "upstream_request_duration_seconds",
            "Time of calls to tools",
            self.upstream_seconds.clone(),
        );
        r.register("grant_renewals", "Renewals of tokens", self.renewals.clone());
        r.register(
            "forge_token_age_seconds",
            "Time since Forge was heard of, of the site where that is longest ago",
            self.forge_token_age.clone(),
        );
        r.register("upstream_waiting", "Calls that wait for a place or a limit", self.waiting.clone());
        r.register(
            "upstream_limit_left_ratio",
            "What is left of the scarcest limit",
            self.limit_left.clone(),
        );
        r.register(
            "upstream_quota_left_ratio",
            "What is left of the scarcest quota",
            self.quota_left.clone(),
        );
        r.register("upstream_points_left", "Points left of all known quotas", self.points_left.clone());
        r.register("upstream_rate_limited", "Calls that a tool asked to wait", self.throttled.clone());
    }

    pub(crate) fn build(&self, version: &str) {
        self.build.get_or_create(&Build { version: version.to_owned() }).set(1);
    }

    pub(crate) fn request(&self, route: &str, method: &'static str, status: StatusCode, took: Duration) {
        let (route, code) = (route.to_owned(), status.as_u16());
        self.requests.get_or_create(&Answer { route: route.clone(), method, code }).inc();
        self.request_seconds.get_or_create(&Route { route }).observe(took.as_secs_f64());
    }

    pub(crate) fn intake(&self, source: &'static str, result: Intake, took: Duration) {
        self.intake.get_or_create(&Received { source, result }).inc();
        self.intake_seconds.observe(took.as_secs_f64());
    }

    pub(crate) fn payload(&self, bytes: usize) {
        #[expect(clippy::cast_precision_loss, reason = "at most 25 MiB, which a float holds exactly")]
        self.intake_bytes.observe(bytes as f64);
    }

    /// Counts a delivery that needed no look: one of our own writes, if it was.
    pub(crate) fn known(&self, echo: bool) {
        if echo {
            self.echoes.inc();
        }
    }

    /// Counts one renewal of tokens: `renewed`, or the code of why not.
    pub fn tended(&self, renewed: bool, failure: Option<&Code>) {
        let outcome = match failure {
            Some(code) => code.as_str().to_owned(),
            None if renewed => "renewed".to_owned(),
            None => return,
        };
        self.renewals.get_or_create(&Renewal { outcome }).inc();
    }

    /// Counts what a look came to. Called by the worker loop, once for each look.
    pub fn looked(&self, outcome: &Outcome) {
        let mut last = None;
        for (deed, target) in &outcome.deeds {
            match deed {
                Deed::Echoed => drop(self.echoes.inc()),
                Deed::Decided => drop(self.conflicts.inc()),
                deed => self.changed(*deed, *target),
            }
            last = target.or(last);
        }
        if let Some(delay) = outcome.delay {
            let direction = Direction { direction: direction(last) };
            self.delays.get_or_create(&direction).observe(delay.as_secs_f64().max(0.0));
        }
    }

    fn changed(&self, deed: Deed, target: Option<Side>) {
        let entity = if deed == Deed::Commented { "comment" } else { "item" };
        let change = Change { direction: direction(target), entity, result: deed.word() };
        self.changes.get_or_create(&change).inc();
    }

    /// Counts one attempt to call a tool. `code` is the status class or the code of the failure, as `net` words it.
    pub fn upstream(
        &self,
        tool: ToolKind,
        operation: &'static str,
        code: &str,
        took: Duration,
        throttled: bool,
    ) {
        let vendor = Vendor { vendor: tool.word() };
        let labels = Upstream { vendor: tool.word(), operation, code: code.to_owned() };
        self.upstream.get_or_create(&labels).inc();
        self.upstream_seconds.get_or_create(&vendor).observe(took.as_secs_f64());
        if throttled {
            self.throttled.get_or_create(&vendor).inc();
        }
    }
}
