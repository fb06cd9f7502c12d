//! `cargo xtask conformance browser`: a real browser, signing in by every flow.
//!
//! The program `conformance/browser.cjs` starts the service and the simulated providers as a person would, and walks through the
//! pages with Chromium, on a desktop and a phone, light and dark: what each must say stands there. Every page is held against
//! the rules of axe-core for people who cannot see or click well, and kept as a picture below `target/`.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use super::node;
use super::simulator::Simulator;
use crate::debian;
use crate::shell::{self, say};

/// What Chromium and its like are called.
const NAMES: &[&str] = &["chromium", "chromium-browser", "google-chrome"];

/// Walks; the verdict is the program's last line.
pub(crate) fn run() -> Result<String> {
    let (chromium, modules) = (chromium()?, node::modules()?);
    Simulator::build()?;
    let mut command = node::script("browser.cjs", &modules);
    command.env("BOWLINE", shell::root().join("target/debug/bowline")).env("CHROMIUM", chromium);
    command.env("FAKETIME", faketime()?);
    command.env("PICTURES", shell::root().join("target/conformance/pictures"));
    let output = command.output().context("cannot start conformance/browser.cjs")?;
    let said = String::from_utf8_lossy(&output.stdout);
    say(said.trim_end());
    if !output.status.success() {
        bail!("a walk did not end as it should: {}", String::from_utf8_lossy(&output.stderr).trim_end());
    }
    Ok(said.lines().last().unwrap_or_default().to_owned())
}

/// The library that lets the service alone live later than it is.
fn faketime() -> Result<PathBuf> {
    const LIBRARY: &str = "faketime/libfaketimeMT.so.1";
    // Debian's folders of libraries are named by machine: x86_64-linux-gnu and its like.
    let find = || {
        let folders = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
        folders.map(|folder| folder.path().join(LIBRARY)).find(|path| path.exists())
    };
    if let Some(found) = find() {
        return Ok(found);
    }
    debian::install("libfaketime", "install libfaketime (Debian: `apt-get install libfaketime`)")?;
    find().context("libfaketime was installed, but is not below /usr/lib")
}

/// An installed one, else one installed now.
pub(super) fn chromium() -> Result<PathBuf> {
    if let Some(found) = shell::on_path(NAMES) {
        return Ok(found);
    }
    debian::install("chromium", "install Chromium (Debian: `apt-get install chromium`)")?;
    shell::on_path(NAMES).context("Chromium was installed, but is not on the path")
}
