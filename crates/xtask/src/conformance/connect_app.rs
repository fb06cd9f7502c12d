//! `cargo xtask conformance connect-app`: the sample app of `examples/`, as somebody would take it.
//!
//! It is copied out of the repository, built against the crate alone, and started; the program `conformance/connect_app.cjs`
//! installs it in the simulated Jira and Confluence, reads its comments back, and shows its page with a real browser.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::simulator::Simulator;
use super::{browser, node};
use crate::shell::{self, say};
use crate::transcript;

const SAMPLE: &str = "examples/connect-app";
/// How the sample names the crate; only this is another path in a copy.
const PATH: &str = "../../crates/connect";

/// Runs it; the verdict is the program's last line.
pub(crate) fn run() -> Result<String> {
    let (chromium, modules) = (browser::chromium()?, node::modules()?);
    let target = shell::root().join("target/conformance/connect-app");
    let copy = std::env::temp_dir().join(format!("bowline-connect-app-{}", std::process::id()));
    let built = copied(&copy).and_then(|()| {
        let build = ["build", "-q", "--locked", "--target-dir"];
        shell::run(shell::cargo().current_dir(&copy).args(build).arg(&target))
    });
    fs::remove_dir_all(&copy).with_context(|| copy.display().to_string())?;
    built?;
    Simulator::build()?;
    let transcripts = transcript::folder()?;
    let atlassian = Simulator::start_atlassian(&transcripts)?;
    let mut command = node::script("connect_app.cjs", &modules);
    command.env("APP", target.join("debug/connect-app")).env("CHROMIUM", chromium);
    let output = command.env("ATLASSIAN_URL", atlassian.url()).output();
    let output = output.context("cannot start conformance/connect_app.cjs")?;
    let said = String::from_utf8_lossy(&output.stdout);
    say(said.trim_end());
    if !output.status.success() {
        bail!("the sample does not work: {}", String::from_utf8_lossy(&output.stderr).trim_end());
    }
    transcript::judge(&transcripts)?;
    Ok(said.lines().last().unwrap_or_default().to_owned())
}

/// The sample in another folder.
fn copied(copy: &Path) -> Result<()> {
    let sample = shell::root().join(SAMPLE);
    fs::create_dir_all(copy.join("src")).context("a folder for the copy")?;
    for file in ["Cargo.toml", "Cargo.lock", "src/main.rs"] {
        let text = fs::read_to_string(sample.join(file)).with_context(|| format!("{SAMPLE}/{file}"))?;
        let text = text.replace(PATH, &shell::root().join("crates/connect").display().to_string());
        fs::write(copy.join(file), text).with_context(|| copy.display().to_string())?;
    }
    Ok(())
}
