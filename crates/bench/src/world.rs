//! Everything that runs while something is measured: the service, its database, both tools, and the linked items.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::database::Database;
use crate::link::Pair;
use crate::meter::Clocks;
use crate::service::Service;
use crate::tool::Tool;

/// Work that takes longer to end has failed.
const PATIENCE: Duration = Duration::from_secs(300);

/// Everything that runs.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) service: Service,
    pub(crate) database: Database,
    pub(crate) jira: Tool,
    pub(crate) targetprocess: Tool,
    pub(crate) pairs: Vec<Pair>,
}

/// A new title for one side of a pair.
#[derive(Clone, Debug)]
pub(crate) struct Edit {
    pair: Pair,
    in_jira: bool,
    title: String,
}

impl World {
    /// One edit of each of so many pairs, on alternating sides. Every label gives new titles.
    pub(crate) fn edits(&self, label: &str, count: usize) -> Vec<Edit> {
        let edit = |(number, pair): (usize, &Pair)| Edit {
            pair: pair.clone(),
            in_jira: number % 2 == 0,
            title: format!("{label}, edit {number}"),
        };
        self.pairs.iter().enumerate().take(count).map(edit).collect()
    }

    /// A person makes an edit.
    pub(crate) async fn make(&self, edit: &Edit) -> Result<()> {
        let Edit { pair, in_jira, title } = edit;
        if *in_jira {
            let body = json!({"as": "ada", "item": pair.jira, "fields": {"summary": title}});
            self.jira.edit(&body).await?;
        } else {
            let item: u64 = pair.targetprocess.parse()?;
            let body = json!({"as": "bob", "item": item, "fields": {"Name": title}});
            self.targetprocess.edit(&body).await?;
        }
        Ok(())
    }

    /// Waits until neither tool has been called for this long and the service knows of no work. Gives the clocks
    /// shortly after the last call.
    pub(crate) async fn quiet(&self, length: Duration) -> Result<Clocks> {
        let beat = length / 5;
        let (started, mut since, mut last) = (Instant::now(), Instant::now(), self.calls().await?);
        let mut clocks = self.clocks()?;
        loop {
            tokio::time::sleep(beat).await;
            let calls = self.calls().await?;
            if calls != last {
                (since, last, clocks) = (Instant::now(), calls, self.clocks()?);
            } else if since.elapsed() >= length && self.waiting().await? == 0 {
                return Ok(clocks);
            }
            if started.elapsed() > PATIENCE {
                bail!("work does not come to an end");
            }
        }
    }

    /// How many API calls Jira and Targetprocess have answered.
    pub(crate) async fn calls(&self) -> Result<[u64; 2]> {
        Ok([self.jira.calls().await?, self.targetprocess.calls().await?])
    }

    async fn waiting(&self) -> Result<u64> {
        let status = self.service.client.get("/api/v1/status").await?;
        let count = |name: &str| status["work"][name].as_u64().context("the status does not tell the work");
        Ok(count("due")? + count("claimed")?)
    }

    /// Fails unless every edit is on both sides; gives, by the tools' own stamps, how long each took to arrive, in
    /// milliseconds.
    pub(crate) async fn arrived(&self, edits: &[Edit]) -> Result<Vec<f64>> {
        let (issues, stories) = (self.jira.items().await?, self.targetprocess.items().await?);
        let mut delays = Vec::with_capacity(edits.len());
        for Edit { pair, in_jira, title } in edits {
            let (Some(issue), Some(story)) = (issues.get(&pair.jira), stories.get(&pair.targetprocess))
            else {
                bail!("{} or {} is gone", pair.jira, pair.targetprocess);
            };
            if issue.title != *title || story.title != *title {
                bail!(
                    "`{title}` did not arrive: {} and {}: {}",
                    pair.jira,
                    pair.targetprocess,
                    self.told().await
                );
            }
            let took = if *in_jira { story.updated - issue.updated } else { issue.updated - story.updated };
            delays.push(Duration::from_millis(took.unsigned_abs()).as_secs_f64() * 1_000.0);
        }
        Ok(delays)
    }

    /// What the service says about itself, for a message.
    async fn told(&self) -> String {
        let findings = self.service.client.get("/api/v1/findings").await.unwrap_or(Value::Null);
        format!("findings {}", findings["items"])
    }
}
