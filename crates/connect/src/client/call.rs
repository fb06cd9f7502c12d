//! A call to a site.

use std::sync::Arc;

use bowline_core::port::{Clock, Exchanged, OutboundAnswer};
use bowline_core::secret::Secret;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method};
use url::Url;

use super::Error;
use super::user::{Grant, UserTokens};
use crate::exchange::{Exchange, ExchangeCall};
use crate::installation::Installation;
use crate::qsh;
use crate::token::app_token;

/// In whose name a call is made.
#[derive(Clone, Copy, Debug)]
pub enum Identity<'a> {
    /// The app's own.
    App,
    /// A user's, who must be one of the site.
    User(Grant<'a>),
}

/// A call below a site's base URL. `Debug` shows no body.
#[derive(Clone)]
pub struct HostCall<'a> {
    /// GET, POST, …
    pub method: Method,
    /// Path and query, beginning with `/`, without the path of the base URL: `/rest/api/3/issue/ACME-7`.
    pub path: &'a str,
    /// The body as JSON; empty for none.
    pub body: Vec<u8>,
    /// A name for metrics and logs with few values: `jira.comment.create`.
    pub operation: &'static str,
}

impl<'a> HostCall<'a> {
    /// A GET.
    pub const fn get(path: &'a str, operation: &'static str) -> Self {
        Self { method: Method::GET, path, body: Vec::new(), operation }
    }
}

/// Calls sites. Every attempt is signed anew.
pub struct Client {
    exchange: Arc<dyn Exchange>,
    clock: Arc<dyn Clock>,
    app_key: String,
    user_agent: HeaderValue,
    users: UserTokens,
}

impl Client {
    /// For the app of this key; `users` gets the tokens of users. `None` for a key that no header can carry.
    pub fn new(
        exchange: Arc<dyn Exchange>,
        clock: Arc<dyn Clock>,
        app_key: &str,
        users: UserTokens,
    ) -> Option<Self> {
        let agent = concat!("bowline-connect/", env!("CARGO_PKG_VERSION"));
        let user_agent = HeaderValue::from_str(&format!("{agent} ({app_key})")).ok()?;
        Some(Self { exchange, clock, app_key: app_key.to_owned(), user_agent, users })
    }

    /// Makes a call. Answers of every status but a redirection are the caller's to judge.
    pub async fn send(
        &self,
        installation: &Installation,
        identity: Identity<'_>,
        call: HostCall<'_>,
    ) -> Result<OutboundAnswer, Error> {
        if call.method == Method::GET && !call.body.is_empty() {
            return Err(Error::Unfit("a GET has no body"));
        }
        let url = below(installation, call.path)?;
        let headers = self.headers(installation, identity, &call, &url).await?;
        let HostCall { method, body, operation, .. } = call;
        let exchange = ExchangeCall {
            method,
            url: url.into(),
            headers,
            body: Secret::new(body),
            operation,
            site: Some(installation.client_key.clone()),
        };
        match self.exchange.exchange(exchange).await {
            // A renamed site answers with the new address; following would send the signature of one host to another, and
            // turn a POST into a GET.
            Exchanged::Answer(answer) if answer.status.is_redirection() => Err(Error::Moved(answer.status)),
            Exchanged::Answer(answer) => Ok(answer),
            Exchanged::Unsent(failure) => Err(Error::Unsent(failure)),
            Exchanged::Unsure(failure) => Err(Error::Unsure(failure)),
        }
    }

    /// The app's key.
    pub(super) fn app_key(&self) -> &str {
        &self.app_key
    }

    async fn headers(
        &self,
        installation: &Installation,
        identity: Identity<'_>,
        call: &HostCall<'_>,
        url: &Url,
    ) -> Result<HeaderMap, Error> {
        let secret =
            installation.secret.as_ref().filter(|_| installation.is_live()).ok_or(Error::NotInstalled)?;
        let unfit = |_| Error::Unfit("the token does not fit into a header");
        let authorization = match identity {
            Identity::App => {
                let site = Url::parse(&installation.base_url).map_err(|_| qsh::Error::Url)?;
                let now = self.clock.now();
                let token = app_token(&self.app_key, secret, &call.method, url, &site, now)?;
                token.authorization().map_err(unfit)?
            }
            Identity::User(grant) => {
                let token = self.users.get(installation, grant).await?;
                let text = format!("Bearer {}", token.expose_text());
                let mut value = HeaderValue::from_str(&text).map_err(unfit)?;
                value.set_sensitive(true);
                value
            }
        };
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, authorization);
        headers.insert(USER_AGENT, self.user_agent.clone());
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if !call.body.is_empty() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        Ok(headers)
    }
}

/// The URL of a path below the site. Whatever is in the path, host and base stay.
fn below(installation: &Installation, path: &str) -> Result<Url, Error> {
    if !path.starts_with('/') {
        return Err(Error::Unfit("the path does not begin with a slash"));
    }
    let base = installation.base_url.trim_end_matches('/');
    let url = Url::parse(&format!("{base}{path}")).map_err(|_| qsh::Error::Url)?;
    let site = Url::parse(base).map_err(|_| qsh::Error::Url)?;
    // `..` was taken out by the parser and may have left the base; user and host cannot come from behind a slash.
    qsh::outgoing(&Method::GET, &url, &site)?;
    Ok(url)
}

impl std::fmt::Debug for HostCall<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = self.path.split('?').next().unwrap_or_default();
        write!(f, "{} {} {path} ({} bytes)", self.operation, self.method, self.body.len())
    }
}
