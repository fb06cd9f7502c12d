//! The way to the encryptor: one connection for each line.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use bowline_auth::kek::{Exchange, message};
use bowline_core::port::SealError;
use bowline_core::secret::Secret;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

/// How often an encryptor that is not there yet is looked for: everything may be starting at once.
const AGAIN: Duration = Duration::from_millis(100);

/// Calls of one encryptor.
pub(super) struct Calls {
    path: PathBuf,
    who: String,
    timeout: Duration,
}

impl Calls {
    /// The encryptor that listens at `path`.
    pub(super) fn new(path: &Path, timeout: Duration) -> Self {
        Self { path: path.to_owned(), who: format!("the encryptor at {}", path.display()), timeout }
    }

    /// Waits for it to listen.
    async fn connect(&self) -> std::io::Result<UnixStream> {
        loop {
            match UnixStream::connect(&self.path).await {
                Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => {
                    tokio::time::sleep(AGAIN).await;
                }
                connected => return connected,
            }
        }
    }

    async fn talk(&self, line: &Secret) -> std::io::Result<Secret> {
        let mut stream = self.connect().await?;
        // Whoever took its place must not get a key to see.
        let own = rustix::process::geteuid().as_raw();
        let other = stream.peer_cred()?.uid();
        if other != own && other != 0 {
            return Err(std::io::Error::other("belongs to another user"));
        }
        stream.write_all(line.expose()).await?;
        stream.shutdown().await?;
        let mut answer = Vec::with_capacity(message::LONGEST + 1);
        stream.take(message::LONGEST as u64 + 1).read_to_end(&mut answer).await?;
        Ok(Secret::new(answer))
    }
}

#[async_trait]
impl Exchange for Calls {
    fn who(&self) -> &str {
        &self.who
    }

    async fn exchange(&self, line: &Secret) -> Result<Secret, SealError> {
        let who = &self.who;
        match tokio::time::timeout(self.timeout, self.talk(line)).await {
            Ok(Ok(answer)) if !answer.expose().is_empty() => Ok(answer),
            Ok(Ok(_)) => Err(SealError::Away(format!("{who} hung up without an answer; its log says why"))),
            Ok(Err(error)) => Err(SealError::Away(format!("{who} cannot be spoken to: {error}"))),
            Err(_) => Err(SealError::Away(format!(
                "{who} did not answer within {} s; start it with `bowline serve --role encryptor`",
                self.timeout.as_secs_f32()
            ))),
        }
    }
}
