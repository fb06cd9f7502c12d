//! How many durable commits a second the same disk gives, without Bowline: what its throughput is held against.

pub(crate) mod postgres;
pub(crate) mod sqlite;

use serde::Serialize;

/// What one insert carries. A commit of the service adds about 1.1 KB to PostgreSQL's log, and so does this one.
const BODY: [u8; 900] = [0xA5; 900];

/// Durable commits a second, one row each.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Limit {
    /// One after the other.
    pub(crate) one: f64,
    /// From 16 connections at once, where the database can do that.
    pub(crate) many: Option<f64>,
}

impl Limit {
    /// The larger one.
    pub(crate) fn best(&self) -> f64 {
        self.many.unwrap_or_default().max(self.one)
    }
}
