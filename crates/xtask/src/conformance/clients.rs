//! `cargo xtask conformance clients`: published client libraries doing ordinary work.
//!
//! Each program in `conformance/` prints a line a call and fails on an outcome it does not expect; what Jira itself
//! refuses stands in `conformance/refusals.json`. Their libraries are installed below `target/`, in pinned versions.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::python;
use super::simulator::Simulator;
use crate::shell::{self, say};
use crate::transcript;

/// The oldest Node.js the clients run on (`engines` of their packages).
const NODE: &str = "20";
/// The folder of the programs.
const FOLDER: &str = "conformance";

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
    let (python, node) = (python::interpreter()?, node_modules()?);
    Simulator::build()?;
    let transcripts = transcript::folder()?;
    let (mut runs, mut failed) = (0, Vec::new());
    for client in CLIENTS {
        for face in client.faces {
            let simulator = Simulator::start(face, "", &transcripts)?;
            say(&format!("\n{} against {face}", client.library));
            let mut command = match client.program {
                Program::Python(file) => script(&python, file),
                Program::Node(file) => {
                    let mut command = script(Path::new("node"), file);
                    command.env("NODE_PATH", &node);
                    command
                }
                Program::Rust(package) => built(package)?,
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

fn script(interpreter: &Path, file: &str) -> Command {
    let mut command = Command::new(interpreter);
    command.arg(shell::root().join(FOLDER).join(file)).env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// The folder of the installed JavaScript packages, installed first if that is not done yet.
fn node_modules() -> Result<PathBuf> {
    let what_to_do = format!("install Node.js {NODE} or newer with npm");
    let asked = format!("process.exit(Number(parseInt(process.versions.node) < {NODE}))");
    if !shell::succeeds(Command::new("node").args(["-e", &asked])) {
        bail!("no usable Node.js: {what_to_do}");
    }
    let (own, folder) = (shell::root().join(FOLDER), shell::root().join("target/conformance/node"));
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
        let quiet = ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel", "error"];
        shell::run(Command::new("npm").current_dir(&folder).args(quiet)).with_context(|| {
            // An install that broke off must not be taken for a whole one the next time.
            let _ = std::fs::remove_file(folder.join("package.json"));
            what_to_do
        })?;
    }
    Ok(modules)
}

/// A crate of its own, outside the workspace, so that what it needs burdens no ordinary build.
fn built(package: &str) -> Result<Command> {
    let manifest = shell::root().join(FOLDER).join(package).join("Cargo.toml");
    let target = shell::root().join("target/conformance").join(package);
    let build = ["build", "-q", "--locked", "--manifest-path"];
    shell::run(shell::cargo().args(build).arg(&manifest).arg("--target-dir").arg(&target))?;
    Ok(Command::new(target.join("debug").join(package)))
}
