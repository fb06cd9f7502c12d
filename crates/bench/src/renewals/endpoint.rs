//! A provider of tokens that takes its time and little of the machine's: HTTP/1.1 with one kind of answer.
//!
//! It keeps the rules that matter for a count: a refresh token works once, and its successor is a new one.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The largest request that is read.
const LARGEST: usize = 64 << 10;

/// What it was asked.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// Renewals given.
    pub(crate) renewed: usize,
    /// Refresh tokens that were used before, or that nobody gave.
    pub(crate) refused: usize,
    /// Requests under way, now and at most.
    pub(crate) under_way: (usize, usize),
}

#[derive(Default)]
struct Inner {
    counts: Counts,
    /// By family: which of its refresh tokens is next.
    generations: HashMap<u32, u32>,
}

/// A running endpoint; gone when dropped.
pub(crate) struct Endpoint {
    pub(crate) address: SocketAddr,
    inner: Arc<Mutex<Inner>>,
    task: JoinHandle<()>,
}

/// The refresh token of a family, so many renewals after its consent.
pub(crate) fn refresh_token(family: u32, generation: u32) -> String {
    format!("refresh-{family}-{generation}")
}

impl Endpoint {
    pub(crate) async fn start(latency: Duration) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let (address, inner) = (listener.local_addr()?, Arc::new(Mutex::new(Inner::default())));
        let shared = Arc::clone(&inner);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let inner = Arc::clone(&shared);
                // A connection that breaks is the caller's to make again.
                tokio::spawn(async move { serve(stream, &inner, latency).await.ok() });
            }
        });
        Ok(Self { address, inner, task })
    }

    pub(crate) fn counts(&self) -> Counts {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).counts
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(stream: TcpStream, inner: &Mutex<Inner>, latency: Duration) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    while let Some(body) = request(&mut stream).await? {
        let lock = || inner.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = {
            let mut inner = lock();
            let (now, most) = &mut inner.counts.under_way;
            *now += 1;
            *most = (*most).max(*now);
            inner.renew(&body)
        };
        tokio::time::sleep(latency).await;
        let (status, body) = match answer {
            Some(tokens) => ("200 OK", tokens),
            None => ("403 Forbidden", json!({"error": "invalid_grant"})),
        };
        let (body, length) = (body.to_string(), body.to_string().len());
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
        );
        lock().counts.under_way.0 -= 1;
        stream.get_mut().write_all(format!("{head}{body}").as_bytes()).await?;
    }
    Ok(())
}

/// The body of the next request; `None` at the end of the connection.
async fn request(stream: &mut BufReader<TcpStream>) -> Result<Option<Vec<u8>>> {
    let (mut line, mut length) = (String::new(), 0);
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse::<usize>()?.min(LARGEST);
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok(Some(body))
}

impl Inner {
    fn renew(&mut self, body: &[u8]) -> Option<Value> {
        let given = self.next(body);
        match given {
            Some(_) => self.counts.renewed += 1,
            None => self.counts.refused += 1,
        }
        let (family, generation) = given?;
        Some(json!({
            "access_token": format!("access-{family}-{generation}"),
            "refresh_token": refresh_token(family, generation),
            "expires_in": 3_600,
            "scope": "read:jira-work offline_access",
        }))
    }

    fn next(&mut self, body: &[u8]) -> Option<(u32, u32)> {
        let asked: Value = serde_json::from_slice(body).ok()?;
        let mut parts = asked.get("refresh_token")?.as_str()?.strip_prefix("refresh-")?.split('-');
        let (family, generation) = (parts.next()?.parse().ok()?, parts.next()?.parse::<u32>().ok()?);
        let current = self.generations.entry(family).or_default();
        (*current == generation).then_some(())?;
        *current += 1;
        Some((family, *current))
    }
}

/// Where it is.
pub(crate) fn url(endpoint: &Endpoint) -> Result<String> {
    let url = format!("http://{}", endpoint.address);
    url.parse::<http::Uri>().context("an address of this machine")?;
    Ok(url)
}
