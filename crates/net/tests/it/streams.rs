//! Files: in pieces, by the same rules as every call, and for as long as something moves.

use std::io::ErrorKind;
use std::time::Duration;

use bowline_core::code::{AUTH_REJECTED, NET_BUSY, NET_TIMEOUT};
use bowline_core::failure::Executed;
use bowline_core::port::{Download, OutboundCall, Pieces, Streams as _};
use bowline_net::Settings;
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use http::HeaderValue;
use http::header::ACCEPT;

use crate::server::{Reply, Server};
use crate::world::{Bench, connection, read, write};

fn settings() -> Settings {
    let stall = Duration::from_millis(300);
    Settings {
        allow: vec!["127.0.0.1".parse().unwrap()],
        exchange: stall,
        body_limit: 1_000,
        width: 1,
        ..Settings::default()
    }
}

/// Asks for a file, of whatever kind.
fn any(mut call: OutboundCall) -> OutboundCall {
    call.headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
    call
}

async fn opened(bench: &Bench, server: &Server) -> Pieces {
    match bench.pipeline.download(&connection(&server.url()), any(read("/file"))).await.unwrap() {
        Download::File(_, pieces) => pieces,
        other @ Download::Refused(_) => panic!("{other:?}"),
    }
}

fn file(count: usize) -> Pieces {
    stream::iter((0..count).map(|_| Ok(Bytes::from_static(b"0123456789")))).boxed()
}

#[tokio::test]
async fn a_file_larger_than_any_answer_comes_in_pieces_and_then_its_place_is_free() {
    let body = "x".repeat(300_000);
    let server = Server::start(move |_| Reply::json(200, "", &body)).await;
    let bench = Bench::with(settings());
    let mut pieces = opened(&bench, &server).await;
    assert_eq!(pieces.try_next().await.unwrap().unwrap().first(), Some(&b'x'));
    // There is one place, and the file has it.
    let there = connection(&server.url());
    let failure = bench.pipeline.upload(&there, write("/x"), 10, file(1));
    let failure = tokio::time::timeout(Duration::from_secs(8), failure).await.unwrap().unwrap_err();
    assert_eq!((failure.code, failure.executed), (NET_BUSY, Executed::No));
    let rest: Vec<Bytes> = pieces.try_collect().await.unwrap();
    assert!(rest.len() > 1);
    drop(opened(&bench, &server).await);
}

#[tokio::test]
async fn a_file_that_stands_still_or_breaks_off_is_no_whole_file() {
    let head = b"HTTP/1.1 200 X\r\nContent-Length: 900\r\n\r\nbegun".to_vec();
    for (reply, kind) in [
        (Reply::SayAndStay(head.clone()), ErrorKind::TimedOut),
        (Reply::Say(head), ErrorKind::ConnectionAborted),
    ] {
        let server = Server::start(move |_| reply.clone()).await;
        let bench = Bench::with(settings());
        let mut pieces = opened(&bench, &server).await;
        assert_eq!(pieces.try_next().await.unwrap().unwrap(), "begun");
        assert_eq!(pieces.try_next().await.unwrap_err().kind(), kind);
        assert!(pieces.next().await.is_none());
    }
}

#[tokio::test]
async fn what_is_no_file_is_judged_as_every_answer_and_the_way_to_one_is_repeated() {
    let server = Server::start(|number| match number {
        0 => Reply::json(503, "", ""),
        1 => Reply::json(404, "", r#"{"errorMessages":["gone"]}"#),
        2 => Reply::json(303, "Location: http://elsewhere.example/\r\n", ""),
        _ => Reply::json(401, "", ""),
    })
    .await;
    let (bench, there) = (Bench::with(settings()), connection(&server.url()));
    for status in [404, 303] {
        match bench.pipeline.download(&there, any(read("/file"))).await.unwrap() {
            Download::Refused(answer) => assert_eq!(answer.status, status),
            other @ Download::File(..) => panic!("{other:?}"),
        }
    }
    let failure = bench.pipeline.download(&there, any(read("/file"))).await.unwrap_err();
    assert_eq!(failure.code, AUTH_REJECTED);
    assert_eq!((server.heard().len(), bench.signatures()), (4, 4));
}

#[tokio::test]
async fn a_file_is_sent_once_with_its_length_and_an_answer_that_does_not_come_leaves_it_open() {
    let server = Server::start(|number| if number == 0 { Reply::ok() } else { Reply::Silence }).await;
    let (bench, there) = (Bench::with(settings()), connection(&server.url()));
    let sent = bench.pipeline.upload(&there, write("/files"), 50, file(5)).await.unwrap();
    assert_eq!(sent.status, 200);
    let heard = server.heard().remove(0);
    assert!(heard.ends_with(&"0123456789".repeat(5)), "{heard}");
    assert!(heard.to_ascii_lowercase().contains("content-length: 50\r\n"), "{heard}");
    let failure = bench.pipeline.upload(&there, write("/files"), 50, file(5)).await.unwrap_err();
    assert_eq!((failure.code, failure.executed), (NET_TIMEOUT, Executed::Unknown));
    assert_eq!(server.heard().len(), 2, "nothing is sent twice");
}

#[tokio::test]
async fn a_file_that_is_read_slowly_is_waited_for_and_one_that_stops_is_not() {
    let server = Server::start(|_| Reply::ok()).await;
    let (bench, there) = (Bench::with(settings()), connection(&server.url()));
    // Longer than the stall in all, but never at once.
    let slow = file(5).then(|piece| async {
        tokio::time::sleep(Duration::from_millis(150)).await;
        piece
    });
    let sent = bench.pipeline.upload(&there, write("/files"), 50, slow.boxed()).await.unwrap();
    assert_eq!(sent.status, 200);
    let stuck = file(1).chain(stream::pending());
    let failure = bench.pipeline.upload(&there, write("/files"), 50, stuck.boxed()).await.unwrap_err();
    assert_eq!(failure.code, NET_TIMEOUT);
}
