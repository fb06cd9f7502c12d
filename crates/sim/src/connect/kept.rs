//! Calls to apps with their answers, as `/_sim/connect/calls` shows them.
//!
//! They are shown whole, with tokens and secrets: a test wants to send them again, and nothing here is a secret.

use std::collections::VecDeque;

use http::{HeaderMap, Response};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// How many are remembered.
const MOST: usize = 200;

/// A call that is to be made.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) url: String,
    /// The header; none where calls are not signed.
    pub(crate) authorization: Option<String>,
    pub(crate) body: Value,
}

/// What came of it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Told {
    pub(crate) status: u16,
    pub(crate) headers: Value,
    pub(crate) body: Value,
}

impl Told {
    pub(crate) fn of(answer: &Response<bytes::Bytes>) -> Self {
        let text = || Value::from(String::from_utf8_lossy(answer.body()).into_owned());
        let body = if answer.body().is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(answer.body()).unwrap_or_else(|_| text())
        };
        Self { status: answer.status().as_u16(), headers: headers(answer.headers()), body }
    }

    /// 200, 201 and 204 are success, and nothing else is.
    pub(crate) fn is_success(&self) -> bool {
        matches!(self.status, 200 | 201 | 204)
    }
}

fn headers(headers: &HeaderMap) -> Value {
    let shown = headers.iter().map(|(name, value)| {
        (name.as_str().to_owned(), Value::from(String::from_utf8_lossy(value.as_bytes()).into_owned()))
    });
    shown.collect::<Map<_, _>>().into()
}

/// A call that was made.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) id: u64,
    pub(crate) at: i64,
    pub(crate) app: String,
    pub(crate) product: &'static str,
    /// `installed` and the like; `sent` for others.
    pub(crate) event: String,
    pub(crate) request: Request,
    /// Or why there is no answer.
    pub(crate) answer: Result<Told, String>,
}

impl Kept {
    pub(crate) fn show(&self) -> Value {
        let Request { method, url, authorization, body } = &self.request;
        let (answer, error) = match &self.answer {
            Ok(told) => (json!(told), Value::Null),
            Err(error) => (Value::Null, error.as_str().into()),
        };
        json!({
            "id": self.id, "at": self.at, "app": self.app, "product": self.product, "event": self.event,
            "request": {"method": method, "url": url, "headers": {"authorization": authorization}, "body": body},
            "answer": answer, "error": error,
        })
    }

    /// What an administrator reads if it failed.
    pub(crate) fn failure(&self) -> Option<String> {
        match &self.answer {
            Ok(told) if told.is_success() => None,
            Ok(told) => Some(format!("the app answered {} to `{}`", told.status, self.event)),
            Err(error) => Some(format!("the app gave no answer to `{}`: {error}", self.event)),
        }
    }
}

/// The latest calls.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calls {
    entries: VecDeque<Kept>,
    total: u64,
}

impl Calls {
    /// Remembers one; its number is filled in.
    pub(crate) fn keep(&mut self, kept: Kept) -> Kept {
        self.total += 1;
        let kept = Kept { id: self.total, ..kept };
        if self.entries.len() >= MOST {
            self.entries.pop_front();
        }
        self.entries.push_back(kept.clone());
        kept
    }

    pub(crate) fn since(&self, id: u64) -> impl Iterator<Item = &Kept> {
        self.entries.iter().filter(move |kept| kept.id > id)
    }

    pub(crate) fn get(&self, id: u64) -> Option<&Kept> {
        self.entries.iter().find(|kept| kept.id == id)
    }
}
