//! What everybody used between two moments: CPU, API calls, transactions.

use std::time::Duration;

use anyhow::Result;
use serde::Serialize;
use tokio::time::Instant;

use crate::proc::{self, Machine};
use crate::world::World;

/// CPU times as they were at a moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clocks {
    at: Instant,
    service: Duration,
    tools: Duration,
    postgres: Duration,
    bench: Duration,
    machine: Machine,
}

/// A moment to count from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    clocks: Clocks,
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
    /// By PostgreSQL, if it runs on this machine.
    pub(crate) postgres: f64,
    /// By this program.
    pub(crate) bench: f64,
    /// By everybody else: other programs, the kernel's own threads.
    pub(crate) others: f64,
    /// What part of all cores' time something ran, 0 to 1.
    pub(crate) busy: f64,
    /// What part of all cores' time the host took away, 0 to 1.
    pub(crate) stolen: f64,
    /// API calls that both tools answered.
    pub(crate) calls: u64,
    /// Transactions made durable.
    pub(crate) transactions: u64,
}

impl World {
    /// Reads all CPU times.
    pub(crate) fn clocks(&self) -> Result<Clocks> {
        Ok(Clocks {
            service: proc::cpu(self.service.process())?,
            tools: proc::cpu(self.jira.process())? + proc::cpu(self.targetprocess.process())?,
            postgres: proc::cpu_of_all("postgres")?,
            bench: proc::cpu(std::process::id())?,
            machine: proc::machine()?,
            at: Instant::now(),
        })
    }

    /// Marks a moment.
    pub(crate) async fn mark(&self) -> Result<Mark> {
        let (calls, transactions) = (self.calls().await?, self.database.transactions().await?);
        Ok(Mark { clocks: self.clocks()?, calls, transactions })
    }

    /// What was used since a moment: CPU until these clocks were read, calls and transactions until now.
    pub(crate) async fn used(&self, since: &Mark, until: &Clocks) -> Result<Used> {
        let then = &since.clocks;
        let of = |clock: fn(&Clocks) -> Duration| clock(until).saturating_sub(clock(then)).as_secs_f64();
        let (service, tools, bench) = (of(|at| at.service), of(|at| at.tools), of(|at| at.bench));
        let (postgres, busy, stolen) =
            (of(|at| at.postgres), of(|at| at.machine.busy), of(|at| at.machine.steal));
        let all = (busy + stolen + of(|at| at.machine.idle)).max(f64::MIN_POSITIVE);
        let calls = self.calls().await?.iter().sum::<u64>() - since.calls.iter().sum::<u64>();
        Ok(Used {
            wall: (until.at - then.at).as_secs_f64(),
            service,
            tools,
            postgres,
            bench,
            others: (busy - service - tools - postgres - bench).max(0.0),
            busy: busy / all,
            stolen: stolen / all,
            calls,
            transactions: self.database.transactions().await? - since.transactions,
        })
    }
}

impl Used {
    /// API calls of both tools for each of so many events.
    pub(crate) fn calls_per(&self, events: usize) -> f64 {
        per(self.calls, events)
    }

    /// Durable transactions for each of so many events.
    pub(crate) fn transactions_per(&self, events: usize) -> f64 {
        per(self.transactions, events)
    }

    /// What part of what ran was somebody else's, 0 to 1.
    pub(crate) fn foreign(&self) -> f64 {
        let ours = self.service + self.tools + self.postgres + self.bench;
        self.others / (ours + self.others).max(f64::MIN_POSITIVE)
    }
}

/// A count for each of so many events.
pub(crate) fn per(count: u64, events: usize) -> f64 {
    number(count) / number(events.max(1) as u64)
}

/// A count as a float.
#[expect(clippy::cast_precision_loss, reason = "counts of one run, far below what a float holds exactly")]
pub(crate) fn number(count: u64) -> f64 {
    count as f64
}
