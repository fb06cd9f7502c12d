//! Calls that are made at once and whose answer somebody waits for: of pages, of the clock, and those of tests. They are kept
//! whole, with tokens: a test wants to send them again, and nothing here is a secret.

use std::collections::VecDeque;
use std::time::Duration;

use bowline_net::plain::Plain;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method};
use serde_json::{Map, Value, json};

/// How many are remembered.
const MOST: usize = 200;

/// A call that is to be made.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) app: String,
    /// `page`, `hourly` or `sent`.
    pub(super) kind: &'static str,
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) token: Option<String>,
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
    /// How long the remote may take.
    pub(super) patience: Duration,
}

/// The latest calls with what came of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Calls {
    entries: VecDeque<Value>,
    total: u64,
}

impl Calls {
    /// Remembers one; its number is filled in.
    pub(super) fn keep(&mut self, mut call: Value) -> Value {
        self.total += 1;
        if let Some(members) = call.as_object_mut() {
            members.insert("id".to_owned(), self.total.into());
        }
        if self.entries.len() >= MOST {
            self.entries.pop_front();
        }
        self.entries.push_back(call.clone());
        call
    }

    pub(super) fn all(&self) -> Vec<Value> {
        self.entries.iter().cloned().collect()
    }
}

impl Call {
    /// Makes it; what was sent and what came of it, as it is shown.
    pub(super) async fn make(self, client: &Plain, at: i64) -> Value {
        let mut sent = self.headers.clone();
        let bearer =
            self.token.as_ref().and_then(|token| HeaderValue::try_from(format!("Bearer {token}")).ok());
        sent.extend(bearer.map(|bearer| (AUTHORIZATION, bearer)));
        let answer = self.send(client, &sent).await;
        let (answer, error) = match answer {
            Ok(answer) => (answer, Value::Null),
            Err(error) => (Value::Null, error.into()),
        };
        json!({
            "at": at, "app": self.app, "kind": self.kind,
            "request": {"method": self.method.as_str(), "url": self.url, "headers": shown(&sent), "body": self.body},
            "answer": answer, "error": error,
        })
    }

    async fn send(&self, client: &Plain, headers: &HeaderMap) -> Result<Value, String> {
        let body = if self.body.is_null() { Bytes::new() } else { self.body.to_string().into() };
        let mut request = http::Request::builder()
            .method(self.method.clone())
            .uri(&self.url)
            .body(body)
            .map_err(|error| error.to_string())?;
        request.headers_mut().extend(headers.clone());
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let answer = tokio::time::timeout(self.patience, client.send(request)).await;
        let answer =
            answer.map_err(|_| "no answer in time".to_owned())?.map_err(|error| error.to_string())?;
        let text = || Value::from(String::from_utf8_lossy(answer.body()).into_owned());
        let body = match answer.body().is_empty() {
            true => Value::Null,
            false => serde_json::from_slice(answer.body()).unwrap_or_else(|_| text()),
        };
        Ok(json!({"status": answer.status().as_u16(), "headers": shown(answer.headers()), "body": body}))
    }
}

fn shown(headers: &HeaderMap) -> Value {
    let text = |value: &HeaderValue| Value::from(String::from_utf8_lossy(value.as_bytes()).into_owned());
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect::<Map<_, _>>().into()
}
