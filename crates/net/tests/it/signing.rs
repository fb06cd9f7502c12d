//! When the signer is asked, and what leaves.

use async_trait::async_trait;
use bowline_core::attribution::{Attribution, Heard};
use bowline_core::code::NET_ADDRESS_REFUSED;
use bowline_core::connection::Connection;
use bowline_core::port::{Clock, Handshake, Outbound, SignError, Signer};
use bowline_core::trace;
use bowline_net::{Extra, Pipeline, Settings, World};
use bytes::Bytes;
use std::sync::Arc;

use crate::server::{Reply, Server};
use crate::world::{Bench, connection, read, write};

#[tokio::test]
async fn every_attempt_is_signed_anew() {
    let server =
        Server::start(|number| if number < 2 { Reply::json(503, "", "{}") } else { Reply::ok() }).await;
    let bench = Bench::open();
    bench.pipeline.send(&connection(&server.url()), read("/x")).await.unwrap();
    let signatures: Vec<bool> = server
        .heard()
        .iter()
        .zip(1..)
        .map(|(request, number)| request.contains(&format!("x-signature: {number}\r\n")))
        .collect();
    assert_eq!(signatures, [true, true, true]);
    assert_eq!(bench.signatures(), 3);
}

#[tokio::test]
async fn a_call_leaves_with_our_name_and_asks_for_json() {
    let server = Server::start(|_| Reply::ok()).await;
    let bench = Bench::open();
    bench
        .pipeline
        .send(&connection(&format!("{}/jira/", server.url())), read("/rest/x?jql=a%20b"))
        .await
        .unwrap();
    bench.pipeline.send(&connection(&server.url()), write("/rest/y")).await.unwrap();
    let heard = server.heard();
    let [get, post] = heard.as_slice() else { panic!("{heard:?}") };
    assert!(get.starts_with("GET /jira/rest/x?jql=a%20b HTTP/1.1\r\n"), "{get}");
    assert!(get.contains("accept: application/json\r\n"), "{get}");
    assert!(get.contains(concat!("user-agent: bowline/", env!("CARGO_PKG_VERSION"), "\r\n")), "{get}");
    assert!(!get.contains("content-length"), "{get}");
    assert!(post.starts_with("POST /rest/y HTTP/1.1\r\n") && post.ends_with("\r\n\r\n{}"), "{post}");
}

/// The values of a header of a request, as it arrived.
fn values<'a>(request: &'a str, name: &str) -> Vec<&'a str> {
    let lines = request.split("\r\n\r\n").next().unwrap_or_default().lines().skip(1);
    lines
        .filter_map(|line| line.split_once(": "))
        .filter(|(of, _)| *of == name)
        .map(|(_, value)| value)
        .collect()
}

#[tokio::test]
async fn every_attempt_is_a_step_of_its_own_in_the_trace_that_it_is_made_for() {
    let server =
        Server::start(|number| if number < 1 { Reply::json(503, "", "{}") } else { Reply::ok() }).await;
    let bench = Bench::with_counting_entropy();
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let trace = format!("{parent} rojo=1").parse().unwrap();
    let to = connection(&server.url());
    let mut call = read("/x");
    // No adapter says whose trace it is.
    call.headers.insert("traceparent", "00-x".parse().unwrap());
    trace::within(trace, bench.pipeline.send(&to, call)).await.unwrap();
    bench.pipeline.send(&to, read("/y")).await.unwrap();
    let heard = server.heard();
    let parents: Vec<_> = heard.iter().map(|request| values(request, "traceparent")).collect();
    let [one, two, alone] = [0, 1, 2].map(|n| match parents[n].as_slice() {
        [parent] => *parent,
        several => panic!("{several:?}"),
    });
    let begins = &parent[..36];
    assert!(one.starts_with(begins) && two.starts_with(begins) && one != two && one != parent, "{parents:?}");
    assert!(one.ends_with("-01") && alone.ends_with("-00") && !alone.starts_with(begins), "{parents:?}");
    let state = |request: &str| values(request, "tracestate").concat();
    assert_eq!(state(&heard[0]), format!("bowline={},rojo=1", &one[36..52]));
    assert_eq!(state(&heard[2]), format!("bowline={}", &alone[36..52]));
    for name in ["elastic-apm-traceparent", "client-ip"] {
        assert!(heard.iter().all(|request| values(request, name).is_empty()), "nobody asked for {name}");
    }
}

#[tokio::test]
async fn what_the_operator_asks_for_is_sent_as_well() {
    let server = Server::start(|_| Reply::ok()).await;
    let extra = Extra { elastic_traceparent: true, client_ip: Some("203.0.113.7".parse().unwrap()) };
    let allow = vec!["127.0.0.0/8".parse().unwrap()];
    let bench = Bench::with(Settings { allow, extra, ..Settings::default() });
    bench.pipeline.send(&connection(&server.url()), read("/x")).await.unwrap();
    let heard = server.heard();
    assert_eq!(values(&heard[0], "client-ip"), ["203.0.113.7"]);
    assert_eq!(values(&heard[0], "elastic-apm-traceparent"), values(&heard[0], "traceparent"));
}

/// Sends every request to another host.
struct Turncoat(String);

#[async_trait]
impl Signer for Turncoat {
    async fn sign(&self, _: &Connection, request: &mut http::Request<Bytes>) -> Result<(), SignError> {
        *request.uri_mut() = self.0.parse().unwrap();
        Ok(())
    }

    async fn handshake(&self, _: &Connection) -> Result<Option<Handshake>, SignError> {
        Ok(None)
    }

    fn attribute(&self, _: &Connection, _: &Heard<'_>) -> Option<Attribution> {
        None
    }
}

#[tokio::test]
async fn a_signer_cannot_send_a_call_elsewhere() {
    let server = Server::start(|_| Reply::ok()).await;
    let elsewhere = Server::start(|_| Reply::ok()).await;
    let bench = Bench::open();
    let signer = Arc::new(Turncoat(format!("{}/x", elsewhere.url())));
    let world = World::new(signer, Arc::clone(&bench.hand) as Arc<dyn Clock>, Arc::new(NoDice));
    let settings = Settings { allow: vec!["127.0.0.1".parse().unwrap()], ..Settings::default() };
    let pipeline = Pipeline::new(settings, world).unwrap();
    let failure = pipeline.send(&connection(&server.url()), read("/x")).await.unwrap_err();
    assert_eq!(failure.code, NET_ADDRESS_REFUSED);
    assert!(server.heard().is_empty() && elsewhere.heard().is_empty());
}

struct NoDice;
impl bowline_core::port::Entropy for NoDice {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}
