//! `cargo xtask conformance pandoc`: our reading of wiki markup held against pandoc's.
//!
//! The example `pandoc` of crate `text` compares the texts of its corpus; what is known to differ stands in
//! `conformance/pandoc.json` with its reason. Debian has the program.

use std::process::Command;

use anyhow::Result;

use crate::{debian, shell};

/// Compares; the verdict is what the example prints, and what is wrong its complaint.
pub(crate) fn run() -> Result<String> {
    if !shell::succeeds(Command::new("pandoc").arg("--version")) {
        debian::install("pandoc", "install pandoc (Debian: `apt-get install pandoc`)")?;
    }
    let mut command = shell::cargo();
    command.args(["run", "--quiet", "--locked", "--package", "bowline-text", "--example", "pandoc", "--"]);
    let corpus = ["crates/text/corpus/wiki.txt", "crates/text/corpus/notation.txt"];
    command.arg("conformance/pandoc.json").args(corpus);
    let said = shell::read(&mut command)?;
    Ok(said.trim_end().to_owned())
}
