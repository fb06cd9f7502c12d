//! The pipeline: one call from the adapter's words to the tool's answer.
//!
//! gate (places, pause) → URL below the base → address guard → signature, fresh for this attempt → exchange →
//! what the answer means → perhaps again (see [`crate::patience`] for when, and why writes hardly ever).

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bowline_core::attribution::Heard;
use bowline_core::connection::Connection;
use bowline_core::port::{Clock, Entropy, Outbound, OutboundAnswer, OutboundCall, Signer, StoreError};
use bowline_core::{Failure, TenantId};
use http::StatusCode;
use http::header::ACCEPT;
use reqwest::Url;

use crate::allow::AllowRule;
use crate::budget::{quotas, told};
use crate::classify::classify;
use crate::gate::{Caller, Gate, Place, Standing, Stopped};
use crate::guard::Guard;
use crate::headers::{self, Extra};
use crate::lease::{Leases, Sharing};
use crate::observe::{Attempt, Observer};
use crate::patience::{Again, LONGEST_WAIT, Patience, RealTime, Sleeper};
use crate::plain;
use crate::points;
use crate::resolve::{Names, Resolver, SystemResolver};
use crate::target;
use crate::trouble::Trouble;
use crate::wire::Wire;
use crate::wires::Wires;

/// The longest time a write stands in line. Whoever holds a lease counts on it (`sync::engine`).
pub(crate) const IN_LINE: Duration = Duration::from_secs(5);

/// HTTP and HTTPS, and the ports at which Tomcat, which serves Jira Data Center, has them as installed.
const USUAL_PORTS: [u16; 4] = [80, 443, 8080, 8443];

/// What the operator may set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Targets inside the network that may be called; see [`AllowRule`]. Empty by default.
    pub allow: Vec<AllowRule>,
    /// The same for the calls of one customer only.
    pub allow_for: HashMap<TenantId, Vec<AllowRule>>,
    /// The ports at which the internet may be called; a rule that names a target there allows its port too.
    pub ports: Vec<u16>,
    /// Whether the certificate authorities that connections bring along are trusted beside those of the machine. If not,
    /// what is stored of them is left aside, and only what the machine trusts counts.
    pub own_authorities: bool,
    /// Whether unencrypted calls may go to the internet. Allowed inside targets may always use plain http.
    pub plain_http: bool,
    /// The longest time to look a name up, and to make a connection.
    pub connect: Duration,
    /// The longest time of one exchange, from connecting to the last byte.
    pub exchange: Duration,
    /// The largest answer, in bytes after unpacking.
    pub body_limit: usize,
    /// How many calls of one connection are under way at any time. Targetprocess allows ten streams per account
    /// (its API documentation); Jira has no documented number and is asked no harder.
    pub width: usize,
    /// What calls carry only if it is asked for.
    pub extra: Extra,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            allow: Vec::new(),
            allow_for: HashMap::new(),
            ports: USUAL_PORTS.to_vec(),
            own_authorities: true,
            plain_http: false,
            connect: Duration::from_secs(5),
            exchange: Duration::from_secs(30),
            body_limit: 16 << 20,
            width: 10,
            extra: Extra::default(),
        }
    }
}

/// What the pipeline needs from the world.
#[derive(Clone)]
pub struct World {
    /// Puts the credential into each attempt, and reads what answers say about it.
    pub signer: Arc<dyn Signer>,
    /// Tells when a pause ends.
    pub clock: Arc<dyn Clock>,
    /// Spreads repeats.
    pub entropy: Arc<dyn Entropy>,
    /// Turns names into addresses.
    pub resolver: Arc<dyn Resolver>,
    /// Waits between repeats.
    pub sleeper: Arc<dyn Sleeper>,
    /// Counts attempts.
    pub observer: Arc<dyn Observer>,
    /// Where other processes meet that use the same limits; none if there is no other.
    pub sharing: Option<Sharing>,
}

impl World {
    /// The real world: the system's resolver, real waits, nobody counting.
    pub fn new(signer: Arc<dyn Signer>, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        let resolver = Arc::new(SystemResolver);
        Self {
            signer,
            clock,
            entropy,
            resolver,
            sleeper: Arc::new(RealTime),
            observer: Arc::new(()),
            sharing: None,
        }
    }
}

/// Sends every vendor call; see the port [`Outbound`] for what comes back.
pub struct Pipeline {
    gate: Gate,
    leases: Option<Leases>,
    guard: Guard,
    wires: Wires,
    extra: Extra,
    world: World,
}

impl Pipeline {
    /// A pipeline for all connections of the process. Fails only if the HTTP client cannot start.
    pub fn new(settings: Settings, world: World) -> Result<Self, plain::Error> {
        let Settings { body_limit, width, .. } = settings;
        let names = Names::new(Arc::clone(&world.resolver), Arc::clone(&world.clock));
        let sharing = world.sharing.clone();
        let leases = sharing.map(|sharing| Leases::new(sharing, Arc::clone(&world.clock)));
        Ok(Self {
            gate: Gate::new(Arc::clone(&world.clock), width, leases.is_some()),
            leases,
            guard: Guard::new(names, &settings),
            wires: Wires::new(&settings, body_limit)?,
            extra: settings.extra,
            world,
        })
    }

    async fn attempt(&self, sending: &Sending<'_>) -> Result<OutboundAnswer, Trouble> {
        let mut place = self.place(sending).await?;
        let started = now();
        let answer = self.exchange(sending).await;
        let settled = self.settle(sending, &mut place, started, answer);
        drop(place);
        self.tell().await;
        settled
    }

    /// Tells other processes at once what a vendor asked of us: a call in some thousand.
    pub(crate) async fn tell(&self) {
        if let Some(leases) = &self.leases
            && let Err(error) = leases.tell(&self.gate).await
        {
            tracing::warn!(%error, "other processes cannot be told of a wait now");
        }
    }

    /// To be called about once a second if the limits are shared: keeps slices of what is in use, and of calls that take long.
    pub async fn beat(&self) -> Result<(), StoreError> {
        match &self.leases {
            Some(leases) => leases.beat(&self.gate).await,
            None => Ok(()),
        }
    }

    /// What an answer means, and what is to be left alone after it; counted and logged.
    pub(crate) fn settle(
        &self,
        sending: &Sending<'_>,
        place: &mut Place,
        started: Instant,
        answer: Result<OutboundAnswer, Trouble>,
    ) -> Result<OutboundAnswer, Trouble> {
        let cost = match &answer {
            // What was refused is not counted.
            Ok(answer) if answer.status == StatusCode::TOO_MANY_REQUESTS => Some(0),
            Ok(answer) => Some(points::after(&sending.call, answer)),
            // What was not sent costs nothing; nobody knows of the others.
            Err(trouble) => (!trouble.is_sent || trouble.again == Again::Unsent).then_some(0),
        };
        if let Ok(answer) = &answer {
            let (told, quotas) = (told(&answer.headers), quotas(&answer.headers));
            self.gate.learn(place, &told, &quotas, cost.unwrap_or_default());
        }
        let status = answer.as_ref().ok().map(|answer| answer.status);
        let judged = answer.and_then(|answer| self.judge(sending, answer));
        let trouble = judged.as_ref().err();
        place.counted(cost);
        if let Some((reach, length)) = trouble.and_then(|trouble| trouble.pause) {
            if status == Some(StatusCode::TOO_MANY_REQUESTS) && self.gate.is_anothers(place.caller(), reach) {
                self.world.observer.crowded(sending.connection);
            }
            self.gate.pause(place.caller(), reach, length);
        }
        self.report(sending, status, trouble, started.elapsed());
        judged
    }

    /// The app that a connection's calls are made by.
    pub(crate) async fn payer(&self, connection: &Connection) -> Result<Option<String>, StoreError> {
        self.world.signer.payer(connection).await
    }

    pub(crate) fn gate(&self) -> &Gate {
        &self.gate
    }

    /// A read may stand in line; a write gives up before it is stale (see [`crate::patience`]).
    pub(crate) async fn place(&self, sending: &Sending<'_>) -> Result<Place, Trouble> {
        if sending.call.repeatable {
            return self.in_line(sending, LONGEST_WAIT).await;
        }
        match tokio::time::timeout(IN_LINE, self.in_line(sending, IN_LINE)).await {
            Ok(place) => place,
            Err(_) => Err(Trouble::crowded()),
        }
    }

    /// Stands in line for a place, and for more of a limit of which nothing is left: for that no longer than its patience in
    /// all, whatever it is woken by.
    async fn in_line(&self, sending: &Sending<'_>, mut patience: Duration) -> Result<Place, Trouble> {
        let payer = self.payer(sending.connection).await?;
        let caller = Caller::of(sending.connection, &sending.call, payer.as_deref());
        let waiter = self.gate.join(&caller);
        loop {
            if let Some(leases) = &self.leases {
                leases.ensure(&self.gate, &caller).await?;
            }
            let left = match waiter.look() {
                Standing::In(place) => return Ok(place),
                Standing::Out(stopped) => return Err(stopped.into()),
                Standing::Spent(left) if left > patience => return Err(Stopped::Spent(left).into()),
                Standing::Spent(left) => left,
                Standing::Crowded => {
                    waiter.bell().notified().await;
                    continue;
                }
            };
            let before = self.world.clock.now();
            // Never nothing: the clock must pass what it waits for.
            let sleep = self.world.sleeper.sleep(left.max(Duration::from_millis(1)));
            tokio::select! {
                () = sleep => {}
                () = waiter.bell().notified() => {}
            }
            let slept = Duration::try_from(self.world.clock.now().duration_since(before));
            patience = patience.saturating_sub(slept.unwrap_or_default());
        }
    }

    async fn exchange(&self, sending: &Sending<'_>) -> Result<OutboundAnswer, Trouble> {
        let (wire, request, addresses) = self.prepared(sending).await.map_err(Trouble::unsent)?;
        let answer = wire.exchange(request, addresses).await;
        answer.map_err(|broken| Trouble::of_broken(broken, sending.call.repeatable))
    }

    /// The wire that a call goes over, the signed request, and the addresses that were found good for it.
    pub(crate) async fn prepared(
        &self,
        sending: &Sending<'_>,
    ) -> Result<(Arc<Wire>, reqwest::Request, Vec<SocketAddr>), Trouble> {
        let tenant = sending.connection.tenant;
        let addresses = self.guard.check(tenant, &sending.url).await?;
        let handshake = self.world.signer.handshake(sending.connection).await?;
        let apart = self.guard.keeps_apart(tenant).then_some(tenant);
        let wire = self.wires.of(apart, handshake.as_ref(), self.world.clock.now())?;
        Ok((wire, self.signed(sending).await?, addresses))
    }

    async fn signed(&self, sending: &Sending<'_>) -> Result<reqwest::Request, Trouble> {
        let Sending { connection, call, url } = sending;
        let mut request = http::Request::new(call.body.clone());
        *request.method_mut() = call.method.clone();
        *request.uri_mut() = url.as_str().parse().map_err(|_| Trouble::misdirected())?;
        *request.headers_mut() = call.headers.clone();
        headers::put(request.headers_mut(), &self.extra, &*self.world.entropy);
        self.world.signer.sign(connection, &mut request).await?;
        let request = reqwest::Request::try_from(request).map_err(|_| Trouble::misdirected())?;
        // What was checked is what is called, whatever the signer did.
        if target::same_origin(request.url(), url) { Ok(request) } else { Err(Trouble::misdirected()) }
    }

    fn judge(&self, sending: &Sending<'_>, answer: OutboundAnswer) -> Result<OutboundAnswer, Trouble> {
        let wanted = sending.call.headers.get(ACCEPT);
        let json_due = wanted.is_none_or(|kinds| kinds.to_str().is_ok_and(|kinds| kinds.contains("json")));
        let at = self.world.clock.now();
        let heard = Heard { answer: &answer, url: sending.url.as_str(), json_due, at };
        let verdict = classify(self.world.signer.attribute(sending.connection, &heard), &answer, at);
        match Trouble::of_verdict(verdict, &answer, sending.call.repeatable) {
            Some(trouble) => Err(trouble),
            None => Ok(answer),
        }
    }

    /// Waits before the next try; the failure if there is none.
    pub(crate) async fn before_next(&self, patience: &mut Patience, trouble: Trouble) -> Result<(), Failure> {
        match patience.next(trouble.again, &*self.world.entropy) {
            Some(wait) => {
                self.world.sleeper.sleep(wait).await;
                Ok(())
            }
            None => Err(trouble.failure),
        }
    }

    /// One line per attempt. The query, the headers and the bodies stay out: they hold tokens and content.
    fn report(
        &self,
        sending: &Sending<'_>,
        status: Option<StatusCode>,
        trouble: Option<&Trouble>,
        took: Duration,
    ) {
        let Sending { connection, call, url } = sending;
        let code = trouble.map(|trouble| trouble.failure.code.as_str());
        tracing::debug!(
            connection = %connection.id,
            operation = call.operation,
            method = %call.method,
            path = url.path(),
            status = status.map(|status| status.as_u16()),
            code,
            ms = took.as_secs_f64() * 1e3,
            "outbound call"
        );
        self.world.observer.attempted(&Attempt {
            operation: call.operation,
            tool: connection.tool,
            outcome: match status {
                Some(status) => format!("{}xx", status.as_u16() / 100),
                None => code.unwrap_or_default().to_owned(),
            },
            duration: took,
            throttled: trouble.is_some_and(|trouble| trouble.pause.is_some()),
        });
    }
}

#[expect(clippy::disallowed_methods, reason = "measures a duration for a metric")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// One call on its way.
pub(crate) struct Sending<'a> {
    connection: &'a Connection,
    pub(crate) call: OutboundCall,
    url: Url,
}

impl<'a> Sending<'a> {
    pub(crate) fn new(connection: &'a Connection, call: OutboundCall) -> Result<Self, Failure> {
        let url = target::url(&connection.base_url, &call.path)?;
        Ok(Self { connection, call, url })
    }

    pub(crate) fn connection(&self) -> &'a Connection {
        self.connection
    }

    pub(crate) fn patience(&self) -> Patience {
        Patience::new(self.call.repeatable, self.call.asker)
    }
}

#[async_trait]
impl Outbound for Pipeline {
    async fn send(&self, connection: &Connection, call: OutboundCall) -> Result<OutboundAnswer, Failure> {
        let sending = Sending::new(connection, call)?;
        let mut patience = sending.patience();
        loop {
            match self.attempt(&sending).await {
                Ok(answer) => return Ok(answer),
                Err(trouble) => self.before_next(&mut patience, trouble).await?,
            }
        }
    }
}
