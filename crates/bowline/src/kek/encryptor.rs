//! The encryptor: a process that alone holds the key-encryption key, and wraps and unwraps for the others.
//!
//! It listens on a Unix socket that is for its own user alone, twice: by the rights of the file (0600), and by asking
//! the system who is at the other end. It opens no database, makes no keys, and logs whose key it was asked for, never
//! the key. Why a socket and not a port: `docs/adr/0012-the-encryptor.md`.

use std::future::Future;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use bowline_auth::kek::{Kek, message};
use bowline_core::secret::Secret;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use super::Source;
use crate::config::Keys;

/// How long a caller may take to say what it wants and to take the answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many callers are answered at once; the others wait.
const AT_ONCE: usize = 64;

/// How long callers may take to get their answers once it is told to stop.
const DRAIN: Duration = Duration::from_secs(5);

/// The encryptor, before it listens.
pub(crate) struct Encryptor {
    kek: Arc<dyn Kek>,
    listener: UnixListener,
    socket: PathBuf,
}

impl Encryptor {
    /// Opens the key and the socket.
    pub(crate) async fn open(keys: &Keys, data: &Path) -> Result<Self> {
        let source = keys.wrap(data).map_err(anyhow::Error::msg)?;
        if let Source::Encryptor(_) = source {
            bail!("`keys.wrap` of the encryptor must be the key itself, not another encryptor");
        }
        let kek = source.open(keys.timeout()).await.with_context(|| {
            format!("the encryptor makes no keys; `bowline keys make {source}` makes one")
        })?;
        let socket = keys.socket(data);
        let listener = listen(&socket).await?;
        Ok(Self { kek, listener, socket })
    }

    /// Where it listens.
    pub(crate) fn socket(&self) -> &Path {
        &self.socket
    }

    /// The public name of its key.
    pub(crate) fn id(&self) -> &str {
        self.kek.id()
    }

    /// Answers until told to stop.
    pub(crate) async fn run(self, stop: impl Future<Output = ()>) {
        tracing::info!(socket = %self.socket.display(), kek = self.kek.id(), "holding the key-encryption key");
        let (places, callers) = (Arc::new(Semaphore::new(AT_ONCE)), TaskTracker::new());
        tokio::pin!(stop);
        loop {
            let accepted = tokio::select! {
                () = &mut stop => break,
                accepted = self.listener.accept() => accepted,
            };
            let Ok((stream, _)) = accepted else {
                // Out of descriptors, most likely: some are given back soon.
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            let (kek, places) = (Arc::clone(&self.kek), Arc::clone(&places));
            callers.spawn(async move {
                let Ok(_place) = places.acquire_owned().await else { return };
                match tokio::time::timeout(PATIENCE, serve(kek.as_ref(), stream)).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => tracing::warn!(%error, "a caller was not answered"),
                    Err(_) => tracing::warn!("a caller took too long"),
                }
            });
        }
        let _ = std::fs::remove_file(&self.socket);
        callers.close();
        let _ = tokio::time::timeout(DRAIN, callers.wait()).await;
    }
}

/// A socket for this user alone. One that nobody listens at any more is replaced.
async fn listen(socket: &Path) -> Result<UnixListener> {
    if let Some(folder) = socket.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    if UnixStream::connect(socket).await.is_ok() {
        bail!("another encryptor listens at {}; stop it, or set keys.socket", socket.display());
    }
    match std::fs::symlink_metadata(socket) {
        Ok(file) if !std::os::unix::fs::FileTypeExt::is_socket(&file.file_type()) => {
            bail!("{} is no socket; set keys.socket to another path", socket.display())
        }
        Ok(_) => {
            std::fs::remove_file(socket).with_context(|| format!("cannot replace {}", socket.display()))?
        }
        Err(_) => {}
    }
    let listener =
        UnixListener::bind(socket).with_context(|| format!("cannot listen at {}", socket.display()))?;
    std::fs::set_permissions(socket, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

async fn serve(kek: &dyn Kek, mut stream: UnixStream) -> std::io::Result<()> {
    let caller = stream.peer_cred()?;
    if caller.uid() != rustix::process::geteuid().as_raw() {
        tracing::warn!(uid = caller.uid(), pid = caller.pid(), "refused a caller of another user");
        return Ok(());
    }
    let mut line = Vec::with_capacity(message::LONGEST + 1);
    (&mut stream).take(message::LONGEST as u64 + 1).read_to_end(&mut line).await?;
    let line = Secret::new(line);
    if line.expose().len() > message::LONGEST {
        return Err(std::io::Error::other("a request of more than 64 KiB"));
    }
    let (op, context) = message::gist(line.expose());
    let answer = message::answer(kek, line.expose()).await;
    tracing::info!(pid = caller.pid(), op, context, "answered");
    stream.write_all(answer.expose()).await
}
