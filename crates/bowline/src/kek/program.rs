//! A program that wraps and unwraps: how a key management service, Vault or a hardware module is attached.
//!
//! It is started once for each line, gets the line on standard input, and answers with a line on standard output (the
//! lines: `bowline_auth::kek::message`). What it says on standard error goes where ours goes. A program that takes too
//! long is killed, with whatever it started.

use std::process::Stdio;
use std::time::Duration;

use async_trait::async_trait;
use bowline_auth::kek::{Exchange, message};
use bowline_core::port::SealError;
use bowline_core::secret::Secret;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};

/// Calls of one program.
pub(super) struct Calls {
    words: Vec<String>,
    who: String,
    timeout: Duration,
}

impl Calls {
    /// A program with its arguments; no shell reads them.
    pub(super) fn new(words: &[String], timeout: Duration) -> Self {
        let who = format!("the program `{}`", words.first().map(String::as_str).unwrap_or_default());
        Self { words: words.to_vec(), who, timeout }
    }

    fn away(&self, words: impl std::fmt::Display) -> SealError {
        SealError::Away(format!("{} {words}", self.who))
    }

    fn start(&self) -> Result<Child, SealError> {
        let Some((program, arguments)) = self.words.split_first() else {
            return Err(self.away("has no name"));
        };
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        // A group of its own, so that it can be killed with its children.
        command.process_group(0).kill_on_drop(true);
        // What is ours may hold a password of the database; what it needs itself has other names.
        for (name, _) in
            std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"BOWLINE_"))
        {
            command.env_remove(name);
        }
        command.spawn().map_err(|error| self.away(format!("cannot be started: {error}")))
    }

    async fn talk(&self, child: &mut Child, line: &Secret) -> Result<Secret, SealError> {
        let (Some(mut into), Some(out)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(self.away("has no standard input and output"));
        };
        let write = async {
            // One that answers without reading to the end is free to.
            let _ = into.write_all(line.expose()).await;
            drop(into);
        };
        let read = async {
            // Sized beforehand: growing would leave a copy of a key behind.
            let mut answer = Vec::with_capacity(message::LONGEST + 1);
            out.take(message::LONGEST as u64 + 1).read_to_end(&mut answer).await.map(|_| Secret::new(answer))
        };
        let ((), answer) = tokio::join!(write, read);
        let answer = answer.map_err(|error| self.away(format!("cannot be read from: {error}")))?;
        if answer.expose().len() > message::LONGEST {
            return Err(self.away("answered with more than 64 KiB"));
        }
        let status = child.wait().await.map_err(|error| self.away(format!("has no end: {error}")))?;
        // An error in words says more than a status.
        if status.success() || answer.expose().trim_ascii_start().starts_with(b"{") {
            return Ok(answer);
        }
        Err(self.away(format!("failed with {status}; what it said is on our standard error")))
    }
}

#[async_trait]
impl Exchange for Calls {
    fn who(&self) -> &str {
        &self.who
    }

    async fn exchange(&self, line: &Secret) -> Result<Secret, SealError> {
        let mut child = self.start()?;
        match tokio::time::timeout(self.timeout, self.talk(&mut child, line)).await {
            Ok(answer) => answer,
            Err(_) => {
                kill(&child);
                let seconds = self.timeout.as_secs_f32();
                Err(self.away(format!("did not answer within {seconds} s (`keys.timeout`) and was ended")))
            }
        }
    }
}

/// Ends a program and what it started.
fn kill(child: &Child) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some(group) = group {
        // It may have ended by itself meanwhile.
        let _ = kill_process_group(group, Signal::KILL);
    }
}
