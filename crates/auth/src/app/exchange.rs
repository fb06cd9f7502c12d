//! `connect`'s calls on their way: each under the customer that its site belongs to, so that nobody reaches what only another
//! may.

use std::sync::Arc;

use async_trait::async_trait;
use bowline_connect::exchange::{Exchange, ExchangeCall};
use bowline_core::code::STORE_UNAVAILABLE;
use bowline_core::failure::{Executed, Failure};
use bowline_core::port::{self, Exchanged};
use bowline_core::{TenantId, code};

use super::Sites;

/// Sends the calls of `connect` by the way of all others.
pub struct SiteExchange {
    exchange: Arc<dyn port::Exchange>,
    sites: Arc<Sites>,
}

impl SiteExchange {
    /// Over what sends calls to providers.
    pub fn new(exchange: Arc<dyn port::Exchange>, sites: Arc<Sites>) -> Self {
        Self { exchange, sites }
    }
}

#[async_trait]
impl Exchange for SiteExchange {
    async fn exchange(&self, call: ExchangeCall) -> Exchanged {
        let tenant = match &call.site {
            // Keys are nobody's: what one customer alone may reach is not reached.
            None => TenantId::NOBODY,
            Some(client_key) => match self.sites.tenant(client_key).await {
                Ok(Some(tenant)) => tenant,
                Ok(None) => return Exchanged::Unsent(Failure::wait(code::AUTH_APP_UNINSTALLED)),
                Err(_) => return Exchanged::Unsent(Failure::retry(STORE_UNAVAILABLE, Executed::No)),
            },
        };
        let ExchangeCall { method, url, headers, body, operation, .. } = call;
        self.exchange
            .exchange(port::ExchangeCall { tenant, method, url, headers, body, operation, handshake: None })
            .await
    }
}
