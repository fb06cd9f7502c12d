//! The tables of `docs/conformance.md`, made of the lists, so that the page says what is checked.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::list::Known;
use super::{jwt, oauth1};
use crate::shell;

const PAGE: &str = "docs/conformance.md";
/// What Jira itself refuses to the clients.
const REFUSALS: &str = "conformance/refusals.json";

/// A call that a client makes and that Jira refuses.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refusal {
    client: String,
    deployment: String,
    call: String,
    status: u16,
    /// What the answer says, for a client that keeps the status to itself.
    #[serde(rename = "says")]
    _says: Option<String>,
    reason: String,
    source: String,
}

/// What is wrong with the page: a table that is not as the lists say.
pub(crate) fn check() -> Result<Vec<String>> {
    let page = std::fs::read_to_string(shell::root().join(PAGE)).context(PAGE)?;
    let fresh = filled(&page)?;
    let stale = format!("{PAGE}: its tables are not as the lists say; run `cargo xtask conformance page`");
    Ok(if page == fresh { Vec::new() } else { vec![stale] })
}

/// Writes the tables anew.
pub(crate) fn write() -> Result<String> {
    let path = shell::root().join(PAGE);
    let page = std::fs::read_to_string(&path).context(PAGE)?;
    std::fs::write(&path, filled(&page)?).context(PAGE)?;
    Ok(format!("{PAGE} is written"))
}

fn filled(page: &str) -> Result<String> {
    let refusals = std::fs::read_to_string(shell::root().join(REFUSALS)).context(REFUSALS)?;
    let refusals: Vec<Refusal> = serde_json::from_str(&refusals).context(REFUSALS)?;
    let page = between(page, "suite", &suite(&Known::read()?))?;
    let page = between(&page, "refusals", &table(&refusals))?;
    let page = between(&page, "oauth1", &differences(&oauth1::Known::read()?))?;
    between(&page, "jwt", &hashes(&jwt::known()?))
}

/// Puts a text between `<!-- begin NAME -->` and `<!-- end NAME -->`.
fn between(page: &str, name: &str, text: &str) -> Result<String> {
    let (begin, end) = (format!("<!-- begin {name} -->"), format!("<!-- end {name} -->"));
    let lacks = || format!("{PAGE} lacks {begin} or {end}");
    let (before, rest) = page.split_once(&begin).with_context(lacks)?;
    let (_, after) = rest.split_once(&end).with_context(lacks)?;
    Ok(format!("{before}{begin}\n\n{text}\n{end}{after}"))
}

fn suite(known: &Known) -> String {
    let mut text = "| tests | end | why | source |\n| --- | --- | --- | --- |\n".to_owned();
    for group in &known.group {
        let names: Vec<_> = group.tests.iter().map(|test| format!("`{}`", short(test))).collect();
        let (outcome, reason, source) = (group.outcome.word(), &group.reason, &group.source);
        // Writing to a text cannot fail.
        let _ = writeln!(text, "| {} | {outcome} | {reason} | {source} |", names.join(", "));
    }
    text
}

fn differences(known: &oauth1::Known) -> String {
    let mut text =
        "| what | URL | ours | theirs | why | source |\n| --- | --- | --- | --- | --- | --- |\n".to_owned();
    for oauth1::Difference { name, url, ours, theirs, reason, source } in &known.difference {
        let _ = writeln!(text, "| {name} | `{url}` | `{ours}` | `{theirs}` | {reason} | {source} |");
    }
    text
}

fn hashes(known: &[jwt::Difference]) -> String {
    let mut text =
        "| what | URL | ours | theirs | why | source |\n| --- | --- | --- | --- | --- | --- |\n".to_owned();
    for jwt::Difference { name, url, ours, theirs, reason, source, .. } in known {
        let _ = writeln!(text, "| {name} | `{url}` | `{ours}` | `{theirs}` | {reason} | {source} |");
    }
    text
}

/// A test's name without its folder.
fn short(test: &str) -> &str {
    test.strip_prefix("tests/resources/").unwrap_or(test)
}

fn table(refusals: &[Refusal]) -> String {
    let mut text =
        "| client | Jira | call | answer | why | source |\n| --- | --- | --- | --- | --- | --- |\n"
            .to_owned();
    for Refusal { client, deployment, call, status, reason, source, .. } in refusals {
        let _ = writeln!(text, "| `{client}` | {deployment} | {call} | {status} | {reason} | {source} |");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_marks_is_replaced() {
        let page = "a\n<!-- begin x -->\nold\n<!-- end x -->\nb\n";
        let new = between(page, "x", "new\n").unwrap();
        assert_eq!(new, "a\n<!-- begin x -->\n\nnew\n\n<!-- end x -->\nb\n");
        assert_eq!(between(&new, "x", "new\n").unwrap(), new);
        assert!(between(page, "y", "new").is_err());
    }
}
