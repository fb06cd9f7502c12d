//! The headers that a call leaves with, beside its own and those that prove who we are: the one place where they are put on.
//!
//! | header | value | when |
//! | --- | --- | --- |
//! | `user-agent` | our name and version | always |
//! | `accept` | `application/json` | if the call asks for nothing else |
//! | `traceparent`, `tracestate` | the trace that the call belongs to, at a step of its own | always |
//! | `elastic-apm-traceparent` | the same as `traceparent`, under the name of older agents of Elastic APM | when asked |
//! | `client-ip` | the address by which the operator lets this installation be known | when asked |
//!
//! Host, content length, connection and accepted encodings are the HTTP client's. Nothing of whoever caused the call is told
//! but the name of the trace: no address and no name of a person.

use std::net::IpAddr;

use bowline_core::port::Entropy;
use bowline_core::trace::{self, TRACEPARENT, TRACESTATE, Trace};
use http::header::{ACCEPT, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue};

const AGENT: HeaderValue = HeaderValue::from_static(concat!("bowline/", env!("CARGO_PKG_VERSION")));
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// What agents read before there was a standard
/// (<https://www.elastic.co/guide/en/apm/agent/java/current/config-core.html>, `use_elastic_traceparent_header`).
const ELASTIC: HeaderName = HeaderName::from_static("elastic-apm-traceparent");
const CLIENT_IP: HeaderName = HeaderName::from_static("client-ip");

/// What calls carry only if the operator asks for it.
#[derive(Clone, Debug, Default)]
pub struct Extra {
    /// `elastic-apm-traceparent` as well.
    pub elastic_traceparent: bool,
    /// `client-ip`, with this address.
    pub client_ip: Option<IpAddr>,
}

/// Puts on what every call carries. What stands there already under these names gives way, but for `accept`.
pub(crate) fn put(headers: &mut HeaderMap, extra: &Extra, entropy: &dyn Entropy) {
    headers.insert(USER_AGENT, AGENT);
    headers.entry(ACCEPT).or_insert(JSON);
    let trace = trace::current().map_or_else(|| Trace::begin(entropy), |trace| trace.next(entropy));
    let traced = [(TRACEPARENT, trace.parent()), (TRACESTATE, trace.state())];
    let elastic = extra.elastic_traceparent.then(|| (ELASTIC, trace.parent()));
    let client = extra.client_ip.map(|address| (CLIENT_IP, address.to_string()));
    for (name, value) in traced.into_iter().chain(elastic).chain(client) {
        // All of them are printable ASCII.
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    }
}
