//! A seeded simulation of the engine.
//!
//! Production code: the engine (decide, settle, saga, comments, paths, sweep, intake) and the store on SQLite in
//! memory. Fakes: two tools with webhooks, a clock, randomness, and an executor that chooses at every step which
//! task goes on, and may crash all of them. A history is a few items, edits by people on both sides and every
//! fault we know of; at its end the [`ledger`], which shares no code with the engine, says whether both sides
//! converged, nothing was lost, nothing was doubled and nothing goes on for ever.
//!
//! One seed is one history. `cargo xtask simulate --histories N --seed S` runs as many as you like.

mod delegation;
mod dice;
mod executor;
mod history;
mod ledger;
mod moments;
mod people;
mod ports;
mod profile;
mod run;
mod site;
mod tool;
mod unsure;
pub(crate) use ports::FakeSeal;

use run::{Planted, Report};

/// Histories of the ordinary test run; `SIMULATE_HISTORIES` and `SIMULATE_SEED` say otherwise.
const HISTORIES: u64 = 20_000;

fn setting(name: &str, default: u64) -> u64 {
    #[expect(clippy::disallowed_methods, reason = "the command line of a test binary belongs to the harness")]
    let value = std::env::var(name);
    value.ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn every_history_converges_and_nothing_is_lost_or_doubled() {
    let (histories, seed) = (setting("SIMULATE_HISTORIES", HISTORIES), setting("SIMULATE_SEED", 1));
    let report: Report = run::many(seed, histories, Planted::Nothing);
    println!("{report}");
    assert!(report.failures.is_empty(), "{report}");
    assert!(report.acted > 0, "nothing was written as a person: {report}");
    assert!(report.forgiven > 0, "a refusal that has passed is never over: {report}");
}

#[test]
fn a_planted_defect_is_found_within_two_thousand_histories() {
    for planted in Planted::DEFECTS {
        let found = run::until_found(1, 2_000, planted);
        match found {
            Some((seed, verdict)) => println!("{planted:?}: found by history {seed}: {verdict}"),
            None => panic!("{planted:?} was not found within 2,000 histories"),
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_history() {
    let first = run::one(42, Planted::Nothing);
    assert_eq!(first.trace, run::one(42, Planted::Nothing).trace);
}

/// Histories that once ended badly. What happens in one changes with the simulation; each is kept while it costs
/// nothing.
const ONCE_BAD: [u64; 8] =
    [16_453, 9_044_299, 9_055_235, 9_059_098, 20_000_209, 20_074_032, 20_090_199, 20_133_965];

#[test]
fn histories_that_once_failed_end_well() {
    for seed in ONCE_BAD {
        let report: Report = run::many(seed, 1, Planted::Nothing);
        assert!(report.failures.is_empty(), "{report}");
    }
}
