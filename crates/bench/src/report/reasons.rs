//! What holds back, as far as the figures tell.

use super::table::middle;
use crate::bench::Measured;
use crate::meter::per;

/// From so busy on, the cores are what limits.
const FULL: f64 = 0.85;

/// Sentences about one database.
pub(super) fn of(measured: &Measured, cores: usize) -> Vec<String> {
    let mut reasons = Vec::new();
    if let Some(burst) = middle(measured) {
        let events = per(burst.edits as u64, 1);
        let ms = |seconds: f64| seconds * 1_000.0 / events;
        let used = &burst.used;
        let mine = ms(used.service + used.rest);
        if used.busy + used.stolen >= FULL {
            reasons.push(format!(
                "at full speed the {cores} cores are the limit ({:.0} % busy): an event takes {:.1} ms of the service, \
                 {:.1} ms of the rest (PostgreSQL, kernel) and {:.1} ms of both simulators. Tools on other machines \
                 would leave room for about {:.0} events a second",
                used.busy * 100.0,
                ms(used.service),
                ms(used.rest),
                ms(used.tools),
                per(cores as u64, 1) * 1_000.0 / mine.max(f64::MIN_POSITIVE)
            ));
        } else {
            reasons.push(format!(
                "at full speed the {cores} cores are only {:.0} % busy: looks wait for each other, for the disk or for \
                 answers, {:.1} calls and {:.1} durable commits an event",
                used.busy * 100.0,
                burst.calls,
                measured.alone.commits
            ));
        }
        reasons.push(format!(
            "an event takes {:.1} durable commits, which grouping brings down to {:.2} transactions at full speed",
            measured.alone.commits, burst.transactions
        ));
    }
    reasons
}
