//! A world in which nothing waits: hand-turned time, planted names, a signer that counts.

use std::collections::VecDeque;
use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bowline_auth::attribution::{Asked, Attribution, Heard, Known, Presented, attribute};
use bowline_core::connection::{Connection, Health, IntakeProof, SignIn, ToolKind};
use bowline_core::port::{Asker, Clock, Entropy, Handshake, OutboundCall, SignError, Signer};
use bowline_core::{SignedDuration, Timestamp};
use bowline_net::{Attempt, Observer, Pipeline, Resolver, Settings, Sleeper, World};
use bytes::Bytes;
use http::{HeaderMap, Method};

/// Time that stands still unless somebody sleeps; sleeping takes no time.
pub(crate) struct Hand {
    now: Mutex<Timestamp>,
    pub(crate) slept: Mutex<Vec<Duration>>,
}

impl Hand {
    pub(crate) fn new() -> Self {
        Self { now: Mutex::new(Timestamp::UNIX_EPOCH), slept: Mutex::default() }
    }

    pub(crate) fn turn(&self, length: Duration) {
        *self.now.lock().unwrap() += SignedDuration::try_from(length).unwrap();
    }
}

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }
}

#[async_trait]
impl Sleeper for Hand {
    async fn sleep(&self, length: Duration) {
        self.turn(length);
        self.slept.lock().unwrap().push(length);
    }
}

/// No jitter.
pub(crate) struct Zeros;
impl Entropy for Zeros {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

/// Never the same twice.
#[derive(Default)]
struct Rising(std::sync::atomic::AtomicU8);
impl Entropy for Rising {
    fn fill(&self, bytes: &mut [u8]) {
        // By two: the last bit of a step is always one.
        bytes.fill(self.0.fetch_add(2, Ordering::SeqCst) + 2);
    }
}

/// Writes the number of the attempt into each request; reads answers as the real signer does.
#[derive(Default)]
pub(crate) struct Counting(pub(crate) AtomicUsize);

#[async_trait]
impl Signer for Counting {
    async fn sign(&self, _: &Connection, request: &mut http::Request<Bytes>) -> Result<(), SignError> {
        let number = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        request.headers_mut().insert("x-signature", number.into());
        Ok(())
    }

    async fn handshake(&self, _: &Connection) -> Result<Option<Handshake>, SignError> {
        Ok(None)
    }

    fn attribute(&self, connection: &Connection, heard: &Heard<'_>) -> Option<Attribution> {
        let (asked, site) = (Asked::Api, connection.browse_url.as_str());
        attribute(heard, &Known { asked, application: Presented::Fixed, gateway: None, site })
    }
}

/// Answers each lookup with the next planted answer; the last one stays.
#[derive(Default)]
pub(crate) struct Planted {
    pub(crate) answers: Mutex<VecDeque<Vec<IpAddr>>>,
    pub(crate) lookups: AtomicUsize,
}

impl Planted {
    pub(crate) fn say(&self, answers: &[&str]) {
        let parse = |text: &&str| vec![text.parse().unwrap()];
        *self.answers.lock().unwrap() = answers.iter().map(parse).collect();
    }
}

#[async_trait]
impl Resolver for Planted {
    async fn lookup(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        self.lookups.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().unwrap();
        if answers.len() > 1 {
            return Ok(answers.pop_front().unwrap());
        }
        Ok(answers.front().cloned().unwrap_or_default())
    }
}

/// Keeps every attempt.
#[derive(Default)]
pub(crate) struct Tally(pub(crate) Mutex<Vec<Attempt>>);

impl Observer for Tally {
    fn attempted(&self, attempt: &Attempt) {
        self.0.lock().unwrap().push(attempt.clone());
    }
}

/// A pipeline and everything around it.
pub(crate) struct Bench {
    pub(crate) pipeline: Pipeline,
    pub(crate) hand: Arc<Hand>,
    pub(crate) signer: Arc<Counting>,
    pub(crate) names: Arc<Planted>,
    pub(crate) tally: Arc<Tally>,
}

impl Bench {
    /// Allows all of loopback.
    pub(crate) fn open() -> Self {
        Self::with(Settings { allow: vec!["127.0.0.0/8".parse().unwrap()], ..Settings::default() })
    }

    /// The same, with randomness that is never the same twice, and so with jitter.
    pub(crate) fn with_counting_entropy() -> Self {
        let allow = vec!["127.0.0.0/8".parse().unwrap()];
        Self::made(Settings { allow, ..Settings::default() }, Arc::new(Rising::default()))
    }

    pub(crate) fn with(settings: Settings) -> Self {
        Self::made(settings, Arc::new(Zeros))
    }

    fn made(settings: Settings, entropy: Arc<dyn Entropy>) -> Self {
        bowline_net::start();
        let hand = Arc::new(Hand::new());
        let (signer, names, tally) =
            (Arc::<Counting>::default(), Arc::<Planted>::default(), Arc::<Tally>::default());
        let world = World {
            signer: Arc::clone(&signer) as _,
            clock: Arc::clone(&hand) as _,
            entropy,
            resolver: Arc::clone(&names) as _,
            sleeper: Arc::clone(&hand) as _,
            observer: Arc::clone(&tally) as _,
            sharing: None,
        };
        Self { pipeline: Pipeline::new(settings, world).unwrap(), hand, signer, names, tally }
    }

    pub(crate) fn signatures(&self) -> usize {
        self.signer.0.load(Ordering::SeqCst)
    }

    pub(crate) fn slept(&self) -> Vec<u64> {
        self.hand.slept.lock().unwrap().iter().map(Duration::as_secs).collect()
    }
}

pub(crate) fn connection(base_url: &str) -> Connection {
    Connection {
        tenant: format!("ten_{:032x}", 1).parse().unwrap(),
        id: format!("con_{:032x}", 1).parse().unwrap(),
        name: "jira".into(),
        tool: ToolKind::JiraDc,
        base_url: base_url.into(),
        browse_url: base_url.into(),
        transport: bowline_core::layers::Transport::default(),
        gateway: None,
        sign_in: SignIn::PersonalAccessToken,
        secret: format!("sec_{:032x}", 1).parse().unwrap(),
        intake: IntakeProof::default(),
        health: Health::Unknown,
        identity: None,
        settings: std::collections::BTreeMap::new(),
        revision: 1,
        era: 0,
        created_at: Timestamp::UNIX_EPOCH,
    }
}

pub(crate) fn read(path: &str) -> OutboundCall {
    let (method, headers) = (Method::GET, HeaderMap::new());
    OutboundCall {
        method,
        path: path.into(),
        headers,
        body: Bytes::new(),
        operation: "test.read",
        subject: None,
        repeatable: true,
        asker: Asker::Work,
    }
}

pub(crate) fn write(path: &str) -> OutboundCall {
    let (method, body) = (Method::POST, Bytes::from_static(b"{}"));
    OutboundCall { method, body, operation: "test.write", repeatable: false, ..read(path) }
}
