//! The source files themselves: not too long, each with a first paragraph, nothing unfinished, no vague names.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::shell;

/// A file longer than this is a defect (`docs/style.md`); one above [`LONG`] must be listed there with its reason.
const TOO_LONG: usize = 800;
const LONG: usize = 400;

/// Names that say nothing about what is inside.
const VAGUE: [&str; 7] = ["common", "util", "utils", "helpers", "types", "manager", "misc"];

/// What is wrong with any file.
pub(crate) fn check() -> Result<Vec<String>> {
    let root = shell::root();
    let style = std::fs::read_to_string(root.join("docs/style.md")).context("docs/style.md")?;
    let mut wrong = Vec::new();
    for path in tracked(&root)? {
        let text = std::fs::read_to_string(root.join(&path)).unwrap_or_default();
        wrong.extend(
            faults(&path, &text, &style).into_iter().map(|fault| format!("{}: {fault}", path.display())),
        );
    }
    Ok(wrong)
}

/// All Rust files that git knows or would know.
fn tracked(root: &Path) -> Result<Vec<PathBuf>> {
    let mut git = std::process::Command::new("git");
    git.current_dir(root).args(["ls-files", "--cached", "--others", "--exclude-standard", "*.rs"]);
    let files = shell::read(&mut git)?;
    Ok(files.lines().map(PathBuf::from).filter(|path| root.join(path).exists()).collect())
}

fn faults(path: &Path, text: &str, style: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let lines = text.lines().count();
    if lines > TOO_LONG {
        faults.push(format!("{lines} lines; more than {TOO_LONG} is a defect"));
    } else if lines > LONG && !style.contains(&format!("`{}`", path.display())) {
        faults.push(format!("{lines} lines; say in docs/style.md why it is longer than {LONG}"));
    }
    if !text.starts_with("//!") && !text.starts_with("#![") {
        faults.push("does not begin with `//!` saying what lives here".to_owned());
    }
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    if VAGUE.contains(&stem) {
        faults.push(format!("`{stem}` says nothing about what is inside"));
    }
    for (number, line) in text.lines().enumerate() {
        if let Some(word) = unfinished(line) {
            faults.push(format!("line {}: `{word}` has no place on main", number + 1));
        }
    }
    faults
}

/// Signs of something unfinished. Spelt in two halves, so that this file passes.
fn unfinished(line: &str) -> Option<String> {
    let signs = [
        ["TO", "DO"],
        ["FIX", "ME"],
        ["XX", "X:"],
        ["todo", "!("],
        ["unimplemented", "!("],
        ["#[ign", "ore"],
        ["dbg", "!("],
    ];
    signs.iter().map(|halves| halves.concat()).find(|sign| line.contains(sign.as_str()))
}
