//! One exchange over the network: connect to a checked address, send, read the answer up to a limit.
//!
//! Redirects are not followed, proxies of the environment are not used, and the client never repeats by itself:
//! a repeat has to be signed anew, so it is the pipeline's decision.

use std::net::SocketAddr;
use std::time::Duration;

use bowline_core::port::OutboundAnswer;
use bytes::{Bytes, BytesMut};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;

use crate::plain::{self, causes, innermost};

/// How long an unused connection is kept. Shorter than the 20 seconds after which Tomcat, which serves Jira
/// Data Center, closes one: a write on a connection that is just being closed is a write nobody knows the
/// outcome of.
const IDLE: Duration = Duration::from_secs(15);

/// How an exchange broke before there was a whole answer. The text is the innermost cause: the outer ones
/// repeat the URL, which may hold a token.
#[derive(Debug)]
pub(crate) enum Broken {
    /// No connection was made: nothing was sent.
    Unconnected(String),
    /// The other side's certificate or handshake is not acceptable: nothing was sent.
    Untrusted(String),
    /// The other side does not accept our client certificate, or misses one: the call was not looked at.
    Unproven(String),
    /// No whole answer in time.
    TimedOut,
    /// The connection ended before the answer did.
    Cut(String),
    /// The answer is larger than the limit.
    TooLarge,
}

tokio::task_local! {
    /// The checked addresses of the attempt that is being sent; see [`Checked`].
    static CHECKED: Vec<SocketAddr>;
}

/// The client's resolver: it looks nothing up and knows only the addresses the guard has just checked.
///
/// The client opens a connection inside the task that waits for it. Were that ever to change, there would be no
/// addresses here and the call would fail, not slip past the guard.
struct Checked;

impl Resolve for Checked {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses = CHECKED.try_with(Vec::clone);
        Box::pin(async move {
            let addresses = addresses.map_err(|_| "a connection was opened outside of an attempt")?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// The client, the limit of an answer, and how long to wait for the next piece of a file.
pub(crate) struct Wire {
    client: reqwest::Client,
    body_limit: usize,
    pub(crate) stall: Duration,
}

impl Wire {
    /// `connect` bounds making a connection, `exchange` everything to the last byte of the answer; `shown` and
    /// `trusted` are for the handshake.
    pub(crate) fn new(
        connect: Duration,
        exchange: Duration,
        body_limit: usize,
        shown: Option<&reqwest::Identity>,
        trusted: &[reqwest::Certificate],
    ) -> Result<Self, plain::Error> {
        let make = || {
            let client = reqwest::Client::builder()
                .dns_resolver(Checked)
                .redirect(Policy::none())
                .referer(false)
                .retry(reqwest::retry::never())
                .no_proxy()
                .pool_idle_timeout(IDLE)
                .connect_timeout(connect)
                .timeout(exchange);
            match shown {
                Some(identity) => client.identity(identity.clone()),
                None => client,
            }
        };
        let client = plain::build(make, trusted)?;
        Ok(Self { client, body_limit, stall: exchange })
    }

    /// Sends a request to one of `addresses` and reads the whole answer, whatever its status.
    pub(crate) async fn exchange(
        &self,
        request: reqwest::Request,
        addresses: Vec<SocketAddr>,
    ) -> Result<OutboundAnswer, Broken> {
        let answer = self.begun(request, addresses).await?;
        self.whole(answer).await
    }

    /// Sends a request to one of `addresses` and waits for the head of its answer.
    pub(crate) async fn begun(
        &self,
        request: reqwest::Request,
        addresses: Vec<SocketAddr>,
    ) -> Result<reqwest::Response, Broken> {
        CHECKED.scope(addresses, self.client.execute(request)).await.map_err(broken)
    }

    /// Reads the rest of an answer.
    pub(crate) async fn whole(&self, mut answer: reqwest::Response) -> Result<OutboundAnswer, Broken> {
        let body = self.body(&mut answer).await?;
        Ok(OutboundAnswer { status: answer.status(), headers: std::mem::take(answer.headers_mut()), body })
    }

    /// Reads the body piece by piece, inflated, so that a small answer cannot grow without limit.
    async fn body(&self, answer: &mut reqwest::Response) -> Result<Bytes, Broken> {
        let mut body = BytesMut::new();
        while let Some(piece) = answer.chunk().await.map_err(broken)? {
            if piece.len() > self.body_limit - body.len() {
                return Err(Broken::TooLarge);
            }
            body.extend_from_slice(&piece);
        }
        Ok(body.freeze())
    }
}

/// What became of the exchange. A server says that it wants another client certificate by an alert; with TLS 1.3 that
/// comes after the handshake, where the answer would be (RFC 8446 section 4.4.2.4).
fn broken(error: reqwest::Error) -> Broken {
    if causes(&error).filter_map(|cause| cause.downcast_ref()).any(is_about_us) {
        return Broken::Unproven(innermost(&error));
    }
    if !error.is_connect() {
        return if error.is_timeout() { Broken::TimedOut } else { Broken::Cut(innermost(&error)) };
    }
    let untrusted = causes(&error).any(|cause| cause.is::<rustls::Error>());
    if untrusted { Broken::Untrusted(innermost(&error)) } else { Broken::Unconnected(innermost(&error)) }
}

fn is_about_us(error: &rustls::Error) -> bool {
    use rustls::AlertDescription as Alert;
    let rustls::Error::AlertReceived(alert) = error else { return false };
    matches!(
        alert,
        Alert::CertificateRequired
            | Alert::NoCertificate
            | Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::UnknownCA
            | Alert::AccessDenied
    )
}
