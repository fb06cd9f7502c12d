//! What was aimed at, and whether it was reached.

use std::cmp::Ordering;

use crate::bench::Measured;
use crate::database::Kind;
use crate::rank::median;

/// One aim on one database.
#[derive(Clone, Debug)]
pub(crate) struct Aim {
    what: String,
    value: f64,
    unit: &'static str,
    /// How the value is to compare with what is wanted.
    wanted: (Ordering, f64),
}

impl Aim {
    fn is_met(&self) -> bool {
        let (order, wanted) = self.wanted;
        let found = self.value.total_cmp(&wanted);
        found == order || order == Ordering::Greater && found == Ordering::Equal
    }

    pub(super) fn line(&self) -> String {
        let verdict = if self.is_met() { "pass" } else { "MISS" };
        let (order, wanted) = self.wanted;
        let sign = if order == Ordering::Less { "under" } else { "at least" };
        let Self { what, value, unit, .. } = self;
        format!("  {verdict}  {what}: {value:.2}{unit}, {sign} {wanted}{unit} wanted")
    }
}

/// All aims on all databases.
pub(super) fn judge(all: &[Measured]) -> Vec<Aim> {
    all.iter().flat_map(of).collect()
}

fn of(measured: &Measured) -> Vec<Aim> {
    let on = measured.database.title();
    let wanted = match measured.database {
        Kind::Sqlite => 1.0,
        Kind::Postgres => 0.5,
    };
    let under = |what: &str, value: f64, unit, limit: f64| Aim {
        what: format!("{on}, {what}"),
        value,
        unit,
        wanted: (Ordering::Less, limit),
    };
    vec![
        Aim {
            what: format!("{on}, events a second ÷ (limit ÷ durable commits of an event)"),
            value: median(&ratios(measured)),
            unit: "",
            wanted: (Ordering::Greater, wanted),
        },
        under("p95 at an even pace", measured.pace.delays.p95, " ms", 150.0),
        under("idle memory, after linking", megabytes(measured.linked.now), " MB", 35.0),
        under("start to ready", measured.start, " ms", 200.0),
    ]
}

/// Round by round: events a second against what the limit of the same round allows.
pub(super) fn ratios(measured: &Measured) -> Vec<f64> {
    let ratio = |burst: &crate::phase::burst::Burst| burst.rate / allowed(measured, burst);
    measured.bursts.iter().map(ratio).collect()
}

/// Events a second if only the disk's durable commits counted, one row each.
pub(super) fn allowed(measured: &Measured, burst: &crate::phase::burst::Burst) -> f64 {
    burst.limit.best() / measured.alone.commits.max(f64::MIN_POSITIVE)
}

#[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
pub(super) fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// The last line.
pub(super) fn verdict(aims: &[Aim], disturbed: bool) -> String {
    let missed: Vec<&str> = aims.iter().filter(|aim| !aim.is_met()).map(|aim| aim.what.as_str()).collect();
    let met = aims.len() - missed.len();
    let words = match missed.as_slice() {
        [] => format!("bench sync: all {met} aims met"),
        missed => format!("bench sync: {met} of {} aims met; missed: {}", aims.len(), missed.join("; ")),
    };
    if disturbed { format!("{words} (other programs ran meanwhile)") } else { words }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aim(value: f64, wanted: (Ordering, f64)) -> Aim {
        Aim { what: "x".to_owned(), value, unit: "", wanted }
    }

    #[test]
    fn a_ratio_may_be_just_reached_and_a_ceiling_may_not() {
        assert!(aim(0.5, (Ordering::Greater, 0.5)).is_met());
        assert!(!aim(0.49, (Ordering::Greater, 0.5)).is_met());
        assert!(aim(149.0, (Ordering::Less, 150.0)).is_met());
        assert!(!aim(150.0, (Ordering::Less, 150.0)).is_met());
    }

    #[test]
    fn the_verdict_names_what_was_missed() {
        let met = aim(1.0, (Ordering::Greater, 0.5));
        assert_eq!(verdict(std::slice::from_ref(&met), false), "bench sync: all 1 aims met");
        let missed = aim(0.1, (Ordering::Greater, 0.5));
        let told = verdict(&[met, missed], true);
        assert_eq!(told, "bench sync: 1 of 2 aims met; missed: x (other programs ran meanwhile)");
    }
}
