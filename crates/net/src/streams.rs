//! Files: the pipeline for bodies that come in pieces.
//!
//! Nothing here has a limit of size or of time as a whole: a file of hundreds of megabytes takes as long as it takes. What is bounded is
//! how long nothing moves.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bowline_core::Failure;
use bowline_core::connection::Connection;
use bowline_core::port::{Download, OutboundAnswer, OutboundCall, Pieces, Streams};
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use http::header::CONTENT_LENGTH;

use crate::gate::Place;
use crate::pipeline::{Pipeline, Sending, now};
use crate::trouble::Trouble;
use crate::wire::Broken;

/// In place of the client's own limit, which is for answers that are read whole.
const LONGEST: Duration = Duration::from_secs(86_400);

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
            let _place = self.place(&sending).await?;
            let started = now();
            let answer = self.sent(&sending, length, pieces).await;
            self.settle(&sending, started, answer)
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
        let (wire, mut request, addresses) = self.prepared(sending).await?;
        let moved = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&moved);
        let counted = pieces.inspect(move |_| _ = count.fetch_add(1, Ordering::Relaxed));
        *request.body_mut() = Some(reqwest::Body::wrap_stream(counted));
        *request.timeout_mut() = Some(LONGEST);
        request.headers_mut().insert(CONTENT_LENGTH, length.into());
        let answer = async { wire.whole(wire.begun(request, addresses).await?).await };
        let answer = while_it_moves(wire.stall, &moved, answer).await;
        answer.map_err(|broken| Trouble::of_broken(broken, false))
    }

    /// One attempt at a file, up to its first piece.
    async fn opened(&self, sending: &Sending<'_>) -> Result<Download, Trouble> {
        let place = self.place(sending).await?;
        let started = now();
        let (wire, mut request, addresses) = self.prepared(sending).await?;
        *request.timeout_mut() = Some(LONGEST);
        let head = tokio::time::timeout(wire.stall, wire.begun(request, addresses)).await;
        let head = head.unwrap_or(Err(Broken::TimedOut));
        let broken = |broken| Trouble::of_broken(broken, sending.call.repeatable);
        match head {
            Ok(answer) if answer.status().is_success() => {
                // What the head says is judged as if nothing followed.
                let (status, headers) = (answer.status(), answer.headers().clone());
                let seen = OutboundAnswer { status, headers, body: Bytes::new() };
                let headers = self.settle(sending, started, Ok(seen))?.headers;
                Ok(Download::File(headers, pieces(answer, place, wire.stall)))
            }
            Ok(answer) => {
                let whole = tokio::time::timeout(wire.stall, wire.whole(answer)).await;
                let whole = whole.unwrap_or(Err(Broken::TimedOut)).map_err(broken);
                self.settle(sending, started, whole).map(Download::Refused)
            }
            Err(error) => self.settle(sending, started, Err(broken(error))).map(Download::Refused),
        }
    }
}

/// The pieces of an answer. Its place is given back after the last.
fn pieces(answer: reqwest::Response, place: Place, stall: Duration) -> Pieces {
    let next = move |(mut answer, place): (reqwest::Response, Place)| async move {
        let piece = match tokio::time::timeout(stall, answer.chunk()).await {
            Ok(piece) => piece.map_err(|_| io::Error::from(io::ErrorKind::ConnectionAborted))?,
            Err(_) => return Err(io::ErrorKind::TimedOut.into()),
        };
        Ok(piece.map(|piece| (piece, (answer, place))))
    };
    stream::try_unfold((answer, place), next).into_stream().boxed()
}

/// Waits as long as something moves between two looks.
async fn while_it_moves<T>(
    stall: Duration,
    moved: &AtomicUsize,
    work: impl Future<Output = Result<T, Broken>>,
) -> Result<T, Broken> {
    let mut work = std::pin::pin!(work);
    let mut seen = 0;
    loop {
        if let Ok(done) = tokio::time::timeout(stall, &mut work).await {
            return done;
        }
        let now = moved.load(Ordering::Relaxed);
        if now == seen {
            return Err(Broken::TimedOut);
        }
        seen = now;
    }
}
