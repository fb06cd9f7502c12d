//! `cargo xtask conformance clients`: published client libraries doing ordinary work.
//!
//! Each program in `conformance/` prints a line a call and fails on an outcome it does not expect; what Jira itself
//! refuses stands in `conformance/refusals.json`. Their libraries are installed below `target/`, in pinned versions.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::simulator::Simulator;
use super::{FOLDER, node, python};
use crate::shell::{self, say};
use crate::transcript;

/// A program, and the faces of Jira its library is made for.
struct Client {
    library: &'static str,
    program: Program,
    faces: &'static [&'static str],
}

enum Program {
    Python(&'static str),
    Node(&'static str),
    Rust(&'static str),
}

const CLIENTS: &[Client] = &[
    Client { library: "jira", program: Program::Python("jira_library.py"), faces: &["cloud", "dc"] },
    Client {
        library: "atlassian-python-api",
        program: Program::Python("atlassian_library.py"),
        faces: &["cloud", "dc"],
    },
    Client { library: "jira.js", program: Program::Node("jira_js.cjs"), faces: &["cloud", "dc"] },
    Client { library: "jira-client", program: Program::Node("jira_client.cjs"), faces: &["cloud", "dc"] },
    Client { library: "gouqi", program: Program::Rust("gouqi"), faces: &["cloud", "dc"] },
];

/// Runs every client against every face.
pub(crate) fn run() -> Result<String> {
    let (python, node_modules) = (python::interpreter()?, node::modules()?);
    Simulator::build()?;
    let transcripts = transcript::folder()?;
    let (mut runs, mut failed) = (0, Vec::new());
    for client in CLIENTS {
        for face in client.faces {
            let simulator = Simulator::start(face, "", &transcripts)?;
            say(&format!("\n{} against {face}", client.library));
            let mut command = match client.program {
                Program::Python(file) => python::script(&python, file),
                Program::Node(file) => node::script(file, &node_modules),
                Program::Rust(package) => Command::new(built(package, "debug")?),
            };
            command.env("JIRA_URL", simulator.url()).env("JIRA_DEPLOYMENT", face);
            let ended = command.status().with_context(|| format!("cannot start {}", client.library))?;
            runs += 1;
            if !ended.success() {
                failed.push(format!("{} against {face}", client.library));
            }
        }
    }
    if !failed.is_empty() {
        bail!("{} of {runs} runs failed: {}", failed.len(), failed.join(", "));
    }
    transcript::judge(&transcripts)?;
    Ok(format!("{} client libraries in {runs} runs: every call as expected", CLIENTS.len()))
}

/// Programs that a measurement runs: a Python and its script, and one in Rust.
pub(crate) struct Readers {
    pub(crate) python: PathBuf,
    pub(crate) script: PathBuf,
    pub(crate) rust: PathBuf,
}

/// What other libraries read with, installed and built as somebody would who wants them fast.
pub(crate) fn readers(script: &str, package: &str) -> Result<Readers> {
    let python = python::interpreter()?;
    Ok(Readers { python, script: shell::root().join(FOLDER).join(script), rust: built(package, "release")? })
}

/// A crate of its own, outside the workspace, so that what it needs burdens no ordinary build; `profile` is the name of the
/// folder that cargo puts it in.
fn built(package: &str, profile: &str) -> Result<PathBuf> {
    let manifest = shell::root().join(FOLDER).join(package).join("Cargo.toml");
    let target = shell::root().join("target/conformance").join(package);
    let mut build = shell::cargo();
    build
        .args(["build", "-q", "--locked", "--manifest-path"])
        .arg(&manifest)
        .arg("--target-dir")
        .arg(&target);
    if profile == "release" {
        build.arg("--release");
    }
    shell::run(&mut build)?;
    Ok(target.join(profile).join(package))
}
