//! A simulator as a process, and its control API.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::client::Client;
use crate::program::Program;

/// `bowline sim …`.
#[derive(Debug)]
pub(crate) struct Tool {
    program: Program,
    pub(crate) client: Client,
}

/// What a tool says of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) title: String,
    /// Milliseconds since 1970, by this machine's clock.
    pub(crate) updated: i64,
}

impl Tool {
    /// Starts one without items beyond what it cannot do without.
    pub(crate) fn start(binary: &Path, which: &[&str], log: &Path) -> Result<Self> {
        let arguments: Vec<&str> = ["sim"].iter().chain(which).chain(&["--json"]).copied().collect();
        let mut program = Program::start(binary, &arguments, &[], log)?;
        let first = program.first_line()?;
        let url = first["listening"].as_str().context("the simulator does not say where it listens")?;
        Ok(Self { client: Client::new(url.to_owned(), None)?, program })
    }

    pub(crate) fn process(&self) -> u32 {
        self.program.id()
    }

    pub(crate) fn url(&self) -> &str {
        self.client.base()
    }

    /// A person edits.
    pub(crate) async fn edit(&self, edit: &Value) -> Result<Value> {
        self.client.post("/_sim/edit", edit).await
    }

    /// How many API calls it has answered.
    pub(crate) async fn calls(&self) -> Result<u64> {
        let state = self.client.get("/_sim/state").await?;
        state.pointer("/received/requests").and_then(Value::as_u64).context("no count of requests")
    }

    /// The calls after the first so many, as method and path; it remembers the last 2,000.
    pub(crate) async fn calls_since(&self, count: u64) -> Result<Vec<(String, String)>> {
        let answer = self.client.get(&format!("/_sim/requests?since={count}")).await?;
        let text = |call: &Value, name: &str| call[name].as_str().unwrap_or_default().to_owned();
        let calls = answer["requests"].as_array().into_iter().flatten();
        Ok(calls.map(|call| (text(call, "method"), text(call, "path"))).collect())
    }

    /// All items by key.
    pub(crate) async fn items(&self) -> Result<HashMap<String, Shown>> {
        let answer = self.client.get("/_sim/items").await?;
        let text = |item: &Value, name: &str| item[name].as_str().unwrap_or_default().to_owned();
        let items = answer["items"].as_array().into_iter().flatten();
        let shown = |item: &Value| Shown {
            title: text(item, "title"),
            updated: item["updated"].as_i64().unwrap_or_default(),
        };
        Ok(items.map(|item| (text(item, "key"), shown(item))).collect())
    }

    /// Keeps webhooks back from now on.
    pub(crate) async fn hold_hooks(&self) -> Result<()> {
        // More than are ever made in a run, so that none goes by itself.
        let rule = json!({"do": {"kind": "hook_reorder", "hold": 1_000_000_000}});
        self.client.post("/_sim/faults", &rule).await.map(drop)
    }

    /// Lets all webhooks go that were kept back, one after the other, and all later ones.
    pub(crate) async fn release_hooks(&self) -> Result<()> {
        self.client.delete("/_sim/faults").await.map(drop)
    }
}
