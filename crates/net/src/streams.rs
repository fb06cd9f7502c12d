//! Files: the pipeline for bodies that come in pieces.
//!
//! Nothing here has a limit of size or of time as a whole: a file of hundreds of megabytes takes as long as it takes. What is bounded is
//! how long nothing moves.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use bowline_core::Failure;
use bowline_core::connection::Connection;
use bowline_core::port::{Download, OutboundAnswer, OutboundCall, Pieces, Streams};
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use http::header::CONTENT_LENGTH;
use tokio::sync::OwnedSemaphorePermit;

use crate::gate::Place;
use crate::pipeline::{IN_LINE, Pipeline, Sending, now};
use crate::trouble::Trouble;
use crate::wire::{Broken, Wire};

/// In place of the client's own limit, which is for answers that are read whole.
const LONGEST: Duration = Duration::from_secs(86_400);

/// The largest part of a file that is handed to the line at once, in bytes.
const PART: usize = 64 << 10;

/// How many times as long as between two pieces a vendor may take for a file that it has got: it looks it through.
const AFTERWARDS: u32 = 10;

#[async_trait]
impl Streams for Pipeline {
    async fn upload(
        &self,
        connection: &Connection,
        call: OutboundCall,
        length: u64,
        pieces: Pieces,
    ) -> Result<OutboundAnswer, Failure> {
        let call = OutboundCall { body: Bytes::new(), repeatable: false, ..call };
        let sending = Sending::new(connection, call)?;
        let attempt = async {
            let mut place = self.file_place(&sending).await?;
            let started = now();
            let answer = self.sent(&sending, length, pieces).await;
            let settled = self.settle(&sending, &mut place.place, started, answer);
            self.tell().await;
            settled
        };
        attempt.await.map_err(|trouble: Trouble| trouble.failure)
    }

    async fn download(&self, connection: &Connection, call: OutboundCall) -> Result<Download, Failure> {
        let sending = Sending::new(connection, call)?;
        let mut patience = sending.patience();
        loop {
            match self.opened(&sending).await {
                Ok(download) => return Ok(download),
                Err(trouble) => self.before_next(&mut patience, trouble).await?,
            }
        }
    }
}

impl Pipeline {
    async fn sent(
        &self,
        sending: &Sending<'_>,
        length: u64,
        pieces: Pieces,
    ) -> Result<OutboundAnswer, Trouble> {
        let (wire, mut request, addresses) = self.prepared(sending).await.map_err(Trouble::unsent)?;
        let moved = Arc::new(Moved::default());
        let (some, end) = (Arc::clone(&moved), Arc::clone(&moved));
        let small = pieces.map_ok(|piece| stream::iter(small(piece)).map(Ok::<_, io::Error>)).try_flatten();
        let counted = small.inspect(move |_| _ = some.count.fetch_add(1, Ordering::Relaxed));
        let over = stream::poll_fn(move |_| {
            end.is_over.store(true, Ordering::Relaxed);
            Poll::Ready(None)
        });
        *request.body_mut() = Some(reqwest::Body::wrap_stream(counted.chain(over)));
        *request.timeout_mut() = Some(LONGEST);
        request.headers_mut().insert(CONTENT_LENGTH, length.into());
        let answer = async { wire.whole(wire.begun(request, addresses).await?).await };
        let answer = while_it_moves(wire.stall, &moved, answer).await;
        answer.map_err(|broken| Trouble::of_broken(broken, false))
    }

    /// A place that a file may have.
    async fn file_place(&self, sending: &Sending<'_>) -> Result<FilePlace, Trouble> {
        let files = self.gate().enter_with_file(sending.connection().id);
        let file = match sending.call.repeatable {
            true => files.await,
            false => tokio::time::timeout(IN_LINE, files).await.map_err(|_| Trouble::crowded())?,
        };
        Ok(FilePlace { place: self.place(sending).await?, _file: file })
    }

    /// One attempt at a file, up to its first piece.
    async fn opened(&self, sending: &Sending<'_>) -> Result<Download, Trouble> {
        let mut place = self.file_place(sending).await?;
        let started = now();
        let (wire, head) = match self.head(sending).await {
            Ok(begun) => begun,
            Err(trouble) => {
                return self.settle(sending, &mut place.place, started, Err(trouble)).map(Download::Refused);
            }
        };
        if !head.status().is_success() {
            let whole = tokio::time::timeout(wire.stall, wire.whole(head)).await;
            let whole = whole.unwrap_or(Err(Broken::TimedOut));
            let whole = whole.map_err(|broken| Trouble::of_broken(broken, sending.call.repeatable));
            return self.settle(sending, &mut place.place, started, whole).map(Download::Refused);
        }
        // What the head says is judged as if nothing followed.
        let (status, headers) = (head.status(), head.headers().clone());
        let seen = OutboundAnswer { status, headers, body: Bytes::new() };
        let headers = self.settle(sending, &mut place.place, started, Ok(seen))?.headers;
        Ok(Download::File(headers, pieces(head, place, wire.stall)))
    }

    /// Sends, and waits for the head of the answer.
    async fn head(&self, sending: &Sending<'_>) -> Result<(Arc<Wire>, reqwest::Response), Trouble> {
        let (wire, mut request, addresses) = self.prepared(sending).await.map_err(Trouble::unsent)?;
        *request.timeout_mut() = Some(LONGEST);
        let head = tokio::time::timeout(wire.stall, wire.begun(request, addresses)).await;
        let head = head.unwrap_or(Err(Broken::TimedOut));
        let head = head.map_err(|broken| Trouble::of_broken(broken, sending.call.repeatable))?;
        Ok((wire, head))
    }
}

/// A place among the calls, and one among those that files may have.
struct FilePlace {
    place: Place,
    _file: Option<OwnedSemaphorePermit>,
}

/// The pieces of an answer. Its place is given back after the last.
fn pieces(answer: reqwest::Response, place: FilePlace, stall: Duration) -> Pieces {
    let next = move |(mut answer, place): (reqwest::Response, FilePlace)| async move {
        let piece = match tokio::time::timeout(stall, answer.chunk()).await {
            Ok(piece) => piece.map_err(|_| io::Error::from(io::ErrorKind::ConnectionAborted))?,
            Err(_) => return Err(io::ErrorKind::TimedOut.into()),
        };
        Ok(piece.map(|piece| (piece, (answer, place))))
    };
    stream::try_unfold((answer, place), next).into_stream().boxed()
}

/// A piece in parts that a slow line takes within the time that nothing may move.
fn small(mut piece: Bytes) -> Vec<Bytes> {
    let mut parts = Vec::new();
    while piece.len() > PART {
        parts.push(piece.split_to(PART));
    }
    parts.push(piece);
    parts
}

/// How far an upload is.
#[derive(Default)]
struct Moved {
    count: AtomicUsize,
    /// Everything was handed to the line: what is left is the line's, and the vendor's work on the file.
    is_over: AtomicBool,
}

/// Waits as long as something moves between two looks; at the end for some looks more.
async fn while_it_moves<T>(
    stall: Duration,
    moved: &Moved,
    work: impl Future<Output = Result<T, Broken>>,
) -> Result<T, Broken> {
    let mut work = std::pin::pin!(work);
    let (mut seen, mut looks) = (0, AFTERWARDS);
    loop {
        if let Ok(done) = tokio::time::timeout(stall, &mut work).await {
            return done;
        }
        let now = moved.count.load(Ordering::Relaxed);
        let waits = moved.is_over.load(Ordering::Relaxed) && looks > 0;
        if now == seen && !waits {
            return Err(Broken::TimedOut);
        }
        looks -= u32::from(now == seen);
        seen = now;
    }
}
