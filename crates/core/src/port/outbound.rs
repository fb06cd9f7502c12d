//! Calls to vendors. An adapter says what to send; `net` sends it; `auth` signs it. The adapter never sees a
//! secret.

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method, StatusCode};

use crate::attribution::{Attribution, Heard};
use crate::connection::Connection;
use crate::failure::Failure;
use crate::id::{SecretId, TenantId};
use crate::port::StoreError;
use crate::secret::Secret;

/// A call, without credentials. `Debug` shows neither query, headers nor body: they may hold what an item says.
#[derive(Clone)]
pub struct OutboundCall {
    /// GET, POST, …
    pub method: Method,
    /// Path and query below the connection's base URL, starting with `/`.
    pub path: String,
    /// Headers beyond those that every call has.
    pub headers: HeaderMap,
    /// The body; empty for none.
    pub body: Bytes,
    /// A name for metrics and logs with few values: `jira.issue.get`.
    pub operation: &'static str,
    /// What it is about, if the vendor limits calls by that: an issue, as it stands in the path.
    pub subject: Option<String>,
    /// Whether sending it twice does no harm, so that it may be repeated without looking first. Reads are; a
    /// search by POST is too.
    pub repeatable: bool,
    /// Who waits for the answer.
    pub asker: Asker,
}

/// Who waits for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// A person: if no connection can be made, that is the answer, and it is told at once.
    Person,
    /// Work: it would only be tried again, so the call is repeated first.
    Work,
}

impl fmt::Debug for OutboundCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.split('?').next().unwrap_or_default();
        write!(f, "{} {} {path} ({} bytes)", self.operation, self.method, self.body.len())
    }
}

/// What came back, whatever its status. `Debug` shows neither headers nor body.
#[derive(Clone)]
pub struct OutboundAnswer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl OutboundAnswer {
    /// Whether the body is an HTML page, by its declared type or, where none is declared, by its first characters.
    pub fn is_page(&self) -> bool {
        let begins = |text: &[u8], with: &str| {
            text.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with.as_bytes()))
        };
        let body = self.body.trim_ascii_start();
        match self.headers.get(CONTENT_TYPE) {
            Some(kind) => {
                let kind = kind.as_bytes();
                !body.is_empty() && (begins(kind, "text/html") || begins(kind, "application/xhtml"))
            }
            None => begins(body, "<!doctype html") || begins(body, "<html"),
        }
    }
}

impl fmt::Debug for OutboundAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes)", self.status, self.body.len())
    }
}

/// Sends calls: address guard, credentials, time-outs, limits and repeats are inside.
#[async_trait]
pub trait Outbound: Send + Sync {
    /// Sends one call and reads the whole answer.
    ///
    /// Answers of 2xx, 3xx and most 4xx are returned for the adapter to judge. What the adapter cannot judge
    /// is a [`Failure`]: no connection, time-out, 429, 5xx after the allowed repeats, 401, and answers that are
    /// not from the tool at all.
    async fn send(&self, connection: &Connection, call: OutboundCall) -> Result<OutboundAnswer, Failure>;
}

/// Why a call could not be signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The credential cannot be opened.
    #[error("the credential cannot be opened")]
    Sealed(#[source] crate::port::SealError),
    /// The connection has no credential stored.
    #[error("the connection has no credential")]
    Missing,
    /// There is no token that could be shown, for now or until a person helps.
    #[error("there is no token: {}", .0.code)]
    NoToken(Failure),
    /// The credential cannot be put into a request.
    #[error("the credential has characters that no request can carry")]
    Unfit,
}

/// What is shown and trusted while a connection is made. Whoever makes connections keeps those of one handshake apart from
/// those of any other. Without `Debug`: it holds a key.
#[derive(Clone)]
pub struct Handshake {
    /// Whose it is: connections of one customer never serve another.
    pub tenant: TenantId,
    /// The certificates and the key that prove us, in PEM, and what they are known by.
    pub certificate: Option<(SecretId, Secret)>,
    /// Certificate authorities that are trusted beside those of the machine, in PEM.
    pub authorities: Option<String>,
}

/// Puts a connection's credential into a request, once for every attempt, after the address was checked; and reads
/// what the answer says about it, for who knows the one knows the other.
#[async_trait]
pub trait Signer: Send + Sync {
    /// Adds what proves who we are: a header, a query parameter, a signature.
    async fn sign(
        &self,
        connection: &Connection,
        request: &mut http::Request<Bytes>,
    ) -> Result<(), SignError>;

    /// What the connection is to be made with; `None` if nothing is its own.
    async fn handshake(&self, connection: &Connection) -> Result<Option<Handshake>, SignError>;

    /// The app that a connection's calls are made by, if what an app may do is counted over all sites that it calls: an id
    /// that is the same wherever it is the same app. It may be asked before every call.
    async fn payer(&self, connection: &Connection) -> Result<Option<String>, StoreError> {
        let _ = connection;
        Ok(None)
    }

    /// Whom an answer blames; `None` if the way in is in order and the answer is the adapter's to judge. What it says of
    /// the tool's clock may be remembered for the next signature.
    fn attribute(&self, connection: &Connection, heard: &Heard<'_>) -> Option<Attribution>;
}

/// A call to a provider of tokens. It carries its own credentials, so nothing is added to it.
pub struct ExchangeCall {
    /// Whose call it is: what one customer may reach is not for another.
    pub tenant: TenantId,
    /// POST, or GET for asking what a token reaches.
    pub method: Method,
    /// The absolute URL.
    pub url: String,
    /// Headers; those with credentials are marked as sensitive.
    pub headers: HeaderMap,
    /// The body: credentials.
    pub body: Secret,
    /// A name for metrics and logs with few values: `oauth.refresh`.
    pub operation: &'static str,
    /// What the connection is to be made with, if anything is its own.
    pub handshake: Option<Handshake>,
}

/// What came of a call to a provider. Whether it may have arrived decides whether a refresh token is still good.
#[derive(Debug)]
pub enum Exchanged {
    /// An answer, whatever its status.
    Answer(OutboundAnswer),
    /// Nothing was sent.
    Unsent(Failure),
    /// It may have been carried out; the answer is lost.
    Unsure(Failure),
}

/// Sends calls to providers of tokens: address guard, time-outs and limits are inside, repeats are not.
#[async_trait]
pub trait Exchange: Send + Sync {
    /// Sends once. Answers are at most 64 KiB.
    async fn exchange(&self, call: ExchangeCall) -> Exchanged;
}
