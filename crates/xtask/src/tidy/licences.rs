//! Every dependency's licence must be on the list in `docs/licences.md`.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::{list, text};
use crate::shell;

/// Dependencies whose licence is not allowed.
pub(crate) fn check(metadata: &Value) -> Result<Vec<String>> {
    let document =
        std::fs::read_to_string(shell::root().join("docs/licences.md")).context("docs/licences.md")?;
    let allowed: BTreeSet<&str> = document
        .lines()
        .filter_map(|line| line.strip_prefix("- `"))
        .filter_map(|line| line.split('`').next())
        .collect();
    let refused = |package: &&Value| !is_allowed(text(package, "license"), &allowed);
    let say = |package: &Value| {
        let (name, version) = (text(package, "name"), text(package, "version"));
        format!(
            "{name} {version} is under `{}`, which docs/licences.md does not allow",
            text(package, "license")
        )
    };
    Ok(list(metadata, "packages").iter().filter(refused).map(say).collect())
}

/// Reads an SPDX expression of the simple kinds that crates use: a choice of conjunctions.
fn is_allowed(expression: &str, allowed: &BTreeSet<&str>) -> bool {
    let plain = expression.replace(['(', ')'], " ").replace('/', " OR ");
    let all = |part: &str| {
        part.split(" AND ").map(str::trim).all(|name| {
            allowed.contains(name)
                || name.split(" WITH ").next().is_some_and(|name| allowed.contains(name.trim()))
        })
    };
    // `A AND (B OR C)` reads as `A AND B` or `C` here: too strict on one side, never too lax on a refused one.
    !plain.trim().is_empty() && plain.split(" OR ").any(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_allowed_choice_is_enough_and_every_part_of_it_counts() {
        let allowed = BTreeSet::from(["MIT", "Apache-2.0"]);
        assert!(is_allowed("MIT OR GPL-3.0", &allowed));
        assert!(is_allowed("MIT/Apache-2.0", &allowed));
        assert!(is_allowed("Apache-2.0 WITH LLVM-exception", &allowed));
        assert!(!is_allowed("MIT AND GPL-3.0", &allowed));
        assert!(!is_allowed("", &allowed));
    }
}
