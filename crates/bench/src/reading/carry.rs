//! Carries a file to an issue and back, with our own client, and says what its memory did meanwhile.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use anyhow::{Context as _, Result, ensure};
use bowline_auth::SystemEntropy;
use bowline_core::connection::ToolKind;
use bowline_core::port::Pieces;
use bowline_jira::NewFile;
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;
use serde_json::{Value, json};

use super::walk::Way;
use crate::client::Client;
use crate::proc;
use crate::program::Program;
use crate::report::say;

/// How much is made at a time.
const PIECE: usize = 64 << 10;

/// Carries, and says what came back.
#[derive(clap::Args)]
pub(crate) struct Carry {
    /// The binary whose simulator is the Jira.
    #[arg(long)]
    bowline: PathBuf,
    /// Whether it is Jira Cloud.
    #[arg(long)]
    cloud: bool,
    /// How many bytes the file has.
    #[arg(long)]
    bytes: u64,
}

#[derive(Serialize)]
struct Carried {
    /// Bytes that came back, each as it was sent.
    same: u64,
    /// What Jira says of its size.
    size: Option<u64>,
    /// By how many bytes the resident memory grew at most.
    grown: u64,
}

impl Carry {
    pub(crate) async fn run(&self) -> Result<()> {
        let (tool, deployment) =
            if self.cloud { (ToolKind::JiraCloud, "cloud") } else { (ToolKind::JiraDc, "dc") };
        let sim = ["sim", "jira", "--deployment", deployment, "--json"];
        let mut program = Program::start(&self.bowline, &sim, &[], Path::new("/dev/null"))?;
        let first = program.first_line()?;
        let url = first.get("listening").and_then(Value::as_str).context("the simulator names no address")?;
        let limit = json!({"attachments": {"limit": self.bytes.max(1)}});
        Client::new(url.to_owned(), None)?.post("/_sim/settings", &limit).await?;
        let way = Way::to(tool, url)?;
        let (jira, entropy) = (way.jira(), SystemEntropy);
        let files = jira.files(&way.pipeline, &entropy);
        // Whatever the first call needs is there after it.
        jira.attachment_limits().await?;
        let before = proc::memory(std::process::id())?.now;
        let file = NewFile {
            name: "Pläne \"neu\".bin".to_owned(),
            media_type: "application/octet-stream".to_owned(),
            length: self.bytes,
            pieces: pieces(self.bytes),
        };
        let attached =
            files.attach("ACME-1", file).await?.into_iter().next().context("no file was attached")?;
        let attachment = jira.attachment(&attached.id.to_string()).await?;
        let mut content = files.content(&attachment).await?.pieces;
        let mut same = Sent::new(self.bytes);
        while let Some(piece) = content.try_next().await? {
            ensure!(same.goes_on_with(&piece), "the file differs after {} bytes", same.at);
        }
        jira.delete_attachment(&attachment.id.to_string()).await?;
        let gone = jira.attachment(&attachment.id.to_string()).await;
        ensure!(gone.is_err(), "a removed file is still there");
        let grown = proc::memory(std::process::id())?.peak.saturating_sub(before);
        let carried = Carried { same: same.at, size: attachment.size.get().copied(), grown };
        say(&serde_json::to_string(&carried)?);
        Ok(())
    }
}

/// What every piece has after its number.
static REST: LazyLock<Vec<u8>> = LazyLock::new(|| (0..=u8::MAX).cycle().take(PIECE).collect());

/// A piece of the file: no two are alike.
fn piece(index: u64) -> Vec<u8> {
    let mut piece = REST.clone();
    for (byte, number) in piece.iter_mut().zip(index.to_be_bytes()) {
        *byte = number;
    }
    piece
}

fn pieces(length: u64) -> Pieces {
    let whole = PIECE as u64;
    let some = move |index: u64| {
        let mut piece = piece(index);
        piece.truncate(usize::try_from(length - index * whole).unwrap_or(PIECE));
        Ok(Bytes::from(piece))
    };
    stream::iter(0..length.div_ceil(whole)).map(some).boxed()
}

/// What was sent, as far as it came back.
struct Sent {
    at: u64,
    length: u64,
}

impl Sent {
    fn new(length: u64) -> Self {
        Self { at: 0, length }
    }

    fn goes_on_with(&mut self, mut came: &[u8]) -> bool {
        while !came.is_empty() {
            let (index, from) = (self.at / PIECE as u64, self.at % PIECE as u64);
            let sent = piece(index);
            let rest = sent.get(usize::try_from(from).unwrap_or(PIECE)..).unwrap_or_default();
            let (here, further) = came.split_at(came.len().min(rest.len()));
            if !rest.starts_with(here) {
                return false;
            }
            self.at += here.len() as u64;
            came = further;
        }
        self.at <= self.length
    }
}
