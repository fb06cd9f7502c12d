//! What is left of limits, told to people and metrics. See the port [`Limits`].

use async_trait::async_trait;
use bowline_core::Timestamp;
use bowline_core::connection::Connection;
use bowline_core::port::{HeldUp, LaneWaits, LimitLeft, Limits, LimitsLeft, LimitsOverall, QuotaLeft};

use crate::gate::{All, Held, payers};
use crate::lanes::{LANES, word};
use crate::line::Line;
use crate::pipeline::Pipeline;

#[async_trait]
impl Limits for Pipeline {
    async fn limits(&self, connection: &Connection) -> LimitsLeft {
        let payer = self.payer(connection).await.unwrap_or_default();
        let names = payers(connection, payer.as_deref());
        let (now, mut all) = (self.gate().now(), self.gate().all());
        let All { lines, purses, .. } = &mut *all;
        let mut left = lines.get_mut(&connection.id).map(|line| of_line(line, now)).unwrap_or_default();
        for (of, name) in ["app", "site"].into_iter().zip(&names) {
            let Some(purse) = purses.get_mut(name) else { continue };
            if purse.paused > now {
                left.held.push(HeldUp { what: "quota", operation: None, until: purse.paused });
            }
            let standing = purse.standing(now);
            left.quotas.extend(standing.map(|(size, left, _, resets_at)| QuotaLeft {
                of,
                size,
                left,
                resets_at,
            }));
        }
        drop(all);
        left
    }

    fn overall(&self) -> LimitsOverall {
        let (now, mut all) = (self.gate().now(), self.gate().all());
        let mut waiting = [0; LANES];
        let (mut limit_left, mut quota_left, mut points_left) = (1.0_f64, 1.0_f64, 0);
        for line in all.lines.values_mut() {
            waiting.iter_mut().zip(line.queue.lengths()).for_each(|(all, some)| *all += some);
            for (_, left, size, _) in line.budgets.left(now) {
                limit_left = limit_left.min(f64::from(left) / f64::from(size.max(1)));
            }
        }
        // What sites tell of other accounts is theirs to tell, and no figure of ours.
        for (_, purse) in all.purses.iter_mut().filter(|(name, _)| name.starts_with("app/")) {
            let Some((size, left, ..)) = purse.standing(now) else { continue };
            points_left += left;
            quota_left = quota_left.min(left as f64 / size.max(1) as f64);
        }
        drop(all);
        LimitsOverall { waiting: by_lane(waiting), limit_left, quota_left, points_left }
    }
}

fn by_lane(waiting: [usize; LANES]) -> Vec<LaneWaits> {
    waiting.into_iter().enumerate().map(|(lane, calls)| LaneWaits { lane: word(lane), calls }).collect()
}

fn of_line(line: &mut Line, now: Timestamp) -> LimitsLeft {
    let held = line.paused.iter().filter(|(_, until)| **until > now).map(|(held, until)| {
        let (what, operation) = match held {
            Held::Account(_) => ("account", None),
            Held::Operation(operation) => ("operation", Some(operation.to_string())),
            Held::Subject(_) => ("item", None),
        };
        HeldUp { what, operation, until: *until }
    });
    let mut held: Vec<_> = held.collect();
    held.sort_by(|one, other| (one.until, &one.operation).cmp(&(other.until, &other.operation)));
    let limits = line.budgets.left(now).map(|(about, left, size, next_at)| {
        let about = match about {
            Held::Account(_) => "account".to_owned(),
            Held::Operation(operation) => operation.to_string(),
            Held::Subject(_) => "item".to_owned(),
        };
        LimitLeft { about, left, size, next_at }
    });
    let mut limits: Vec<_> = limits.collect();
    limits.sort_by(|one, other| one.about.cmp(&other.about));
    LimitsLeft {
        part: line.lease.part_at(now),
        calls: line.flying,
        waiting: by_lane(line.queue.lengths()),
        limits,
        quotas: Vec::new(),
        held,
    }
}
