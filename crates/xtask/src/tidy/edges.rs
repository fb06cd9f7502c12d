//! Which crate may use which: the list in `ARCHITECTURE.md` is compared with what `cargo metadata` says.
//!
//! Test code may use more (a conformance suite needs real backends); only ordinary dependencies count.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::{list, text};
use crate::shell;

type Edges = BTreeMap<String, BTreeSet<String>>;

/// Differences between the document and the code.
pub(crate) fn check(metadata: &Value) -> Result<Vec<String>> {
    let document =
        std::fs::read_to_string(shell::root().join("ARCHITECTURE.md")).context("ARCHITECTURE.md")?;
    let (allowed, real) = (promised(&document), real(metadata));
    let mut wrong = Vec::new();
    for (from, to) in &real {
        match allowed.get(from) {
            None => wrong.push(format!("ARCHITECTURE.md does not list the crate `{from}`")),
            Some(allowed) => wrong.extend(
                to.difference(allowed)
                    .map(|to| format!("`{from}` uses `{to}`, which ARCHITECTURE.md does not allow")),
            ),
        }
    }
    for (from, to) in &allowed {
        match real.get(from) {
            None => wrong.push(format!("ARCHITECTURE.md lists a crate `{from}` that does not exist")),
            Some(real) => wrong.extend(
                to.difference(real)
                    .map(|to| format!("ARCHITECTURE.md says `{from}` uses `{to}`; it does not")),
            ),
        }
    }
    Ok(wrong)
}

/// Lines of the form `sync → core, mapping` in the block under “Edges”.
fn promised(document: &str) -> Edges {
    let block =
        document.split("```edges").nth(1).and_then(|rest| rest.split("```").next()).unwrap_or_default();
    let edge = |line: &str| {
        let (from, to) = line.split_once('→')?;
        let names = to.split(',').map(str::trim).filter(|name| !name.is_empty() && *name != "nothing");
        Some((from.trim().to_owned(), names.map(str::to_owned).collect()))
    };
    block.lines().filter_map(edge).collect()
}

fn real(metadata: &Value) -> Edges {
    let members: BTreeSet<&str> =
        list(metadata, "workspace_members").iter().filter_map(Value::as_str).collect();
    let packages = list(metadata, "packages").iter().filter(|package| members.contains(text(package, "id")));
    packages
        .map(|package| {
            let ordinary =
                list(package, "dependencies").iter().filter(|dependency| dependency["kind"].is_null());
            let names = ordinary.filter_map(|dependency| room(text(dependency, "name")));
            (room(text(package, "name")).unwrap_or_default(), names.collect())
        })
        .collect()
}

/// The folder's name for a package of ours.
fn room(package: &str) -> Option<String> {
    match package {
        "bowline" => Some(package.to_owned()),
        _ => package.strip_prefix("bowline-").map(str::to_owned),
    }
}
