//! Files that come and go over HTTP: small ones stay in memory, larger ones in a temporary file.
//!
//! The file has no name that could be left behind: the operating system takes it away when the last one who holds the
//! [`Spool`] lets go of it, even if the process is killed.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use tokio::io::AsyncWriteExt as _;
use tokio::task::{JoinHandle, spawn_blocking};

/// What stays in memory.
const SMALL: usize = 64 * 1024;
/// How much is read at a time.
const CHUNK: u64 = 64 * 1024;

/// A whole file.
pub(crate) struct Spool {
    length: u64,
    content: Content,
}

enum Content {
    Memory(Bytes),
    Disk(Mutex<File>),
}

impl fmt::Debug for Spool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Spool").field("length", &self.length).finish_non_exhaustive()
    }
}

impl Spool {
    /// How many bytes it has.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// The bytes from a place to another, both within the file.
    pub(crate) fn chunk(&self, from: u64, to: u64) -> io::Result<Bytes> {
        let file = match &self.content {
            Content::Memory(bytes) => {
                let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
                return Ok(bytes.slice(place(from)..place(to)));
            }
            Content::Disk(file) => file,
        };
        let mut chunk = vec![0; usize::try_from(to.saturating_sub(from)).unwrap_or_default()];
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(from))?;
        file.read_exact(&mut chunk)?;
        Ok(chunk.into())
    }
}

/// A file that is being received.
#[derive(Default)]
pub(crate) struct Receiving {
    memory: Vec<u8>,
    file: Option<tokio::fs::File>,
    length: u64,
}

impl Receiving {
    /// How many bytes came so far.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// Takes the next bytes.
    pub(crate) async fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.length += bytes.len() as u64;
        if let Some(file) = &mut self.file {
            return file.write_all(bytes).await;
        }
        self.memory.extend_from_slice(bytes);
        if self.memory.len() > SMALL {
            let file = spawn_blocking(tempfile::tempfile).await.map_err(io::Error::other)??;
            let mut file = tokio::fs::File::from_std(file);
            file.write_all(&std::mem::take(&mut self.memory)).await?;
            self.file = Some(file);
        }
        Ok(())
    }

    /// All bytes came.
    pub(crate) async fn finish(self) -> io::Result<Spool> {
        let content = match self.file {
            None => Content::Memory(self.memory.into()),
            Some(mut file) => {
                file.flush().await?;
                Content::Disk(Mutex::new(file.into_std().await))
            }
        };
        Ok(Spool { length: self.length, content })
    }
}

/// A part of a file, as an answer's body.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub(crate) file: Arc<Spool>,
    /// The first byte.
    pub(crate) from: u64,
    /// The byte after the last one.
    pub(crate) to: u64,
}

impl Piece {
    /// The whole of a file.
    pub(crate) fn whole(file: &Arc<Spool>) -> Self {
        Self { file: file.clone(), from: 0, to: file.length }
    }

    /// How many bytes it has.
    pub(crate) fn length(&self) -> u64 {
        self.to.saturating_sub(self.from)
    }

    /// Its bytes, chunk by chunk.
    pub(crate) fn read(self) -> Reading {
        Reading { piece: self, next: None }
    }
}

/// The bytes of a [`Piece`].
pub(crate) struct Reading {
    piece: Piece,
    next: Option<JoinHandle<io::Result<Bytes>>>,
}

impl Stream for Reading {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.next.is_none() {
            let Piece { file, from, to } = self.piece.clone();
            if from >= to {
                return Poll::Ready(None);
            }
            let end = to.min(from.saturating_add(CHUNK));
            self.piece.from = end;
            if let Content::Memory(_) = &file.content {
                return Poll::Ready(Some(file.chunk(from, end)));
            }
            self.next = Some(spawn_blocking(move || file.chunk(from, end)));
        }
        let Some(next) = &mut self.next else { return Poll::Ready(None) };
        let chunk = ready!(Pin::new(next).poll(context));
        self.next = None;
        Poll::Ready(Some(chunk.unwrap_or_else(|error| Err(io::Error::other(error)))))
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    async fn all(piece: Piece) -> Vec<u8> {
        let mut reading = Box::pin(piece.read());
        let mut bytes = Vec::new();
        while let Some(chunk) = poll_fn(|context| reading.as_mut().poll_next(context)).await {
            bytes.extend_from_slice(&chunk.expect("a chunk"));
        }
        bytes
    }

    async fn spooled(length: usize) -> (Arc<Spool>, Vec<u8>) {
        let bytes: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
        let mut receiving = Receiving::default();
        for part in bytes.chunks(1_000) {
            receiving.take(part).await.expect("taken");
        }
        (Arc::new(receiving.finish().await.expect("a file")), bytes)
    }

    #[tokio::test]
    async fn files_of_every_size_come_back_as_they_were() {
        for length in [0, 1, SMALL, SMALL + 1, 3 * SMALL + 7] {
            let (file, bytes) = spooled(length).await;
            assert_eq!(file.length(), length as u64);
            assert_eq!(matches!(file.content, Content::Disk(_)), length > SMALL, "{length}");
            assert_eq!(all(Piece::whole(&file)).await, bytes);
        }
    }

    #[tokio::test]
    async fn a_large_file_takes_no_more_memory_than_a_small_one() {
        let (mut receiving, chunk) = (Receiving::default(), vec![7; 10_000]);
        for taken in 1..=2_000 {
            receiving.take(&chunk).await.expect("taken");
            assert_eq!(receiving.length(), taken * 10_000);
            assert!(receiving.memory.capacity() <= 2 * (SMALL + chunk.len()), "{taken}");
            assert!(receiving.file.is_none() || receiving.memory.capacity() == 0, "{taken}");
        }
        let file = Arc::new(receiving.finish().await.expect("a file"));
        let mut reading = Box::pin(Piece::whole(&file).read());
        let mut came = 0;
        while let Some(chunk) = poll_fn(|context| reading.as_mut().poll_next(context)).await {
            let chunk = chunk.expect("a chunk");
            assert!(chunk.len() as u64 <= CHUNK);
            came += chunk.len() as u64;
        }
        assert_eq!(came, 20_000_000);
    }

    #[tokio::test]
    async fn two_readers_of_one_file_do_not_disturb_each_other() {
        let (file, bytes) = spooled(5 * SMALL).await;
        let (from, to) = (100, 4 * SMALL + 3);
        let piece = Piece { file: file.clone(), from: from as u64, to: to as u64 };
        assert_eq!(piece.length(), (to - from) as u64);
        let (part, whole) = tokio::join!(all(piece), all(Piece::whole(&file)));
        assert_eq!(part, bytes[from..to]);
        assert_eq!(whole, bytes);
    }
}
