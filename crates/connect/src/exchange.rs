//! Calls that leave: the port to whatever sends them.
//!
//! It is a port of this crate's own, because a call here belongs to a site, or to none: keys are asked for before anybody is
//! known. Whoever keeps customers apart finds the customer by the site.

use async_trait::async_trait;
use bowline_core::port::Exchanged;
use bowline_core::secret::Secret;
use http::{HeaderMap, Method};

use crate::installation::ClientKey;

/// A call. It carries its own credentials, so nothing is added to it.
pub struct ExchangeCall {
    /// For which site it is; none for keys, which are nobody's.
    pub site: Option<ClientKey>,
    /// GET, POST, …
    pub method: Method,
    /// The absolute URL.
    pub url: String,
    /// Headers; those with credentials are marked as sensitive.
    pub headers: HeaderMap,
    /// The body; empty for none. It may be credentials.
    pub body: Secret,
    /// A name for metrics and logs with few values: `connect.install_key`.
    pub operation: &'static str,
}

/// Sends calls. Address guard, time-outs and limits are inside; redirections are not followed and nothing is repeated.
#[async_trait]
pub trait Exchange: Send + Sync {
    /// Sends once. Answers are at most 64 KiB.
    async fn exchange(&self, call: ExchangeCall) -> Exchanged;
}
