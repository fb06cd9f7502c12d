//! When the signer is asked, and what leaves.

use async_trait::async_trait;
use bowline_core::attribution::{Attribution, Heard};
use bowline_core::code::NET_ADDRESS_REFUSED;
use bowline_core::connection::Connection;
use bowline_core::port::{Clock, Handshake, Outbound, SignError, Signer};
use bowline_net::{Pipeline, Settings, World};
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
