//! What the demo tells: a line for each step while it runs, and a JSON object at the end.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::cli::Out;

/// What a step came to: a sentence, or why it failed.
pub(super) type Step = Result<String, String>;

/// Collects steps.
pub(super) struct Report {
    out: Out,
    steps: Vec<(&'static str, bool, u128)>,
}

impl Report {
    pub(super) fn new(out: Out) -> Self {
        Self { out, steps: Vec::new() }
    }

    /// A line for people: on standard output, unless that is for JSON.
    pub(super) fn say(&self, text: &str) {
        if !self.out.json {
            self.out.line(text);
        }
    }

    /// Runs a step and tells how it went. After a step that failed no other is tried.
    pub(super) async fn step(&mut self, name: &'static str, work: impl Future<Output = Step>) {
        if !self.ok() {
            return;
        }
        let started = Instant::now();
        let came = work.await;
        let ms = started.elapsed().as_millis();
        self.steps.push((name, came.is_ok(), ms));
        match came {
            Ok(words) => self.say(&format!("  [ok]   {name:<20} {words}")),
            Err(why) => {
                self.say(&format!("  [FAIL] {name:<20} {why}"));
                if self.out.json {
                    use std::io::Write as _;
                    let _ = writeln!(std::io::stderr().lock(), "{name}: {why}");
                }
            }
        }
    }

    pub(super) fn ok(&self) -> bool {
        self.steps.iter().all(|(_, ok, _)| *ok)
    }

    /// The step that failed.
    pub(super) fn failed(&self) -> Option<&'static str> {
        self.steps.iter().find(|(_, ok, _)| !ok).map(|(name, _, _)| *name)
    }

    /// The object of the contract, with these counts.
    pub(super) fn json(&self, counts: &Counts) -> Value {
        let step = |(name, ok, ms): &(&str, bool, u128)| json!({"name": name, "ok": ok, "ms": ms});
        json!({
            "ok": self.ok(),
            "steps": self.steps.iter().map(step).collect::<Vec<_>>(),
            "shares": counts.shares,
            "events": counts.events,
            "commands": counts.commands,
            "echoes": counts.echoes,
            "findings": counts.findings,
        })
    }
}

/// What was counted over the whole demo.
#[derive(Default)]
pub(super) struct Counts {
    /// Items linked.
    pub(super) shares: u64,
    /// Webhooks taken in.
    pub(super) events: u64,
    /// Writes in the tools.
    pub(super) commands: u64,
    /// Own writes that came back and were recognised.
    pub(super) echoes: u64,
    /// Open findings.
    pub(super) findings: u64,
}

/// A duration as people read it.
pub(super) fn ms(took: Duration) -> String {
    match took.as_millis() {
        long if long >= 10_000 => format!("{:.1} s", took.as_secs_f64()),
        short => format!("{short} ms"),
    }
}
