//! Calls at a time, time-outs, and sizes.

use std::sync::Arc;
use std::time::Duration;

use bowline_core::code::{NET_TIMEOUT, NET_TOO_LARGE};
use bowline_core::failure::{Act, Executed};
use bowline_core::port::Outbound;
use bowline_net::Settings;
use futures_util::FutureExt;
use futures_util::future::{join_all, select_all};

use crate::server::{Reply, Server};
use crate::world::{Bench, connection, read, write};

fn settings() -> Settings {
    Settings { allow: vec!["127.0.0.1".parse().unwrap()], ..Settings::default() }
}

#[tokio::test]
async fn the_eleventh_call_waits_until_one_of_ten_is_answered() {
    let server = Server::start(|_| Reply::ok()).await;
    server.hold();
    let bench = Arc::new(Bench::open());
    let there = connection(&server.url());
    let calls: Vec<_> = (0..11).map(|_| bench.pipeline.send(&there, read("/x"))).collect();
    let mut calls = select_all(calls);
    tokio::select! {
        _ = &mut calls => panic!("nothing is answered while held"),
        () = server.arrived(10) => {}
    }
    // Everything that can run has run once the ten have arrived and the calls were polled again.
    assert!((&mut calls).now_or_never().is_none());
    assert_eq!(bench.signatures(), 10);
    server.release();
    let (first, _, rest) = calls.await;
    first.unwrap();
    assert!(join_all(rest).await.iter().all(Result::is_ok));
    assert_eq!(server.heard().len(), 11);
}

#[tokio::test]
async fn a_tool_that_says_nothing_is_given_up_on() {
    let server = Server::start(|_| Reply::Silence).await;
    let bench = Bench::with(Settings { exchange: Duration::from_millis(100), ..settings() });
    let failure = bench.pipeline.send(&connection(&server.url()), write("/x")).await.unwrap_err();
    assert_eq!((failure.code, failure.executed), (NET_TIMEOUT, Executed::Unknown));
    let failure = bench.pipeline.send(&connection(&server.url()), read("/x")).await.unwrap_err();
    assert_eq!((failure.code, failure.executed), (NET_TIMEOUT, Executed::No));
    assert_eq!(server.heard().len(), 1 + 4);
}

#[tokio::test]
async fn a_tool_that_never_stops_talking_is_cut_off() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n".to_vec();
    let server = Server::start(move |_| Reply::Forever(head.clone(), vec![b'x'; 65_536])).await;
    let bench = Bench::with(Settings { body_limit: 1 << 20, ..settings() });
    let failure = bench.pipeline.send(&connection(&server.url()), read("/x")).await.unwrap_err();
    assert_eq!((failure.code, failure.act), (NET_TOO_LARGE, Act::Park));
}

/// One megabyte of zeros in about a kilobyte.
#[tokio::test]
async fn the_limit_counts_the_unpacked_size() {
    let packed = include_bytes!("zeros.gz");
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        packed.len()
    );
    let whole = [head.as_bytes(), packed].concat();
    let server = Server::start(move |_| Reply::Say(whole.clone())).await;
    let there = connection(&server.url());

    let roomy = Bench::with(Settings { body_limit: 1 << 20, ..settings() });
    let answer = roomy.pipeline.send(&there, read("/x")).await.unwrap();
    assert_eq!(answer.body.len(), 1 << 20);
    assert!(server.heard()[0].contains("accept-encoding: gzip"));

    let tight = Bench::with(Settings { body_limit: (1 << 20) - 1, ..settings() });
    let failure = tight.pipeline.send(&there, read("/x")).await.unwrap_err();
    assert_eq!(failure.code, NET_TOO_LARGE);
}
