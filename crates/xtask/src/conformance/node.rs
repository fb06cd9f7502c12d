//! JavaScript packages in pinned versions, installed below `target/`, and programs of `conformance/` that use them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::FOLDER;
use crate::shell::{self, say};

/// The oldest Node.js the packages run on (`engines` of theirs).
const OLDEST: &str = "20";

/// The folder of the installed packages, installed first if that is not done yet.
pub(super) fn modules() -> Result<PathBuf> {
    modules_of("")
}

/// The same for the packages of a folder of `conformance/`, whose lock file is its own: they would burden the others.
pub(super) fn modules_of(set: &str) -> Result<PathBuf> {
    let what_to_do = format!("install Node.js {OLDEST} or newer with npm");
    let asked = format!("process.exit(Number(parseInt(process.versions.node) < {OLDEST}))");
    if !shell::succeeds(Command::new("node").args(["-e", &asked])) {
        bail!("no usable Node.js: {what_to_do}");
    }
    let own = shell::root().join(FOLDER).join(set);
    let folder = shell::root().join("target/conformance").join(if set.is_empty() { "node" } else { set });
    let modules = folder.join("node_modules");
    std::fs::create_dir_all(&folder).context("target/conformance/node")?;
    let same = |file: &str| {
        let wanted = std::fs::read(own.join(file)).with_context(|| format!("{FOLDER}/{file}"))?;
        let is_there = std::fs::read(folder.join(file)).is_ok_and(|installed| installed == wanted);
        std::fs::write(folder.join(file), wanted).context("target/conformance/node")?;
        anyhow::Ok(is_there)
    };
    let (package, lock) = (same("package.json")?, same("package-lock.json")?);
    if !(package && lock && modules.exists()) {
        say("installing the pinned JavaScript packages");
        let quiet =
            ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--omit=optional", "--loglevel", "error"];
        shell::run(Command::new("npm").current_dir(&folder).args(quiet)).with_context(|| {
            // An install that broke off must not be taken for a whole one the next time.
            let _ = std::fs::remove_file(folder.join("package.json"));
            what_to_do
        })?;
    }
    Ok(modules)
}

/// The folder of the installed packages and a program of `conformance/`, for whoever starts it.
pub(crate) fn peer(file: &str) -> Result<(PathBuf, PathBuf)> {
    peer_of("", file)
}

/// The same with the packages of a folder of `conformance/`.
pub(crate) fn peer_of(set: &str, file: &str) -> Result<(PathBuf, PathBuf)> {
    Ok((modules_of(set)?, shell::root().join(FOLDER).join(file)))
}

/// A program of `conformance/`, ready to be started.
pub(super) fn script(file: &str, modules: &Path) -> Command {
    let mut command = Command::new("node");
    command.arg(shell::root().join(FOLDER).join(file)).env("NODE_PATH", modules);
    command
}
