//! What holds back, as far as the figures tell.

use super::aims::allowed;
use super::table::middle;
use crate::bench::Measured;
use crate::meter::number;
use crate::phase::burst::Burst;

/// From so busy on, the cores are what limits.
const FULL: f64 = 0.85;

/// If more of what ran was somebody else's, the figures say little.
const DISTURBED: f64 = 0.1;

/// Sentences about one database.
pub(super) fn of(measured: &Measured, cores: usize) -> Vec<String> {
    let Some(burst) = middle(measured) else { return Vec::new() };
    let mut reasons = vec![speed(measured, burst, cores), commits(measured, burst, cores)];
    if is_disturbed(measured) {
        reasons.push("other programs ran meanwhile: measure again on a quiet machine".to_owned());
    }
    reasons
}

/// Whether other programs took so much that the figures say little.
pub(super) fn is_disturbed(measured: &Measured) -> bool {
    let bursts = measured.bursts.iter().map(|burst| &burst.used);
    bursts.chain([&measured.pace.used]).any(|used| used.foreign() > DISTURBED)
}

fn speed(measured: &Measured, burst: &Burst, cores: usize) -> String {
    let used = &burst.used;
    let ms = |seconds: f64| seconds * 1_000.0 / number(burst.edits as u64);
    let busy = (used.busy + used.stolen) * 100.0;
    if used.busy + used.stolen < FULL {
        return format!(
            "at full speed the {cores} cores are only {busy:.0} % busy: each simulator sends one webhook at a time, and \
             an event waits for {:.1} calls and {:.1} durable commits",
            burst.calls, measured.alone.commits
        );
    }
    let own = ms(used.service + used.postgres);
    format!(
        "at full speed the {cores} cores are the limit ({busy:.0} % busy): an event takes {:.1} ms of a core in the \
         service, {:.1} in PostgreSQL, {:.1} in the simulators. With the simulators elsewhere there would be time for \
         {:.0} events a second",
        ms(used.service),
        ms(used.postgres),
        ms(used.tools),
        number(cores as u64) * 1_000.0 / own.max(f64::MIN_POSITIVE)
    )
}

fn commits(measured: &Measured, burst: &Burst, cores: usize) -> String {
    let allowed = allowed(measured, burst);
    format!(
        "the limit, {allowed:.0} events a second, leaves an event {:.1} ms of the {cores} cores for everything; the \
         simulators alone take {:.1}. Grouping brings {:.1} durable commits down to {:.1} transactions",
        number(cores as u64) * 1_000.0 / allowed.max(f64::MIN_POSITIVE),
        burst.used.tools * 1_000.0 / number(burst.edits as u64),
        measured.alone.commits,
        burst.transactions
    )
}
