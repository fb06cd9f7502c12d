//! What snapshots cost.

use anyhow::Result;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::client::Client;
use crate::proc;
use crate::program::Program;
use crate::rank::median;

/// How many snapshots are made, and how often one is restored.
const SNAPSHOTS: usize = 5;
/// How many issues are edited before each restoring.
const EDITS: usize = 100;

/// Medians over HTTP, in milliseconds.
#[derive(Debug, Serialize)]
pub(super) struct Snapshots {
    pub(super) make: f64,
    /// After [`EDITS`] edits.
    pub(super) restore: f64,
    /// Of memory, for each.
    pub(super) bytes: u64,
}

/// Makes some snapshots, and comes back to one of them after some edits each time.
pub(super) async fn measure(program: &Program, client: &Client) -> Result<Snapshots> {
    let (mut make, mut restore, before) = (Vec::new(), Vec::new(), proc::memory(program.id())?.now);
    for number in 0..SNAPSHOTS {
        let started = Instant::now();
        client.post(&format!("/_sim/snapshots/{number}"), &Value::Null).await?;
        make.push(milliseconds(started));
    }
    let bytes = proc::memory(program.id())?.now.saturating_sub(before) / SNAPSHOTS as u64;
    for number in 0..SNAPSHOTS {
        for issue in 1..=EDITS {
            let fields = json!({"summary": format!("Edited in round {number}")});
            let edit = json!({"as": "ada", "item": format!("ACME-{issue}"), "fields": fields});
            client.post("/_sim/edit", &edit).await?;
        }
        let started = Instant::now();
        client.post(&format!("/_sim/snapshots/{number}/restore"), &json!({})).await?;
        restore.push(milliseconds(started));
    }
    Ok(Snapshots { make: median(&make), restore: median(&restore), bytes })
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1_000.0
}
