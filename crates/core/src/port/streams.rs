//! Files to and from vendors: bodies that come in pieces and are never whole in memory.

use std::fmt;
use std::pin::Pin;

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::Stream;
use http::HeaderMap;

use crate::connection::Connection;
use crate::failure::Failure;
use crate::port::{OutboundAnswer, OutboundCall};

/// A body in pieces. An error ends it, and makes of it no whole file.
pub type Pieces = Pin<Box<dyn Stream<Item = Result<Bytes, std::io::Error>> + Send>>;

/// What came of asking for a file. `Debug` shows neither headers nor bytes.
pub enum Download {
    /// An answer of 2xx: its headers, and its body as it comes.
    File(HeaderMap, Pieces),
    /// Any other answer that is the adapter's to judge, whole.
    Refused(OutboundAnswer),
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(..) => f.write_str("a file"),
            Self::Refused(answer) => answer.fmt(f),
        }
    }
}

/// Sends calls with files, by the same way and the same rules as [`crate::port::Outbound`]. No file is bounded in size, but in the time
/// that passes between two pieces; and each takes one of the connection's places until its last piece.
#[async_trait]
pub trait Streams: Send + Sync {
    /// Sends a call with a body of `length` bytes that comes in pieces, in place of the call's own; the answer is read whole. It is sent
    /// once: its pieces are gone afterwards.
    async fn upload(
        &self,
        connection: &Connection,
        call: OutboundCall,
        length: u64,
        pieces: Pieces,
    ) -> Result<OutboundAnswer, Failure>;

    /// Sends a call and gives its answer's body in pieces. Until the first of them it is repeated as any other.
    async fn download(&self, connection: &Connection, call: OutboundCall) -> Result<Download, Failure>;
}
