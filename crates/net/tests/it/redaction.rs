//! What reaches the log at its most talkative, and what an error says.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use bowline_core::port::Outbound;
use bytes::Bytes;
use tracing::subscriber;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::server::{Reply, Server};
use crate::world::{Bench, connection, write};

#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Page {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

const CANARY: &str = "canary-7f3a";

#[tokio::test]
async fn query_headers_and_bodies_reach_neither_log_nor_error() {
    let page = Page::default();
    let logger = tracing_subscriber::fmt().with_ansi(false).with_max_level(LevelFilter::TRACE);
    // For the whole process: a line first met by another test's thread would never reach a logger of this
    // thread.
    subscriber::set_global_default(logger.with_writer(page.clone()).finish()).unwrap();

    let said = format!("{{\"said\":\"{CANARY}\"}}");
    let server = Server::start(move |number| match number {
        0 => Reply::json(200, &format!("X-Told: {CANARY}\r\n"), &said),
        1 => Reply::json(500, "", &said),
        2 => Reply::Say(format!("HTTP/1.1 {CANARY}\r\n\r\n").into_bytes()),
        _ => Reply::Say(Vec::new()),
    })
    .await;
    let bench = Bench::open();
    let mut call = write(&format!("/rest/x?access_token={CANARY}"));
    call.operation = "test.redacted";
    call.headers.insert("x-secret", CANARY.parse().unwrap());
    call.body = Bytes::from_static(CANARY.as_bytes());
    let there = connection(&server.url());
    let mut told = String::new();
    for _ in 0..4 {
        if let Err(failure) = bench.pipeline.send(&there, call.clone()).await {
            told.push_str(&format!("{failure} {failure:?}"));
        }
    }
    assert_eq!(server.heard().len(), 4);

    let log = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("test.redacted")).collect();
    assert_eq!(lines.len(), 4, "one line per attempt: {log}");
    let line = lines[0];
    for part in ["outbound call", "method=POST", "path=\"/rest/x\"", "status=200", "connection=con_"] {
        assert!(line.contains(part), "{part} is missing in {line}");
    }
    assert!(!log.contains(CANARY), "{log}");
    assert!(!told.contains(CANARY) && !told.contains("access_token"), "{told}");
}
