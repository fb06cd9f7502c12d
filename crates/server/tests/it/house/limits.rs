//! Limits of which little is left.

use async_trait::async_trait;
use bowline_core::Timestamp;
use bowline_core::connection::Connection;
use bowline_core::port::{HeldUp, LaneWaits, LimitLeft, Limits, LimitsLeft, LimitsOverall, QuotaLeft};

/// Says the same of every connection, but for its name.
pub(crate) struct Scarce;

#[async_trait]
impl Limits for Scarce {
    async fn limits(&self, connection: &Connection) -> LimitsLeft {
        let (next_at, operation) = (Timestamp::UNIX_EPOCH, Some(connection.name.clone()));
        LimitsLeft {
            part: 50,
            calls: 2,
            waiting: vec![LaneWaits { lane: "sweep", calls: 3 }],
            limits: vec![LimitLeft { about: "account".into(), left: 1, size: 10, next_at }],
            quotas: vec![QuotaLeft { of: "app", size: 65_000, left: 13_000, resets_at: next_at }],
            held: vec![HeldUp { what: "operation", operation, until: next_at }],
        }
    }

    fn overall(&self) -> LimitsOverall {
        let waiting = vec![LaneWaits { lane: "sweep", calls: 3 }];
        LimitsOverall { waiting, limit_left: 0.125, quota_left: 0.5, points_left: 13_000 }
    }
}
