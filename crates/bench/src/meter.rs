//! What everybody used between two moments: CPU, API calls, transactions.

use std::time::Duration;

use anyhow::Result;
use serde::Serialize;
use tokio::time::Instant;

use crate::proc::{self, Machine};
use crate::world::World;

/// A moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    at: Instant,
    service: Duration,
    jira: Duration,
    targetprocess: Duration,
    bench: Duration,
    machine: Machine,
    calls: [u64; 2],
    transactions: u64,
}

/// What was used since; times in seconds of one core.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Used {
    /// Time that passed.
    pub(crate) wall: f64,
    /// By the service.
    pub(crate) service: f64,
    /// By both simulators.
    pub(crate) tools: f64,
    /// By this program.
    pub(crate) bench: f64,
    /// By everything else: PostgreSQL, the kernel, other programs.
    pub(crate) rest: f64,
    /// What part of all cores' time something ran, 0 to 1.
    pub(crate) busy: f64,
    /// What part of all cores' time the host took away, 0 to 1.
    pub(crate) stolen: f64,
    /// API calls that Jira answered.
    pub(crate) jira_calls: u64,
    /// API calls that Targetprocess answered.
    pub(crate) targetprocess_calls: u64,
    /// Transactions made durable.
    pub(crate) transactions: u64,
}

impl World {
    /// Marks a moment.
    pub(crate) async fn mark(&self) -> Result<Mark> {
        Ok(Mark {
            calls: self.calls().await?,
            transactions: self.database.transactions().await?,
            service: proc::cpu(self.service.process())?,
            jira: proc::cpu(self.jira.process())?,
            targetprocess: proc::cpu(self.targetprocess.process())?,
            bench: proc::cpu(std::process::id())?,
            machine: proc::machine()?,
            at: Instant::now(),
        })
    }

    /// What was used since a moment.
    pub(crate) async fn used(&self, since: &Mark) -> Result<Used> {
        let now = self.mark().await?;
        let seconds = |now: Duration, then: Duration| now.saturating_sub(then).as_secs_f64();
        let service = seconds(now.service, since.service);
        let tools = seconds(now.jira, since.jira) + seconds(now.targetprocess, since.targetprocess);
        let bench = seconds(now.bench, since.bench);
        let busy = seconds(now.machine.busy, since.machine.busy);
        let stolen = seconds(now.machine.steal, since.machine.steal);
        let all = busy + stolen + seconds(now.machine.idle, since.machine.idle);
        let [jira, targetprocess] = since.calls;
        Ok(Used {
            wall: (now.at - since.at).as_secs_f64(),
            service,
            tools,
            bench,
            rest: (busy - service - tools - bench).max(0.0),
            busy: busy / all.max(f64::MIN_POSITIVE),
            stolen: stolen / all.max(f64::MIN_POSITIVE),
            jira_calls: now.calls[0] - jira,
            targetprocess_calls: now.calls[1] - targetprocess,
            transactions: now.transactions - since.transactions,
        })
    }
}

impl Used {
    /// API calls of both tools for each of so many events.
    pub(crate) fn calls_per(&self, events: usize) -> f64 {
        per(self.jira_calls + self.targetprocess_calls, events)
    }

    /// Durable transactions for each of so many events.
    pub(crate) fn transactions_per(&self, events: usize) -> f64 {
        per(self.transactions, events)
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of one run, far below what a float holds exactly")]
pub(crate) fn per(count: u64, events: usize) -> f64 {
    count as f64 / events.max(1) as f64
}
