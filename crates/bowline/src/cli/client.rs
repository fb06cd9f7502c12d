//! The command line as a client of the API: it can do nothing that the API cannot.

use std::time::Duration;

use bowline_core::secret::Secret;
use bowline_net::plain::{self, Plain};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request, StatusCode};
use serde_json::Value;

use super::exit::{Exit, Failed};

/// How long a call may take. Checking a profile asks both tools, each for up to half a minute.
const PATIENCE: Duration = Duration::from_secs(90);

/// What a list reads of each page.
const PAGE: usize = 200;

/// Calls one service, as one caller, for one tenant.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    plain: Plain,
    base: String,
    token: Option<Secret>,
    tenant: Option<String>,
}

impl Client {
    pub(crate) fn new(base: &str, token: Option<Secret>, tenant: Option<String>) -> Result<Self, Failed> {
        let plain = Plain::new(PATIENCE).map_err(|error| Failed::new(Exit::Failure, error.to_string()))?;
        Ok(Self { plain, base: base.trim_end_matches('/').to_owned(), token, tenant })
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Value, Failed> {
        self.call(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Value, Failed> {
        self.call(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, Failed> {
        let answer =
            self.plain.send(self.request(method, path, body)?).await.map_err(|error| self.away(&error))?;
        let value = serde_json::from_slice(answer.body()).unwrap_or(Value::Null);
        if answer.status().is_success() { Ok(value) } else { Err(failed(answer.status(), &value)) }
    }

    /// The plain text of an answer.
    pub(crate) async fn text(&self, path: &str) -> Result<String, Failed> {
        let request = self.request(Method::GET, path, None)?;
        let answer = self.plain.send(request).await.map_err(|error| self.away(&error))?;
        let text = String::from_utf8_lossy(answer.body()).into_owned();
        if answer.status().is_success() {
            return Ok(text);
        }
        Err(failed(answer.status(), &serde_json::from_str(&text).unwrap_or(Value::Null)))
    }

    /// A stream of server-sent events.
    pub(crate) async fn stream(&self, path: &str) -> Result<plain::Stream, Failed> {
        let request = self.request(Method::GET, path, None)?;
        let stream = self.plain.stream(request).await.map_err(|error| self.away(&error))?;
        if stream.status().is_success() { Ok(stream) } else { Err(failed(stream.status(), &Value::Null)) }
    }

    /// The first entries of a list, as many as asked for, and whether there are more.
    pub(crate) async fn list(&self, path: &str, limit: usize) -> Result<(Vec<Value>, bool), Failed> {
        let mut items = Vec::new();
        let mut after = None;
        loop {
            let joint = if path.contains('?') { '&' } else { '?' };
            let size = PAGE.min(limit.saturating_sub(items.len())).max(1);
            let from = after.as_deref().map(|after| format!("&after={after}")).unwrap_or_default();
            let mut page = self.get(&format!("{path}{joint}limit={size}{from}")).await?;
            if let Some(Value::Array(some)) = page.get_mut("items").map(Value::take) {
                items.extend(some);
            }
            after = page.get("next").and_then(Value::as_str).map(str::to_owned);
            if after.is_none() || items.len() >= limit {
                return Ok((items, after.is_some()));
            }
        }
    }

    fn request(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Request<Bytes>, Failed> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {}", token.expose_text()));
        }
        if let Some(tenant) = &self.tenant {
            request = request.header("bowline-tenant", tenant);
        }
        let body = match body {
            Some(body) => {
                request = request.header(CONTENT_TYPE, "application/json");
                Bytes::from(body.to_string())
            }
            None => Bytes::new(),
        };
        request.body(body).map_err(|error| Failed::usage(format!("{path} is not an address: {error}")))
    }

    fn away(&self, error: &plain::Error) -> Failed {
        let failed =
            Failed::new(Exit::Unavailable, format!("Bowline at {} does not answer: {error}", self.base));
        failed.next("start it with `bowline serve`, or name another with --server or BOWLINE_SERVER")
    }
}

/// A problem document as a failure.
fn failed(status: StatusCode, problem: &Value) -> Failed {
    let text = |key: &str| problem.get(key).and_then(Value::as_str).map(str::to_owned);
    let exit = match status.as_u16() {
        401 | 403 => Exit::Auth,
        404 => Exit::NotFound,
        409 => Exit::Conflict,
        429 => Exit::RateLimited,
        502..=504 => Exit::Unavailable,
        _ => Exit::Failure,
    };
    let mut message =
        text("detail").or_else(|| text("title")).unwrap_or_else(|| format!("HTTP status {status}"));
    for list in ["problems", "reasons"] {
        for entry in problem.get(list).and_then(Value::as_array).into_iter().flatten() {
            message.push_str("\n  ");
            message.push_str(&words(entry));
        }
    }
    Failed { exit, code: text("code"), message, remedy: text("remedy") }
}

/// One of several problems: a sentence, or a place, a sentence and a fix.
pub(crate) fn words(entry: &Value) -> String {
    let text = |key: &str| entry.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    match (entry.as_str(), text("message")) {
        (Some(text), _) => text.to_owned(),
        (None, Some(message)) => {
            let line = entry.get("line").and_then(Value::as_u64).map(|line| format!("line {line}"));
            let place = [line, text("pointer").map(|pointer| format!("({pointer})"))];
            let place = place.into_iter().flatten().collect::<Vec<_>>().join(" ");
            let place = if place.is_empty() { place } else { format!("{place}: ") };
            format!("{place}{message} {}", text("fix").unwrap_or_default()).trim_end().to_owned()
        }
        (None, None) => entry.to_string(),
    }
}

/// A name or id as part of a path.
pub(crate) fn segment(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if plain(byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
