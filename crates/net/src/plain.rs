//! A bare HTTP client for calls between our own programs: the CLI to its API, a simulator to a webhook
//! receiver.
//!
//! No credentials, no address guard, no retries. Vendor calls never come this way: they go through the
//! pipeline.

use std::error::Error as _;
use std::io;
use std::time::Duration;

use bytes::Bytes;

/// How long an unused connection is kept: shorter than the ten seconds after which our own server closes one that waits for
/// the next request, and about as long as Node.js keeps one. A request on a connection that is just being closed gets no answer.
const IDLE: Duration = Duration::from_secs(4);

/// Why a plain call got no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing listens there, or the connection was refused or cut before an answer.
    #[error("no answer: {0}")]
    Unreachable(String),
    /// No whole answer within the time-out.
    #[error("no answer in time")]
    TimedOut,
    /// The client could not be built (no TLS roots, no resolver).
    #[error("the HTTP client cannot start: {0}")]
    Start(String),
}

/// A shared, cheap-to-clone client with one time-out for a whole exchange.
#[derive(Clone, Debug)]
pub struct Plain {
    client: reqwest::Client,
}

impl Plain {
    /// A client whose calls take at most `timeout` from connect to the last byte.
    pub fn new(timeout: Duration) -> Result<Self, Error> {
        let redirect = reqwest::redirect::Policy::none;
        let make = || {
            let client = reqwest::Client::builder().timeout(timeout).redirect(redirect()).no_proxy();
            client.pool_idle_timeout(IDLE)
        };
        let client = build(make, &[])?;
        Ok(Self { client })
    }

    /// Sends a request with an absolute URL and reads the whole answer, whatever its status.
    pub async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, Error> {
        let request = reqwest::Request::try_from(request).map_err(|error| unreachable(&error))?;
        let answer = self.client.execute(request).await.map_err(|error| unreachable(&error))?;
        let mut response = http::Response::new(Bytes::new());
        *response.status_mut() = answer.status();
        *response.headers_mut() = answer.headers().clone();
        *response.body_mut() = answer.bytes().await.map_err(|error| unreachable(&error))?;
        Ok(response)
    }

    /// Sends a request and hands over the body piece by piece: for event streams that never end.
    pub async fn stream(&self, request: http::Request<Bytes>) -> Result<Stream, Error> {
        let request = reqwest::Request::try_from(request).map_err(|error| unreachable(&error))?;
        self.client.execute(request).await.map(Stream).map_err(|error| unreachable(&error))
    }
}

/// An answer whose body is still arriving.
#[derive(Debug)]
pub struct Stream(reqwest::Response);

impl Stream {
    /// The answer's status.
    pub fn status(&self) -> http::StatusCode {
        self.0.status()
    }

    /// The next piece of the body; `None` at its end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        self.0.chunk().await.map_err(|error| unreachable(&error))
    }
}

fn unreachable(error: &reqwest::Error) -> Error {
    if error.is_timeout() { Error::TimedOut } else { Error::Unreachable(innermost(error)) }
}

/// Builds a client that trusts the certificate authorities of this machine, and these.
///
/// A machine without any (a bare container) is no reason not to start: plain http inside an allowed network
/// still works, and every https call is refused as untrusted until authorities are installed.
pub(crate) fn build(
    client: impl Fn() -> reqwest::ClientBuilder,
    authorities: &[reqwest::Certificate],
) -> Result<reqwest::Client, Error> {
    let ours = || authorities.iter().cloned();
    let usual = if authorities.is_empty() { client() } else { client().tls_certs_merge(ours()) };
    usual
        .build()
        .or_else(|error| {
            tracing::warn!(
                cause = innermost(&error),
                "no certificate authorities; https calls will be refused"
            );
            client().tls_certs_only(ours()).build()
        })
        .map_err(|error| Error::Start(innermost(&error)))
}

/// The deepest cause: the outer ones repeat the URL, which may hold a token.
pub(crate) fn innermost(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(|| "the request is not valid".to_owned(), ToString::to_string)
}

/// All causes, outermost first. An I/O error may wrap another error without naming it as its source.
pub(crate) fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    std::iter::successors(error.source(), |&cause| {
        match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => cause.source(),
        }
    })
}
