//! Calls to providers of tokens: the same guard and wire as every vendor call, but no credentials are added to them, nothing
//! is repeated, and answers are small. Whether to send a refresh token again is the business of whoever keeps its journal.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bowline_core::Failure;
use bowline_core::code::{
    AUTH_CERTIFICATE_REFUSED, NET_ADDRESS_REFUSED, NET_CUT, NET_TIMEOUT, NET_TLS, NET_TOO_LARGE,
    NET_UNREACHABLE,
};
use bowline_core::failure::{Executed, Words};
use bowline_core::port::{Clock, Entropy, Exchange, ExchangeCall, Exchanged};
use bytes::Bytes;
use reqwest::Url;

use crate::guard::Guard;
use crate::headers::{self, Extra};
use crate::pipeline::Settings;
use crate::plain;
use crate::resolve::{Names, Resolver};
use crate::wire::Broken;
use crate::wires::{Unusable, Wires};

/// The largest answer that can hold tokens. Atlassian's are below 10 KiB.
const LARGEST: usize = 64 << 10;

/// Sends calls to providers; see the port [`Exchange`].
pub struct Exchanger {
    guard: Guard,
    wires: Wires,
    extra: Extra,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl Exchanger {
    /// With the same settings as the pipeline. Fails only if the HTTP client cannot start.
    pub fn new(
        settings: &Settings,
        resolver: Arc<dyn Resolver>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, plain::Error> {
        Ok(Self {
            guard: Guard::new(Names::new(resolver, Arc::clone(&clock)), settings),
            wires: Wires::new(settings, LARGEST)?,
            extra: settings.extra.clone(),
            clock,
            entropy,
        })
    }

    async fn sent(&self, call: ExchangeCall) -> Exchanged {
        let Ok(url) = Url::parse(&call.url) else {
            return Exchanged::Unsent(Failure::wait(NET_ADDRESS_REFUSED));
        };
        let addresses = match self.guard.check(call.tenant, &url).await {
            Ok(addresses) => addresses,
            Err(refusal) => return Exchanged::Unsent(refusal.into()),
        };
        let apart = self.guard.keeps_apart(call.tenant).then_some(call.tenant);
        let wire = match self.wires.of(apart, call.handshake.as_ref(), self.clock.now()) {
            Ok(wire) => wire,
            Err(Unusable) => return Exchanged::Unsent(Failure::wait(AUTH_CERTIFICATE_REFUSED)),
        };
        // The copy inside the request is the HTTP client's; it lives as long as the exchange.
        let mut request = http::Request::new(Bytes::copy_from_slice(call.body.expose()));
        *request.method_mut() = call.method;
        *request.headers_mut() = call.headers;
        headers::put(request.headers_mut(), &self.extra, &*self.entropy);
        let Ok(uri) = url.as_str().parse() else {
            return Exchanged::Unsent(Failure::wait(NET_ADDRESS_REFUSED));
        };
        *request.uri_mut() = uri;
        let Ok(request) = reqwest::Request::try_from(request) else {
            return Exchanged::Unsent(Failure::wait(NET_ADDRESS_REFUSED));
        };
        match wire.exchange(request, addresses).await {
            Ok(answer) => Exchanged::Answer(answer),
            Err(broken) => of_broken(broken),
        }
    }
}

#[async_trait]
impl Exchange for Exchanger {
    async fn exchange(&self, call: ExchangeCall) -> Exchanged {
        let operation = call.operation;
        #[expect(clippy::disallowed_methods, reason = "measures a duration for a log line")]
        let started = Instant::now();
        let exchanged = self.sent(call).await;
        let took: Duration = started.elapsed();
        let (status, code) = match &exchanged {
            Exchanged::Answer(answer) => (Some(answer.status.as_u16()), None),
            Exchanged::Unsent(failure) | Exchanged::Unsure(failure) => (None, Some(failure.code.as_str())),
        };
        tracing::debug!(
            operation,
            status,
            code,
            ms = took.as_secs_f64() * 1e3,
            "call to a provider of tokens"
        );
        exchanged
    }
}

fn of_broken(broken: Broken) -> Exchanged {
    match broken {
        Broken::Unconnected(cause) => {
            let failure = Failure::retry(NET_UNREACHABLE, Executed::No);
            Exchanged::Unsent(failure.with_words(Words::new(cause)))
        }
        Broken::Untrusted(cause) => Exchanged::Unsent(Failure::wait(NET_TLS).with_words(Words::new(cause))),
        Broken::Unproven(cause) => {
            let failure = Failure::wait(AUTH_CERTIFICATE_REFUSED);
            Exchanged::Unsent(failure.with_words(Words::new(cause)))
        }
        Broken::TimedOut => Exchanged::Unsure(Failure::retry(NET_TIMEOUT, Executed::Unknown)),
        Broken::Cut(cause) => {
            let failure = Failure::retry(NET_CUT, Executed::Unknown);
            Exchanged::Unsure(failure.with_words(Words::new(cause)))
        }
        Broken::TooLarge => Exchanged::Unsure(Failure::retry(NET_TOO_LARGE, Executed::Unknown)),
    }
}
