//! A small HTTP client with somebody's credentials.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bowline_net::plain::{Error, Plain};
use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use serde_json::Value;

/// How long a test waits for anything before it fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Clone)]
pub(crate) struct Client {
    plain: Plain,
    base: String,
    authorization: Option<String>,
    /// Other headers, sent each time.
    headers: Vec<(&'static str, String)>,
}

pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    /// The body as JSON; `null` when there is none.
    pub(crate) fn json(&self) -> Value {
        if self.body.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&self.body).expect("a JSON body")
        }
    }

    /// The body as JSON, after a look at the status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        self.json()
    }
}

impl Client {
    /// Nobody in particular.
    pub(crate) fn anonymous(base: &str) -> Self {
        Self {
            plain: Plain::new(PATIENCE).expect("a client"),
            base: base.to_owned(),
            authorization: None,
            headers: Vec::new(),
        }
    }

    /// Somebody with Basic credentials.
    pub(crate) fn basic(base: &str, user: &str, secret: &str) -> Self {
        Self::anonymous(base).with(format!("Basic {}", STANDARD.encode(format!("{user}:{secret}"))))
    }

    /// The same client with another `Authorization`.
    pub(crate) fn with(mut self, authorization: String) -> Self {
        self.authorization = Some(authorization);
        self
    }

    /// The same client with one more header.
    pub(crate) fn and(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Sends bytes and hands over whatever comes back.
    pub(crate) async fn send(&self, method: Method, path: &str, body: Bytes) -> Result<Reply, Error> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if !body.is_empty() && !self.headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/json");
        }
        let answer = self.plain.send(request.body(body).expect("a request")).await?;
        let (head, body) = answer.into_parts();
        Ok(Reply { status: head.status.as_u16(), headers: head.headers, body })
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, Bytes::new()).await.expect("an answer")
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, Bytes::new()).await.expect("an answer")
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, body.to_string().into()).await.expect("an answer")
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PUT, path, body.to_string().into()).await.expect("an answer")
    }
}

/// Text as it stands in a query.
pub(crate) fn encode(text: &str) -> String {
    text.bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            },
        )
        .collect()
}
