//! The figures on top, and the picture of recent delays.

use bowline_core::activity::Activity;
use bowline_core::finding::Finding;
use bowline_core::page::Page;
use bowline_core::port::WorkDepth;
use bowline_core::share::ShareState;
use serde::Serialize;

use crate::api::v1::status::Delay;
use crate::live::words;

/// Bars in the picture of recent delays.
const BARS: usize = 48;

#[derive(Debug, Serialize)]
pub(super) struct Totals {
    in_sync: i64,
    p50: Option<String>,
    p95: Option<String>,
    findings: String,
    waiting: i64,
    claimed: i64,
    bars: Vec<Bar>,
}

/// One bar, oldest first; heights out of 100.
#[derive(Debug, Serialize)]
struct Bar {
    x: usize,
    y: u32,
    height: u32,
}

pub(super) fn totals(
    counts: &[(ShareState, i64)],
    lines: &[Activity],
    depth: &WorkDepth,
    findings: &Page<Finding>,
) -> Totals {
    let delay = Delay::of(lines);
    let more = if findings.next.is_some() { "+" } else { "" };
    Totals {
        in_sync: counts
            .iter()
            .filter(|(state, _)| *state == ShareState::Active)
            .map(|(_, count)| count)
            .sum(),
        p50: delay.p50_us.map(words::delay),
        p95: delay.p95_us.map(words::delay),
        findings: format!("{}{more}", findings.items.len()),
        waiting: depth.due,
        claimed: depth.claimed,
        bars: bars(lines),
    }
}

/// Heights on a logarithmic scale: from 1 ms to 100 s, so that one slow write does not flatten the rest.
fn bars(lines: &[Activity]) -> Vec<Bar> {
    let delays: Vec<i64> = lines.iter().filter_map(|line| line.delay_us).take(BARS).collect();
    let first = BARS - delays.len();
    let bar = |(index, micros): (usize, &i64)| {
        #[expect(clippy::cast_precision_loss, reason = "a picture")]
        let decades = (*micros as f64 / 1_000.0).max(1.0).log10();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 6 and 100")]
        let height = (decades * 20.0).clamp(6.0, 100.0) as u32;
        Bar { x: 3 * (first + index), y: 100 - height, height }
    };
    delays.iter().rev().enumerate().map(bar).collect()
}
