//! The list of the suite's tests that do not pass, `conformance/jira-suite.toml`, and the comparison with a run.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use super::report::{End, Outcome};
use crate::shell;

/// Where the list is.
pub(crate) const FILE: &str = "conformance/jira-suite.toml";

/// The list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Known {
    /// The commit of the suite it was made for.
    pub(crate) commit: String,
    pub(crate) group: Vec<Group>,
}

/// Tests that do not pass for one reason.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Group {
    pub(crate) outcome: Outcome,
    /// A fact about the real product or about the suite.
    pub(crate) reason: String,
    /// Where that can be read.
    pub(crate) source: String,
    pub(crate) tests: Vec<String>,
}

impl Known {
    /// Reads the list; each test stands there once and with a reason.
    pub(crate) fn read() -> Result<Self> {
        let text = std::fs::read_to_string(shell::root().join(FILE)).context(FILE)?;
        let known: Self = toml::from_str(&text).context(FILE)?;
        let mut seen = BTreeMap::new();
        for group in &known.group {
            if group.outcome == Outcome::Passed || group.reason.is_empty() || group.source.is_empty() {
                bail!("{FILE}: a group tells how its tests fail, why, and where that can be read");
            }
            for test in &group.tests {
                if seen.insert(test, ()).is_some() {
                    bail!("{FILE}: {test} is listed twice");
                }
            }
        }
        Ok(known)
    }

    fn outcome_of(&self, test: &str) -> Option<Outcome> {
        self.group.iter().find(|group| group.tests.iter().any(|own| own == test)).map(|group| group.outcome)
    }

    /// What a run did that the list does not say, and the other way round.
    pub(crate) fn differences(&self, ends: &BTreeMap<String, End>) -> Vec<String> {
        let mut found = Vec::new();
        for (test, End { outcome, why }) in ends {
            let listed = self.outcome_of(test).unwrap_or(Outcome::Passed);
            match (listed, *outcome) {
                (listed, outcome) if listed == outcome => {}
                (Outcome::Passed, outcome) => {
                    found.push(format!("{test} {} and is not listed: {why}", outcome.word()));
                }
                (listed, Outcome::Passed) => {
                    found.push(format!("{test} is listed as {}, but passed", listed.word()));
                }
                (listed, outcome) => {
                    found.push(format!(
                        "{test} is listed as {}, but {}: {why}",
                        listed.word(),
                        outcome.word()
                    ));
                }
            }
        }
        let tests = self.group.iter().flat_map(|group| &group.tests);
        found.extend(
            tests
                .filter(|test| !ends.contains_key(*test))
                .map(|test| format!("{test} is listed, but was not run")),
        );
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        let text = r#"
            commit = "c"
            [[group]]
            outcome = "failed"
            reason = "r"
            source = "s"
            tests = ["a", "b"]
        "#;
        toml::from_str(text).unwrap()
    }

    fn ends(of: &[(&str, Outcome)]) -> BTreeMap<String, End> {
        let end = |outcome: &Outcome| End { outcome: *outcome, why: "w".to_owned() };
        of.iter().map(|(test, outcome)| ((*test).to_owned(), end(outcome))).collect()
    }

    #[test]
    fn a_run_as_listed_has_no_differences() {
        let run = ends(&[("a", Outcome::Failed), ("b", Outcome::Failed), ("c", Outcome::Passed)]);
        assert_eq!(known().differences(&run), Vec::<String>::new());
    }

    #[test]
    fn every_kind_of_difference_is_told() {
        let run = ends(&[("a", Outcome::Passed), ("c", Outcome::Failed), ("d", Outcome::Skipped)]);
        assert_eq!(
            known().differences(&run),
            [
                "a is listed as failed, but passed",
                "c failed and is not listed: w",
                "d skipped and is not listed: w",
                "b is listed, but was not run",
            ]
        );
        let run = ends(&[("a", Outcome::Skipped), ("b", Outcome::Failed)]);
        assert_eq!(known().differences(&run), ["a is listed as failed, but skipped: w"]);
    }
}
