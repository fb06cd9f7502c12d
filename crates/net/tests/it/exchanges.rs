//! Calls to providers of tokens: what they carry is worth more than any other call, so they are kept from the same places.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bowline_core::code::{Code, NET_ADDRESS_REFUSED, NET_CUT, NET_TIMEOUT, NET_TOO_LARGE};
use bowline_core::port::{Exchange as _, ExchangeCall, Exchanged};
use bowline_core::secret::Secret;
use bowline_net::{Exchanger, Settings};
use http::{HeaderMap, Method};

use crate::server::{Reply, Server};
use crate::world::{Hand, Planted, Zeros};

struct Desk {
    exchanger: Exchanger,
    hand: Arc<Hand>,
    names: Arc<Planted>,
}

fn desk(settings: &Settings) -> Desk {
    bowline_net::start();
    let (hand, names) = (Arc::new(Hand::new()), Arc::<Planted>::default());
    let exchanger =
        Exchanger::new(settings, Arc::clone(&names) as _, Arc::clone(&hand) as _, Arc::new(Zeros)).unwrap();
    Desk { exchanger, hand, names }
}

fn call(tenant: u32, url: &str) -> ExchangeCall {
    ExchangeCall {
        tenant: format!("ten_{tenant:032x}").parse().unwrap(),
        method: Method::POST,
        url: url.to_owned(),
        headers: HeaderMap::new(),
        body: Secret::from("client_secret=hunter2".to_owned()),
        operation: "oauth.token",
        handshake: None,
    }
}

impl Desk {
    /// The answer's status; `None` if the address was refused and nothing was sent.
    async fn status(&self, tenant: u32, url: &str) -> Option<u16> {
        let (status, failure) = match self.exchanger.exchange(call(tenant, url)).await {
            Exchanged::Answer(answer) => (Some(answer.status.as_u16()), None),
            Exchanged::Unsent(failure) | Exchanged::Unsure(failure) => (None, Some(failure.code)),
        };
        assert!(status.is_some() || failure == Some(NET_ADDRESS_REFUSED), "{url}: {failure:?}");
        status
    }
}

/// What came of a call to a provider that behaves so: the length of its answer, or why whether it arrived is not known.
async fn outcome(settings: &Settings, reply: Reply) -> Result<usize, Code> {
    let provider = Server::start(move |_| reply.clone()).await;
    match desk(settings).exchanger.exchange(call(1, &format!("{}/token", provider.url()))).await {
        Exchanged::Answer(answer) => Ok(answer.body.len()),
        Exchanged::Unsure(failure) => Err(failure.code),
        Exchanged::Unsent(failure) => panic!("it was sent: {failure:?}"),
    }
}

fn loopback() -> Settings {
    Settings { allow: vec!["127.0.0.1".parse().unwrap()], ..Settings::default() }
}

#[tokio::test]
async fn a_secret_goes_to_no_inside_address_however_it_is_written() {
    let server = Server::start(|_| Reply::ok()).await;
    let port = server.address.port();
    // The port is a usual one, so that it is the address that is refused.
    let desk = desk(&Settings { plain_http: true, ports: vec![port], ..Settings::default() });
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "169.254.169.254",
        "metadata.google.internal",
    ] {
        assert_eq!(desk.status(1, &format!("http://{host}:{port}/token")).await, None, "{host}");
    }
    desk.names.say(&["127.0.0.1"]);
    assert_eq!(desk.status(1, &format!("http://sso.example:{port}/token")).await, None);
    assert!(server.heard().is_empty());
}

#[tokio::test]
async fn a_provider_that_sends_us_elsewhere_gets_no_second_call() {
    let elsewhere = Server::start(|_| Reply::ok()).await;
    let location = format!("Location: {}/token\r\n", elsewhere.url());
    let desk = desk(&loopback());
    for status in [301, 302, 303, 307, 308] {
        let location = location.clone();
        let provider = Server::start(move |_| Reply::json(status, &location, "")).await;
        assert_eq!(desk.status(1, &format!("{}/token", provider.url())).await, Some(status));
    }
    assert!(elsewhere.heard().is_empty(), "the secret was handed on");
}

#[tokio::test]
async fn a_provider_whose_name_changes_between_check_and_use_gains_nothing() {
    let good = Server::start(|_| Reply::ok()).await;
    let port = good.address.port();
    let bad = Server::start_at(&format!("127.0.0.2:{port}"), |_| Reply::ok()).await;
    let desk = desk(&loopback());
    desk.names.say(&["127.0.0.1", "127.0.0.2"]);
    let url = format!("http://sso.example:{port}/token");
    assert_eq!(desk.status(1, &url).await, Some(200));
    assert_eq!(desk.names.lookups.load(Ordering::SeqCst), 1);
    desk.hand.turn(Duration::from_secs(31));
    assert_eq!(desk.status(1, &url).await, None);
    assert_eq!((good.heard().len(), bad.heard().len()), (1, 0));
}

#[tokio::test]
async fn a_rule_for_one_customer_lets_no_other_reach_its_provider() {
    let inside = Server::start(|_| Reply::ok()).await;
    let one = call(1, "").tenant;
    let allow_for = [(one, vec!["127.0.0.1".parse().unwrap()])].into();
    let desk = desk(&Settings { allow_for, ..Settings::default() });
    let url = format!("{}/token", inside.url());
    assert_eq!(desk.status(1, &url).await, Some(200));
    assert_eq!(desk.status(2, &url).await, None);
    assert_eq!(inside.heard().len(), 1);
}

/// The most that an answer with tokens may hold.
const LARGEST: usize = 64 << 10;

#[tokio::test]
async fn an_answer_of_a_provider_is_read_up_to_its_limit_and_not_beyond() {
    let whole = Reply::json(200, "", &"a".repeat(LARGEST));
    assert_eq!(outcome(&loopback(), whole).await, Ok(LARGEST));
    let over = Reply::json(200, "", &"a".repeat(LARGEST + 1));
    assert_eq!(outcome(&loopback(), over).await, Err(NET_TOO_LARGE));
    // Its length is told by nobody, and it never ends.
    let head = b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    let chunk = format!("400\r\n{}\r\n", "a".repeat(0x400)).into_bytes();
    assert_eq!(outcome(&loopback(), Reply::Forever(head, chunk)).await, Err(NET_TOO_LARGE));
    // Small on the wire.
    let zeros = include_bytes!("zeros.gz");
    let mut bomb = format!(
        "HTTP/1.1 200 X\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        zeros.len()
    )
    .into_bytes();
    bomb.extend_from_slice(zeros);
    assert_eq!(outcome(&loopback(), Reply::Say(bomb)).await, Err(NET_TOO_LARGE));
}

#[tokio::test]
async fn a_provider_that_is_slow_or_goes_away_leaves_it_open_whether_the_call_arrived() {
    let hasty = Settings { exchange: Duration::from_millis(300), ..loopback() };
    assert_eq!(outcome(&hasty, Reply::Silence).await, Err(NET_TIMEOUT));
    let begun = b"HTTP/1.1 200 X\r\nContent-Length: 90\r\n\r\n{\"access_token\":".to_vec();
    assert_eq!(outcome(&hasty, Reply::SayAndStay(begun.clone())).await, Err(NET_TIMEOUT));
    assert_eq!(outcome(&loopback(), Reply::Say(begun)).await, Err(NET_CUT));
}
