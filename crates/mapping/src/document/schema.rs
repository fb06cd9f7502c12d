//! Versions of the document, and the way from each to the next.

use crate::problem::{Lines, Problems, Report};

use super::tree::{Node, Tree};

/// The version that this release writes and decodes.
pub(super) const CURRENT: usize = 1;

/// Turns a document of one version into the same document of the next. Pure; lines stay.
type Step = fn(Node) -> Node;

/// `STEPS[n]` leads from version `n + 1` to `n + 2`.
const STEPS: [Step; CURRENT - 1] = [];

/// The document as of the current version.
pub(super) fn upgrade(tree: Node, lines: &Lines) -> Result<Node, Problems> {
    let version = version(&tree, lines)?;
    Ok(STEPS.iter().skip(version - 1).fold(tree, |tree, step| step(tree)))
}

/// The version that a document says it is of, 1 or more.
fn version(tree: &Node, lines: &Lines) -> Result<usize, Problems> {
    let written = match &tree.tree {
        Tree::Table(entries) => entries.iter().find(|entry| entry.key == "schema"),
        _ => None,
    };
    let mut report = Report::new(lines);
    match written.map(|entry| &entry.node.tree) {
        Some(Tree::Number(number)) => {
            let known = (1..=CURRENT).find(|version| version.to_string() == number.to_string());
            if let Some(version) = known {
                return Ok(version);
            }
            let fix = format!("Write `schema = {CURRENT}`, or use the release that wrote the document.");
            report.add(
                "/schema",
                format!("Version {number} of the document is not known to this release."),
                fix,
            );
        }
        Some(other) => {
            let message = format!("`schema` is a number, not {}.", other.kind());
            report.add("/schema", message, format!("Write `schema = {CURRENT}`."));
        }
        None => {
            let message = "The document does not say which version of the format it has.";
            report.add("", message, format!("Add the line `schema = {CURRENT}` at the top."));
        }
    }
    Err(Problems(report.into_problems()))
}
