//! What became of each test, from the log that pytest writes (one JSON object a line, `pytest-reportlog`).

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::Value;

/// How a test ended. The later a variant stands, the more it outweighs the other phases of the same test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// It passed.
    Passed,
    /// The suite marks it as broken, and yet it passed.
    PassedThoughBroken,
    /// The suite marks it as broken, and it failed.
    Broken,
    /// The suite left it out.
    Skipped,
    /// It failed, or what comes before or after it did.
    Failed,
}

impl Outcome {
    /// The word for it, as in the list.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::PassedThoughBroken => "passed_though_broken",
            Self::Broken => "broken",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
        }
    }
}

/// A test's end, and why if the runner says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) outcome: Outcome,
    pub(crate) why: String,
}

#[derive(Deserialize)]
struct Line {
    #[serde(rename = "$report_type")]
    kind: String,
    #[serde(default)]
    nodeid: String,
    #[serde(default)]
    outcome: String,
    wasxfail: Option<String>,
    #[serde(default)]
    longrepr: Value,
}

/// The end of each test, by the name the runner gives it. A file that could not even be read counts as failed.
pub(crate) fn read(log: &str) -> Result<BTreeMap<String, End>> {
    let mut ends: BTreeMap<String, End> = BTreeMap::new();
    for line in log.lines() {
        let line: Line = serde_json::from_str(line).context("pytest's log")?;
        let unread = line.kind == "CollectReport" && line.outcome == "failed";
        if line.kind != "TestReport" && !unread {
            continue;
        }
        let outcome = match (line.outcome.as_str(), line.wasxfail.is_some()) {
            ("passed", false) => Outcome::Passed,
            ("passed", true) => Outcome::PassedThoughBroken,
            ("skipped", true) => Outcome::Broken,
            ("skipped", false) => Outcome::Skipped,
            _ => Outcome::Failed,
        };
        let end = End { outcome, why: why(&line) };
        match ends.get_mut(&line.nodeid) {
            Some(known) if known.outcome >= outcome => {}
            Some(known) => *known = end,
            None => drop(ends.insert(line.nodeid, end)),
        }
    }
    Ok(ends)
}

/// One line about why: the error's last line, or the reason for leaving it out.
fn why(line: &Line) -> String {
    let crash = line.longrepr.pointer("/reprcrash/message").and_then(Value::as_str);
    let skipped = line.longrepr.get(2).and_then(Value::as_str);
    let text = crash.or(skipped).or(line.wasxfail.as_deref()).or(line.longrepr.as_str()).unwrap_or_default();
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(kind: &str, test: &str, outcome: &str, rest: &str) -> String {
        format!(r#"{{"$report_type":"{kind}","nodeid":"{test}","outcome":"{outcome}"{rest}}}"#)
    }

    fn ends(lines: &[String]) -> Vec<(String, Outcome)> {
        read(&lines.join("\n")).unwrap().into_iter().map(|(test, end)| (test, end.outcome)).collect()
    }

    #[test]
    fn a_test_that_passed_and_could_not_be_cleared_away_failed() {
        let log = ["passed", "passed", "failed"].map(|outcome| line("TestReport", "a", outcome, ""));
        assert_eq!(ends(&log), [("a".to_owned(), Outcome::Failed)]);
    }

    #[test]
    fn marks_of_the_suite_tell_skipped_from_broken() {
        let marked = r#","wasxfail":"known""#;
        let log = [
            line("SessionStart", "", "", ""),
            line("TestReport", "a", "skipped", ""),
            line("TestReport", "b", "skipped", marked),
            line("TestReport", "c", "passed", marked),
            line("CollectReport", "d", "failed", ""),
            line("CollectReport", "e", "passed", ""),
        ];
        let expected = [
            ("a", Outcome::Skipped),
            ("b", Outcome::Broken),
            ("c", Outcome::PassedThoughBroken),
            ("d", Outcome::Failed),
        ];
        assert_eq!(ends(&log), expected.map(|(test, outcome)| (test.to_owned(), outcome)));
    }

    #[test]
    fn the_reason_is_the_first_line_of_the_error() {
        let rest = r#","longrepr":{"reprcrash":{"message":"AssertionError: 1 != 2\n more"}}"#;
        let read = read(&line("TestReport", "a", "failed", rest)).unwrap();
        assert_eq!(read.get("a").unwrap().why, "AssertionError: 1 != 2");
    }
}
