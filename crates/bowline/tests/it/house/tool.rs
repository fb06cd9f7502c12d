//! A simulator as a process, and its control API.

use std::process::Child;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::SOON;
use super::process::{http, spawn};

/// `bowline sim …`; killed when dropped.
pub(crate) struct Tool {
    child: Child,
    pub(crate) url: String,
    /// What it said when it had started.
    pub(crate) first: Value,
}

impl Tool {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let arguments: Vec<&str> =
            ["sim"].into_iter().chain(arguments.iter().copied()).chain(["--json"]).collect();
        let (child, first) = spawn(&arguments, &[], None);
        let url = first["listening"].as_str().expect("the simulator starts").to_owned();
        Self { child, url, first }
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = http("GET", &format!("{}/_sim/{path}", self.url), &[], "").await.expect("it answers");
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.body
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Value {
        let headers = [("content-type", "application/json")];
        let url = format!("{}/_sim/{path}", self.url);
        let answer = http("POST", &url, &headers, body.to_string()).await.expect("it answers");
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.body
    }

    /// A person edits.
    pub(crate) async fn edit(&self, edit: Value) -> Value {
        self.post("edit", &edit).await
    }

    /// An item with everything the simulator knows of it.
    pub(crate) async fn item(&self, key: &str) -> Value {
        self.get(&format!("item/{key}")).await
    }

    /// Looks until an item is as wanted.
    pub(crate) async fn until(&self, key: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let started = Instant::now();
        loop {
            let item = self.item(key).await;
            if wanted(&item) {
                return item;
            }
            assert!(started.elapsed() < SOON, "{key} did not become as wanted: {item:#}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Everything works again.
    pub(crate) async fn no_faults(&self) {
        let url = format!("{}/_sim/faults", self.url);
        assert_eq!(http("DELETE", &url, &[], "").await.expect("it answers").status, 200);
    }

    /// Lets calls fail.
    pub(crate) async fn fault(&self, matching: Value, deed: Value, times: u32) {
        self.post("faults", &json!({"match": matching, "times": times, "do": deed})).await;
    }
}

impl Drop for Tool {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What was done to an item through its API, as deeds; what people did is left out.
pub(crate) fn writes(item: &Value) -> Vec<String> {
    let all = item["writes"].as_array().cloned().unwrap_or_default();
    let ours = all.iter().filter(|write| write["via"] == "api");
    ours.map(|write| write["deed"].as_str().unwrap_or_default().to_owned()).collect()
}
