//! Serving a router on a socket: so many connections at once, none that keeps its request to itself for long, and
//! an end that lets running requests finish.
//!
//! `axum::serve` has no limit on how long a client may take for its headers; whoever sends them one byte at a time
//! would hold a connection for ever.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// How long to wait before the next attempt when no connection can be accepted: too many files are open, and one
/// has to be closed first.
const BREATH: Duration = Duration::from_millis(100);

/// How connections are served.
#[derive(Clone, Copy, Debug)]
pub struct Serving {
    /// How many connections are open at once; more wait to be accepted.
    pub connections: usize,
    /// How long a client may take for the headers of a request.
    pub headers_within: Duration,
    /// How long running requests may take once it is asked to stop.
    pub drain: Duration,
}

impl Default for Serving {
    fn default() -> Self {
        Self { connections: 1_024, headers_within: Duration::from_secs(10), drain: Duration::from_secs(20) }
    }
}

/// Serves until `stop` is done, then lets running requests finish. Call [`crate::App::close`] as well, so that event
/// streams end.
pub async fn serve(listener: TcpListener, router: Router, serving: Serving, stop: impl Future<Output = ()>) {
    let room = Arc::new(Semaphore::new(serving.connections));
    let graceful = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let accepted = async {
            let place = Arc::clone(&room).acquire_owned().await;
            accept(&listener).await.map(|stream| (place, stream))
        };
        let (place, stream) = tokio::select! {
            () = &mut stop => break,
            accepted = accepted => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "no connection can be accepted");
                    tokio::time::sleep(BREATH).await;
                    continue;
                }
            },
        };
        let service = TowerToHyperService::new(router.clone());
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(serving.headers_within)
            .serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // A connection that breaks off is the client's business.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(serving.drain, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests were still running when their time was up");
    }
}

/// The next connection. One that was given up before it was accepted is no reason to pause.
async fn accept(listener: &TcpListener) -> io::Result<TcpStream> {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return Ok(stream),
            Err(error) => match error.kind() {
                io::ErrorKind::ConnectionAborted
                | io::ErrorKind::ConnectionRefused
                | io::ErrorKind::ConnectionReset => {}
                _ => return Err(error),
            },
        }
    }
}
