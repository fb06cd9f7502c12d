//! Connections that a fault can cut: before an answer's first byte, or in the middle of its body.
//!
//! A listener for `axum::serve` whose streams share a [`Cut`] with the handlers of their requests.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

const WHOLE: i64 = -1;
const NOTHING: i64 = -2;

/// The knife at one connection.
#[derive(Clone, Debug)]
pub(crate) struct Cut(Arc<AtomicI64>);

impl Cut {
    /// Cuts the connection before anything more is sent.
    pub(crate) fn now(&self) {
        self.0.store(NOTHING, Ordering::Release);
    }

    /// Cuts the connection after this many bytes of the next answer's body.
    pub(crate) fn after_body(&self, bytes: usize) {
        self.0.store(i64::try_from(bytes).unwrap_or(i64::MAX), Ordering::Release);
    }
}

/// Accepts connections that can be cut.
pub(crate) struct Cutting(pub(crate) TcpListener);

impl Listener for Cutting {
    type Io = Stream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Stream, SocketAddr) {
        let (tcp, address) = Listener::accept(&mut self.0).await;
        // Answers are small and written whole: waiting for more only adds delay. A failure costs no more than that.
        drop(tcp.set_nodelay(true));
        (Stream { tcp, cut: Cut(Arc::new(AtomicI64::new(WHOLE))), left: None }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, Cutting>> for Cut {
    fn connect_info(stream: IncomingStream<'_, Cutting>) -> Self {
        stream.io().cut.clone()
    }
}

/// A connection that can be cut.
pub(crate) struct Stream {
    tcp: TcpStream,
    cut: Cut,
    /// Bytes that may still leave, once a cut within a body has begun.
    left: Option<usize>,
}

impl Stream {
    /// How many of these bytes may leave.
    fn allowed(&mut self, bytes: &[u8]) -> usize {
        match (self.left, self.cut.0.load(Ordering::Acquire)) {
            (Some(left), _) => left.min(bytes.len()),
            (None, WHOLE) => bytes.len(),
            (None, NOTHING) => 0,
            (None, body) => match bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                Some(end) => {
                    let left = (end + 4).saturating_add(usize::try_from(body).unwrap_or(0));
                    self.left = Some(left);
                    left.min(bytes.len())
                }
                None => bytes.len(),
            },
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let allowed = self.allowed(bytes);
        let Some(part) = bytes.get(..allowed).filter(|part| !part.is_empty() || bytes.is_empty()) else {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        };
        let written = std::task::ready!(Pin::new(&mut self.tcp).poll_write(context, part))?;
        if let Some(left) = &mut self.left {
            *left = left.saturating_sub(written);
        }
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(context)
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_read(context, buffer)
    }
}
