//! Pythons of our own below `target/`, with pinned packages in exactly their versions: one for the clients, one for each
//! tester, so that none changes what another finds.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::FOLDER;
use crate::shell::{self, say};

/// What is installed for the clients.
const CLIENTS: &str = "conformance/requirements.txt";
/// What is installed for the tester.
const TESTER: &str = "conformance/schemathesis.txt";
/// What is installed for Atlassian's tester of security requirements.
const SECURITY_TESTER: &str = "conformance/connect-security.txt";
/// The oldest Python the client library runs on (`requires-python` of its package).
const OLDEST: &str = "3.10";

/// The interpreter of the clients, made and filled first if that is not done yet.
pub(crate) fn interpreter() -> Result<PathBuf> {
    filled("python", CLIENTS)
}

/// The interpreter of the tester, likewise.
pub(crate) fn tester() -> Result<PathBuf> {
    filled("schemathesis", TESTER)
}

/// The interpreter of Atlassian's tester of security requirements, likewise.
pub(crate) fn security_tester() -> Result<PathBuf> {
    filled("connect-security", SECURITY_TESTER)
}

/// A program of `conformance/`, ready to be started.
pub(super) fn script(interpreter: &Path, file: &str) -> Command {
    let mut command = Command::new(interpreter);
    command.arg(shell::root().join(FOLDER).join(file)).env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

fn filled(name: &str, list: &str) -> Result<PathBuf> {
    let (folder, pinned) = (shell::root().join("target/conformance").join(name), shell::root().join(list));
    let (python, stamp) = (folder.join("bin/python"), folder.join("installed.txt"));
    let wanted = std::fs::read_to_string(&pinned).with_context(|| list.to_owned())?;
    let is_there = std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted);
    if is_there && shell::succeeds(Command::new(&python).arg("--version")) {
        return Ok(python);
    }
    make(&folder)?;
    say("installing the pinned Python packages");
    let quiet = ["-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-input", "-r"];
    shell::run(Command::new(&python).args(quiet).arg(&pinned))
        .with_context(|| format!("the packages of {list} cannot be installed"))?;
    std::fs::write(&stamp, wanted).context("target/conformance")?;
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
        std::fs::remove_dir_all(folder).context("target/conformance")?;
    }
    shell::run(Command::new("python3").args(["-m", "venv"]).arg(folder)).context(what_to_do)
}
