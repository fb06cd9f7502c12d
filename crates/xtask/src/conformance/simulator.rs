//! A simulator as users start it: `bowline sim`, on a free port, until the value is dropped.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::{shell, transcript};

/// One that listens.
pub(crate) struct Simulator {
    child: Child,
    url: String,
}

impl Simulator {
    /// Builds the binary that [`Simulator::start`] starts.
    pub(crate) fn build() -> Result<()> {
        shell::run(shell::cargo().args(["build", "-q", "-p", "bowline"]))
    }

    /// Starts a Jira below a path, `/jira` or none; what it answers is written down in the folder.
    pub(crate) fn start(deployment: &str, context: &str, transcripts: &Path) -> Result<Self> {
        Self::spawn(&["jira", "--deployment", deployment, "--context-path", context], transcripts)
    }

    /// Starts a simulated Atlassian with its sites.
    pub(crate) fn start_atlassian(transcripts: &Path) -> Result<Self> {
        Self::spawn(&["atlassian"], transcripts)
    }

    fn spawn(which: &[&str], transcripts: &Path) -> Result<Self> {
        let mut command = Command::new(shell::root().join("target/debug/bowline"));
        command.args(["--json", "sim"]).args(which).args(["--listen", "127.0.0.1:0"]);
        command.env(transcript::VARIABLE, transcripts).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().context("cannot start `bowline sim`")?;
        let mut line = String::new();
        let output = child.stdout.take().context("`bowline sim` has no output")?;
        let read = BufReader::new(output).read_line(&mut line);
        let mut simulator = Self { child, url: String::new() };
        read.context("`bowline sim` does not say where it listens")?;
        let told: Value = serde_json::from_str(&line)
            .with_context(|| format!("`bowline sim` does not say where it listens, but `{line}`"))?;
        match told.get("listening").and_then(Value::as_str) {
            Some(url) => url.clone_into(&mut simulator.url),
            None => bail!("`bowline sim` does not say where it listens, but `{line}`"),
        }
        Ok(simulator)
    }

    /// What it answers to a GET, without its headers; fails unless that is a success.
    pub(crate) fn get(&self, path: &str) -> Result<String> {
        let place = self.url.trim_start_matches("http://");
        let mut stream = TcpStream::connect(place).context("the simulator is gone")?;
        // Version 1.0, after whose answer the connection ends.
        write!(stream, "GET {path} HTTP/1.0\r\nHost: {place}\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        match answer.split_once("\r\n\r\n") {
            Some((head, body)) if head.split(' ').nth(1) == Some("200") => Ok(body.to_owned()),
            _ => bail!("the simulator answers `{}` to {path}", answer.lines().next().unwrap_or_default()),
        }
    }

    /// Where it listens, without a slash at the end.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
