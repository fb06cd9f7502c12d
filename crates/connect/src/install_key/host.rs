//! Atlassian's key hosts.

use std::sync::Arc;

use async_trait::async_trait;
use bowline_core::port::Exchanged;
use bowline_core::secret::Secret;
use http::{HeaderMap, Method, StatusCode};
use url::Url;

use super::{Away, InstallKeys, KeyId};
use crate::exchange::{Exchange, ExchangeCall};
use crate::jose::RsaKey;

/// Which of Atlassian's clouds the app is installed in. It is configuration: a body or a token that chose it could choose
/// keys of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Region {
    /// What customers use.
    Production,
    /// Atlassian's own tests, sites below `jira-dev.com`.
    Staging,
    /// Atlassian Government Cloud.
    Government,
}

impl Region {
    /// The hosts of install keys, in the order in which they are asked: npm `atlassian-connect-express` 11.5.3,
    /// `lib/middleware/verify-installation.js`; the second of production is the documented one.
    pub const fn key_hosts(self) -> [&'static str; 2] {
        match self {
            Self::Production => [
                "https://asap-distribution.us-west-2.prod.atl-asap.net",
                "https://connect-install-keys.atlassian.com",
            ],
            Self::Staging => [
                "https://asap-distribution.us-west-2.staging.atl-asap.net",
                "https://cs-migrations--cdn.us-east-1.staging.public.atl-paas.net",
            ],
            Self::Government => [
                "https://asap-distribution.us-west-2.prod.atl-auth-us-gov-mod.net",
                "https://cs-migrations--fedrampcdn.us-east-1.prod.cdn.atlassian-us-gov-mod.com",
            ],
        }
    }
}

/// Asks key hosts, one after the other, each time anew: put a [`super::CachedKeys`] in front.
pub struct KeyHost {
    exchange: Arc<dyn Exchange>,
    hosts: Vec<Url>,
}

impl KeyHost {
    /// `hosts` are base URLs, such as [`Region::key_hosts`]; a simulator may stand in. `None` if one is no base URL or
    /// there is none.
    pub fn new(exchange: Arc<dyn Exchange>, hosts: &[&str]) -> Option<Self> {
        let base = |host: &&str| Url::parse(host).ok().filter(Url::has_host);
        let hosts: Option<Vec<Url>> = hosts.iter().map(base).collect();
        hosts.filter(|hosts| !hosts.is_empty()).map(|hosts| Self { exchange, hosts })
    }

    /// One host's answer. Atlassian's storage answers 403 or 404 for what is not there.
    async fn ask(&self, host: &Url, kid: &KeyId) -> Result<Option<RsaKey>, Away> {
        let url = below(host, kid).ok_or_else(|| Away("the URL of the key leaves the host".to_owned()))?;
        let call = ExchangeCall {
            method: Method::GET,
            url: url.into(),
            headers: HeaderMap::new(),
            body: Secret::new(Vec::new()),
            operation: "connect.install_key",
            site: None,
        };
        let name = host.host_str().unwrap_or_default();
        match self.exchange.exchange(call).await {
            Exchanged::Answer(answer) if answer.status == StatusCode::OK => RsaKey::from_pem(&answer.body)
                .map(Some)
                .map_err(|error| Away(format!("{name} answered without a key: {error}"))),
            Exchanged::Answer(answer)
                if answer.status == StatusCode::NOT_FOUND || answer.status == StatusCode::FORBIDDEN =>
            {
                Ok(None)
            }
            Exchanged::Answer(answer) => Err(Away(format!("{name} answered {}", answer.status))),
            Exchanged::Unsent(failure) | Exchanged::Unsure(failure) => {
                Err(Away(format!("{name}: {}", failure.code)))
            }
        }
    }
}

/// The URL of a key, checked again after joining.
fn below(host: &Url, kid: &KeyId) -> Option<Url> {
    let joined = format!("{}/{}", host.as_str().trim_end_matches('/'), kid.as_str());
    let url = Url::parse(&joined).ok()?;
    (url.as_str() == joined && url.origin() == host.origin()).then_some(url)
}

#[async_trait]
impl InstallKeys for KeyHost {
    /// The first host that has the key. A key is missing only if every host says so.
    async fn find(&self, kid: &KeyId) -> Result<Option<RsaKey>, Away> {
        let mut away = None;
        for host in &self.hosts {
            match self.ask(host, kid).await {
                Ok(Some(key)) => return Ok(Some(key)),
                Ok(None) => {}
                Err(error) => away = Some(error),
            }
        }
        away.map_or(Ok(None), Err)
    }
}
