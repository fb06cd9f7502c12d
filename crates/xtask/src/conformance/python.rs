//! A Python of our own below `target/`, with the packages of `conformance/requirements.txt` in exactly their versions.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::shell::{self, say};

/// What is installed.
const PINNED: &str = "conformance/requirements.txt";
/// The oldest Python the client library runs on (`requires-python` of its package).
const OLDEST: &str = "3.10";

/// The interpreter, made and filled first if that is not done yet.
pub(crate) fn interpreter() -> Result<PathBuf> {
    let (folder, pinned) = (shell::root().join("target/conformance/python"), shell::root().join(PINNED));
    let (python, stamp) = (folder.join("bin/python"), folder.join("installed.txt"));
    let wanted = std::fs::read_to_string(&pinned).context(PINNED)?;
    let is_there = std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted);
    if is_there && shell::succeeds(Command::new(&python).arg("--version")) {
        return Ok(python);
    }
    make(&folder)?;
    say("installing the pinned Python packages");
    let quiet = ["-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-input", "-r"];
    shell::run(Command::new(&python).args(quiet).arg(&pinned))
        .with_context(|| format!("the packages of {PINNED} cannot be installed"))?;
    std::fs::write(&stamp, wanted).context("target/conformance/python")?;
    Ok(python)
}

fn make(folder: &Path) -> Result<()> {
    let what_to_do = format!(
        "install Python {OLDEST} or newer with its module `venv` (Debian: `apt-get install python3 python3-venv`)"
    );
    let asked =
        format!("import ensurepip, sys, venv; sys.exit(sys.version_info < ({}))", OLDEST.replace('.', ", "));
    if !shell::succeeds(Command::new("python3").args(["-c", &asked])) {
        bail!("no usable Python: {what_to_do}");
    }
    if folder.exists() {
        std::fs::remove_dir_all(folder).context("target/conformance/python")?;
    }
    shell::run(Command::new("python3").args(["-m", "venv"]).arg(folder)).context(what_to_do)
}
