//! What the guard keeps a call from.

use std::sync::atomic::Ordering;
use std::time::Duration;

use bowline_core::code::{NET_ADDRESS_REFUSED, NET_UNREACHABLE};
use bowline_core::failure::Act;
use bowline_core::port::Outbound;
use bowline_net::Settings;
use http::StatusCode;

use crate::server::{Reply, Server};
use crate::world::{Bench, connection, read};

#[tokio::test]
async fn an_inside_address_is_refused_before_anything_is_signed() {
    let server = Server::start(|_| Reply::ok()).await;
    let bench = Bench::with(Settings::default());
    let failure = bench.pipeline.send(&connection(&server.url()), read("/x")).await.unwrap_err();
    assert_eq!((failure.code, failure.act), (NET_ADDRESS_REFUSED, Act::Wait));
    assert_eq!(failure.words.expose(), "not allowed: loopback");
    assert_eq!(bench.signatures(), 0);
    assert!(server.heard().is_empty());
}

#[tokio::test]
async fn a_name_that_resolves_inside_is_refused_without_telling_the_address() {
    let server = Server::start(|_| Reply::ok()).await;
    let port = server.address.port();
    let bench = Bench::with(Settings { plain_http: true, ports: vec![port], ..Settings::default() });
    bench.names.say(&["127.0.0.1"]);
    let base = format!("http://jira.example:{port}");
    let failure = bench.pipeline.send(&connection(&base), read("/x")).await.unwrap_err();
    assert_eq!(failure.code, NET_ADDRESS_REFUSED);
    assert!(!failure.words.expose().contains("127"), "{}", failure.words.expose());
    assert!(server.heard().is_empty());
}

/// The name is good while it is checked and bad ever after: the second address has a listener too.
#[tokio::test]
async fn a_name_whose_answer_changes_is_called_at_the_checked_address_or_not_at_all() {
    let good =
        Server::start(|_| Reply::SayAndStay(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".to_vec()))
            .await;
    let port = good.address.port();
    let bad = Server::start_at(&format!("127.0.0.2:{port}"), |_| Reply::ok()).await;
    let bench = Bench::with(Settings { allow: vec!["127.0.0.1".parse().unwrap()], ..Settings::default() });
    bench.names.say(&["127.0.0.1", "127.0.0.2"]);
    let there = connection(&format!("http://jira.example:{port}"));

    let answer = bench.pipeline.send(&there, read("/x")).await.unwrap();
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(bench.names.lookups.load(Ordering::SeqCst), 1, "there is no lookup between check and use");

    bench.hand.turn(Duration::from_secs(31));
    let failure = bench.pipeline.send(&there, read("/x")).await.unwrap_err();
    assert_eq!(failure.code, NET_ADDRESS_REFUSED, "an open connection to the good address does not help");
    assert_eq!(good.heard().len(), 1);
    assert!(bad.heard().is_empty());
}

/// The name leads inside, where one customer may go; then it leads elsewhere, for whoever asks.
#[tokio::test]
async fn what_one_customers_rule_opened_carries_no_call_of_another() {
    let stays = || Reply::SayAndStay(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".to_vec());
    let inside = Server::start_at("127.0.0.2:0", move |_| stays()).await;
    let port = inside.address.port();
    let outside = Server::start_at(&format!("127.0.0.1:{port}"), |_| Reply::ok()).await;
    let rules = |rule: &str| vec![rule.parse().unwrap()];
    let one = connection(&format!("http://jira.example:{port}"));
    let mut other = one.clone();
    other.tenant = format!("ten_{:032x}", 2).parse().unwrap();
    other.id = format!("con_{:032x}", 2).parse().unwrap();
    let allow_for = [(one.tenant, rules("127.0.0.2"))].into();
    let bench = Bench::with(Settings { allow: rules("127.0.0.1"), allow_for, ..Settings::default() });
    bench.names.say(&["127.0.0.2", "127.0.0.2", "127.0.0.1"]);

    bench.pipeline.send(&one, read("/x")).await.unwrap();
    let failure = bench.pipeline.send(&other, read("/x")).await.unwrap_err();
    assert_eq!((failure.code, failure.act), (NET_ADDRESS_REFUSED, Act::Wait));
    bench.hand.turn(Duration::from_secs(31));
    let failure = bench.pipeline.send(&other, read("/x")).await.unwrap_err();
    assert_eq!(failure.code, NET_ADDRESS_REFUSED);
    assert_eq!((inside.heard().len(), bench.signatures()), (1, 1));

    bench.hand.turn(Duration::from_secs(31));
    bench.pipeline.send(&other, read("/x")).await.unwrap();
    assert_eq!(inside.heard().len(), 1, "the open connection to the inside is not for the other customer");
    assert_eq!(outside.heard().len(), 1);
}

#[tokio::test]
async fn a_name_is_looked_up_once_in_half_a_minute() {
    let server = Server::start(|_| Reply::ok()).await;
    let bench = Bench::open();
    bench.names.say(&["127.0.0.1"]);
    let there = connection(&format!("http://jira.example:{}", server.address.port()));
    for _ in 0..3 {
        bench.pipeline.send(&there, read("/x")).await.unwrap();
    }
    assert_eq!(bench.names.lookups.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_name_without_address_is_looked_up_again_before_giving_up() {
    let bench = Bench::open();
    let failure = bench.pipeline.send(&connection("https://gone.example"), read("/x")).await.unwrap_err();
    assert_eq!((failure.code, failure.act), (NET_UNREACHABLE, Act::Retry { after: None }));
    assert_eq!(bench.slept(), [2, 4, 8]);
    assert_eq!(bench.signatures(), 0);
}

#[tokio::test]
async fn a_redirect_is_handed_over_and_never_followed() {
    let elsewhere = Server::start(|_| Reply::ok()).await;
    let location = format!("Location: {}/stolen\r\n", elsewhere.url());
    let server = Server::start(move |_| Reply::json(302, &location, "")).await;
    let bench = Bench::open();
    let mut attachment = read("/attachment/1");
    attachment.headers.insert("accept", "*/*".parse().unwrap());
    let answer = bench.pipeline.send(&connection(&server.url()), attachment).await.unwrap();
    assert_eq!(answer.status, StatusCode::FOUND);
    assert_eq!(server.heard().len(), 1);
    assert!(elsewhere.heard().is_empty());
}

#[tokio::test]
async fn a_path_to_another_host_goes_nowhere() {
    let server = Server::start(|_| Reply::ok()).await;
    let bench = Bench::open();
    let base = format!("{}/site-a", server.url());
    for path in ["/../site-b/x", "@127.0.0.1/", "x"] {
        let failure = bench.pipeline.send(&connection(&base), read(path)).await.unwrap_err();
        assert_eq!((failure.code, failure.act), (NET_ADDRESS_REFUSED, Act::Park), "{path}");
    }
    assert!(server.heard().is_empty());
}
