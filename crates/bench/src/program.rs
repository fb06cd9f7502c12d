//! A child process: the service or a simulator.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use tokio::time::Instant;

/// How long a child may take to end after it was asked to.
const PATIENCE: Duration = Duration::from_secs(40);

/// What a program for Node.js answers to one input, with the packages of a folder.
pub(crate) fn answer_of_node(modules: &Path, script: &Path, input: &str) -> Result<Vec<u8>> {
    let mut command = Command::new("node");
    command.arg(script).env("NODE_PATH", modules);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("node is needed")?;
    child.stdin.take().context("the program takes nothing")?.write_all(input.as_bytes())?;
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("{} ended with {}", script.display(), output.status);
    }
    Ok(output.stdout)
}

/// A running child; killed when dropped.
#[derive(Debug)]
pub(crate) struct Program(Child);

impl Program {
    /// Starts a program. It sees these variables and no others, so that nobody's settings change what is measured.
    pub(crate) fn start(
        binary: &Path,
        arguments: &[&str],
        environment: &[(&str, String)],
        log: &Path,
    ) -> Result<Self> {
        let log = File::options().create(true).append(true).open(log)?;
        let child = Command::new(binary)
            .args(arguments)
            .env_clear()
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot start {}", binary.display()))?;
        Ok(Self(child))
    }

    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// The first line on its standard output, which is JSON. Blocks until it comes.
    pub(crate) fn first_line(&mut self) -> Result<Value> {
        let mut line = String::new();
        let output = self.0.stdout.take().context("the first line was read before")?;
        BufReader::new(output).read_line(&mut line)?;
        serde_json::from_str(&line).with_context(|| format!("the child's first line is not JSON: {line:?}"))
    }

    /// Fails if the child has ended.
    pub(crate) fn alive(&mut self) -> Result<()> {
        match self.0.try_wait()? {
            None => Ok(()),
            Some(status) => bail!("a child ended with {status}"),
        }
    }

    /// Asks it to end, as a service manager does, and waits.
    pub(crate) async fn stop(mut self) -> Result<()> {
        rustix::process::kill_process(
            rustix::process::Pid::from_child(&self.0),
            rustix::process::Signal::TERM,
        )?;
        let started = Instant::now();
        while self.0.try_wait()?.is_none() {
            if started.elapsed() > PATIENCE {
                bail!("a child did not end within {} s", PATIENCE.as_secs());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
