//! One simulator as the demo sees it: people edit there, and every claim is checked by reading there.

use std::time::Duration;

use bowline_net::plain::Plain;
use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};
use tokio::time::Instant;

/// How long one answer of a simulator may take; longer than it is ever asked to wait.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long one wait for the next webhook lasts before the item is looked at anyway.
const NEXT_HOOK_MS: u32 = 500;

/// A simulator's control API.
#[derive(Clone, Debug)]
pub(super) struct Site {
    plain: Plain,
    pub(super) url: String,
}

impl Site {
    pub(super) fn new(url: String) -> Result<Self, String> {
        let plain = Plain::new(PATIENCE).map_err(|error| error.to_string())?;
        Ok(Self { plain, url })
    }

    async fn call(&self, method: Method, path: &str, body: &Value) -> Result<Value, String> {
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        let request = Request::builder()
            .method(method)
            .uri(format!("{}/_sim/{path}", self.url))
            .header("content-type", "application/json")
            .body(body)
            .map_err(|error| error.to_string())?;
        let answer = self.plain.send(request).await.map_err(|error| format!("{path}: {error}"))?;
        let text = String::from_utf8_lossy(answer.body());
        if !answer.status().is_success() {
            return Err(format!("{path}: {} {text}", answer.status()));
        }
        serde_json::from_str(&text).map_err(|error| format!("{path}: {error}"))
    }

    pub(super) async fn get(&self, path: &str) -> Result<Value, String> {
        self.call(Method::GET, path, &Value::Null).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value, String> {
        self.call(Method::POST, path, body).await
    }

    /// An item as it is now, by its key or id.
    pub(super) async fn item(&self, key: &str) -> Result<Value, String> {
        self.get(&format!("item/{key}")).await
    }

    /// A person edits; the webhook that tells of it must get through.
    pub(super) async fn edit(&self, edit: &Value) -> Result<Value, String> {
        let since = self.last_hook().await?;
        let done = self.quiet_edit(edit).await?;
        let path = format!("webhooks?since={since}&wait_ms={}", 10 * NEXT_HOOK_MS);
        let sent = self.get(&path).await?;
        match sent.pointer("/webhooks/0/fate").and_then(Value::as_str) {
            Some("delivered") => Ok(done),
            fate => Err(format!(
                "the webhook of the edit did not get through: {}",
                fate.unwrap_or("none was sent")
            )),
        }
    }

    /// A person edits; whatever becomes of the webhook.
    pub(super) async fn quiet_edit(&self, edit: &Value) -> Result<Value, String> {
        self.post("edit", edit).await
    }

    /// The id of the newest webhook.
    async fn last_hook(&self) -> Result<u64, String> {
        let answer = self.get("webhooks?since=999999999").await?;
        Ok(answer.get("last").and_then(Value::as_u64).unwrap_or_default())
    }

    /// Waits until an item is as wanted. Every write is told of by a webhook, so the log of webhooks says when to look.
    pub(super) async fn until(
        &self,
        key: &str,
        within: Duration,
        wanted: impl Fn(&Value) -> bool,
    ) -> Result<Value, String> {
        let (started, mut since) = (Instant::now(), self.last_hook().await?);
        loop {
            let item = self.item(key).await?;
            if wanted(&item) {
                return Ok(item);
            }
            if started.elapsed() > within {
                return Err(format!(
                    "{key} did not become as wanted within {} s: {}",
                    within.as_secs(),
                    brief(&item)
                ));
            }
            let next = self.get(&format!("webhooks?since={since}&wait_ms={NEXT_HOOK_MS}")).await?;
            since = next.get("last").and_then(Value::as_u64).unwrap_or(since);
        }
    }

    /// Lets the next call of a kind fail.
    pub(super) async fn fault(&self, matching: &Value, deed: &Value) -> Result<Value, String> {
        let rules = self.post("faults", &json!({"match": matching, "times": 1, "do": deed})).await?;
        let last = rules.pointer("/faults").and_then(Value::as_array).and_then(|rules| rules.last().cloned());
        Ok(last.and_then(|rule| rule.get("id").cloned()).unwrap_or_default())
    }

    /// How often a fault struck.
    pub(super) async fn struck(&self, fault: &Value) -> Result<u64, String> {
        let rules = self.get("faults").await?;
        let rules = rules.get("faults").and_then(Value::as_array).cloned().unwrap_or_default();
        let rule = rules.iter().find(|rule| rule["id"] == *fault);
        Ok(rule.and_then(|rule| rule["struck"].as_u64()).unwrap_or_default())
    }

    /// Lets webhooks through, or swallows them all.
    pub(super) async fn block_hooks(&self, blocked: bool) -> Result<(), String> {
        self.post("hooks", &json!({"blocked": blocked})).await.map(drop)
    }
}

/// Every write that did not come from a person, as `deed` words.
pub(super) fn writes(item: &Value) -> Vec<String> {
    let all = item["writes"].as_array().cloned().unwrap_or_default();
    let ours = all.iter().filter(|write| write["via"] == "api");
    ours.filter_map(|write| write["deed"].as_str().map(str::to_owned)).collect()
}

/// What a person would see of an item.
fn brief(item: &Value) -> String {
    json!({"title": item["title"], "state": item["state"], "comments": item["comments"].as_array().map(Vec::len)}).to_string()
}
