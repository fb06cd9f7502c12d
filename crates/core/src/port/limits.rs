//! What is left of what tools allow, for people and metrics.

use async_trait::async_trait;
use jiff::Timestamp;
use serde::Serialize;

use crate::connection::Connection;

/// What is known of a connection's limits in this process.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LimitsLeft {
    /// How many hundredths of the connection's limits this process may use; the others are other processes'.
    pub part: u32,
    /// Calls under way.
    pub calls: usize,
    /// Calls that wait, by lane.
    pub waiting: Vec<LaneWaits>,
    /// Limits that the tool told of.
    pub limits: Vec<LimitLeft>,
    /// Quotas of the app that the connection's calls are made by.
    pub quotas: Vec<QuotaLeft>,
    /// What the tool asked to leave alone.
    pub held: Vec<HeldUp>,
}

/// How many calls wait in a lane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LaneWaits {
    /// `interactive`, `live`, `sweep` or `backfill`.
    pub lane: &'static str,
    /// How many.
    pub calls: usize,
}

/// A limit that fills by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LimitLeft {
    /// `account`, or the name of an operation.
    pub about: String,
    /// How many calls this process may make.
    pub left: u32,
    /// How many there are room for, in all processes.
    pub size: u32,
    /// When more come in.
    pub next_at: Timestamp,
}

/// An app's points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QuotaLeft {
    /// `app` if it is over all sites, `site` if it is of this one.
    pub of: &'static str,
    /// How many points there are in a window.
    pub size: i64,
    /// How many are left to everybody.
    pub left: i64,
    /// When all come in anew.
    pub resets_at: Timestamp,
}

/// Something that is left alone for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeldUp {
    /// `account`, `operation`, `item`, or `quota`.
    pub what: &'static str,
    /// Which operation.
    pub operation: Option<String>,
    /// Until when.
    pub until: Timestamp,
}

/// How limits stand over all connections, for metrics.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LimitsOverall {
    /// Calls that wait, by lane.
    pub waiting: Vec<LaneWaits>,
    /// What part of the scarcest limit is left, from 0 to 1; 1 if none is known.
    pub limit_left: f64,
    /// What part of the scarcest quota is left, from 0 to 1; 1 if none is known.
    pub quota_left: f64,
    /// How many points are left of all known quotas.
    pub points_left: i64,
}

/// Tells what is left.
#[async_trait]
pub trait Limits: Send + Sync {
    /// Of one connection's limits.
    async fn limits(&self, connection: &Connection) -> LimitsLeft;

    /// Over all.
    fn overall(&self) -> LimitsOverall;
}
