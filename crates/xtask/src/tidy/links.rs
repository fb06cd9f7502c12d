//! Links between our documents lead somewhere.

use std::path::Path;

use anyhow::Result;

use crate::shell;

/// Relative links in Markdown files whose target does not exist.
pub(crate) fn check() -> Result<Vec<String>> {
    let root = shell::root();
    let mut git = std::process::Command::new("git");
    git.current_dir(&root).args(["ls-files", "--cached", "--others", "--exclude-standard", "*.md"]);
    let mut wrong = Vec::new();
    for file in shell::read(&mut git)?.lines() {
        let text = std::fs::read_to_string(root.join(file)).unwrap_or_default();
        let folder = Path::new(file).parent().unwrap_or(Path::new(""));
        for target in targets(&text) {
            if !root.join(folder).join(target).exists() {
                wrong.push(format!("{file}: the link to `{target}` leads nowhere"));
            }
        }
    }
    Ok(wrong)
}

/// The targets of `[text](target)` that are paths of ours, without their anchors.
fn targets(text: &str) -> Vec<&str> {
    let after = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let is_path =
        |target: &&str| !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:");
    after
        .map(|target| target.split('#').next().unwrap_or_default())
        .filter(is_path)
        .filter(|target| !target.contains(char::is_whitespace))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_count_and_anchors_are_cut() {
        let text = "[a](docs/x.md#part) [b](https://example.com) [c](#here) [d](y.md)";
        assert_eq!(targets(text), ["docs/x.md", "y.md"]);
    }
}
