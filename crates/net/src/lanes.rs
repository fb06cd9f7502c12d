//! Which lane a call is of. The lane belongs to the work, not to the call: whoever runs the work says it once, and every call made
//! inside has it.

use std::future::Future;

use bowline_core::work::Lane;

tokio::task_local! {
    static LANE: Lane;
}

/// How many lanes calls have.
pub(crate) const LANES: usize = 4;

/// Runs work; its calls go in its lane. Work that spawns has to say it again inside.
pub async fn within<F: Future>(lane: Lane, work: F) -> F::Output {
    LANE.scope(lane, work).await
}

/// The lane of calls made here, most urgent first. What runs outside of all work is a person's request.
pub(crate) fn current() -> usize {
    let lane = LANE.try_with(|lane| *lane).unwrap_or(Lane::Interactive);
    match lane {
        Lane::Interactive => 0,
        // Whoever renews tokens keeps live work going.
        Lane::Live | Lane::Caller | Lane::Renewal => 1,
        Lane::Sweep => 2,
        Lane::Backfill => 3,
    }
}

/// Whether somebody notices at once if it waits.
pub(crate) const fn is_urgent(lane: usize) -> bool {
    lane < 2
}

/// The word for a lane in metrics and answers.
pub(crate) const fn word(lane: usize) -> &'static str {
    match lane {
        0 => "interactive",
        1 => "live",
        2 => "sweep",
        _ => "backfill",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn calls_have_the_lane_of_the_work_around_them() {
        assert_eq!(current(), 0, "a person's request");
        let inner =
            within(Lane::Backfill, async { (current(), within(Lane::Live, async { current() }).await) });
        assert_eq!(within(Lane::Sweep, inner).await, (3, 1));
        assert_eq!(Lane::ALL.map(within_now), [0, 1, 2, 3, 1, 1]);
    }

    fn within_now(lane: Lane) -> usize {
        LANE.sync_scope(lane, current)
    }
}
