//! What the outside may count: one [`Attempt`] for every request that was tried.

use std::time::Duration;

use bowline_core::connection::{Connection, ToolKind};

/// One attempt, in words with few values, fit for metric labels. No ids, no addresses, no content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The call's name: `jira.issue.get`.
    pub operation: &'static str,
    /// Which tool was called.
    pub tool: ToolKind,
    /// The status class (`2xx` … `5xx`), or the code of the failure if no answer came (`net.timeout`).
    pub outcome: String,
    /// From entering the gate to the last byte of the answer.
    pub duration: Duration,
    /// Whether the vendor asked us to wait.
    pub throttled: bool,
}

/// Told of every attempt. Must return at once.
pub trait Observer: Send + Sync {
    /// An attempt ended.
    fn attempted(&self, attempt: &Attempt);

    /// A tool refused a call for a limit of which hardly anything was spent by us: another client spends from it.
    fn crowded(&self, connection: &Connection) {
        let _ = connection;
    }
}

/// Looks away.
impl Observer for () {
    fn attempted(&self, _: &Attempt) {}
}
