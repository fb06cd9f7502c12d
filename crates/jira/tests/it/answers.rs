//! Answers that no Jira should give, through the real pipeline and from a real server: what becomes of each.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bowline_auth::attribution::{Asked, Known, Presented, attribute};
use bowline_core::attribution::{Attribution, Heard};
use bowline_core::code::{Code, NET_CUT, NET_NOT_JSON, NET_THROTTLED, NET_TOO_LARGE};
use bowline_core::connection::{Connection, ToolKind};
use bowline_core::failure::Act;
use bowline_core::port::{Clock, Entropy, Handshake, SignError, Signer};
use bowline_core::{SignedDuration, Timestamp};
use bowline_jira::wire::Issue;
use bowline_jira::{Error, IssueAsk, Jira};
use bowline_net::{Pipeline, Settings, Sleeper, World};
use bytes::Bytes;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::script::connection;

/// What the server says.
enum Says {
    /// A status with header lines, each ending in CRLF, and a body.
    Whole(u16, &'static str, String),
    /// Half of a body.
    Half(&'static str),
    /// So many megabytes of one text, in an issue.
    Megabytes(usize),
}

/// What the client makes of it.
enum Comes {
    /// An issue, which is right.
    Issue(fn(&Issue) -> bool),
    /// A failure of the pipeline, after so many attempts.
    Fails(Code, Act, usize),
    /// An answer that cannot be read, told without quoting it, after one attempt.
    Unreadable,
}

use Comes::{Fails, Issue as Read, Unreadable};
use Says::{Half, Megabytes, Whole};

const JSON: &str = "Content-Type: application/json\r\n";
const PAGE: &str = "<!DOCTYPE html><html><body><form action=\"/login.jsp\">Log in</form></body></html>";

fn json(body: &str) -> Says {
    Whole(200, JSON, body.to_owned())
}

fn throttled(headers: &'static str) -> Says {
    Whole(429, headers, "{}".to_owned())
}

fn later(seconds: u64) -> Comes {
    Fails(NET_THROTTLED, Act::Retry { after: Some(Duration::from_secs(seconds)) }, 1)
}

fn rows() -> Vec<(&'static str, Says, Comes)> {
    let deep = |open: &str, close: &str| {
        let nest = |part: &str| part.repeat(100_000);
        json(&format!(r#"{{"id":"1","key":"A-1","x":{}1{}}}"#, nest(open), nest(close)))
    };
    let strange = r#"{"id":10001,"key":"A-1","self":7,"new":{"a":[1]},"fields":{"summary":null,
        "status":{"name":"Lost","id":"9","statusCategory":{"key":"galactic"}},"priority":{"name":"¿?"}},
        "changelog":null,"permissions":["FLY"]}"#;
    fn kept(issue: &Issue) -> bool {
        let category = &issue.field("status").unwrap()["statusCategory"];
        category["key"] == "galactic" && issue.extra["new"]["a"][0] == 1
    }
    let page = "Content-Type: text/html\r\n";
    vec![
        ("a login page with 200", Whole(200, page, PAGE.to_owned()), Fails(NET_NOT_JSON, Act::Wait, 1)),
        (
            "a login page that says nothing of its type",
            Whole(200, "", PAGE.to_owned()),
            Fails(NET_NOT_JSON, Act::Wait, 1),
        ),
        ("a login page that says it is JSON", Whole(200, JSON, PAGE.to_owned()), Unreadable),
        ("JSON that ends too early", json(r#"{"id":"1","key":"A-1","fields":{"summary":"a"#), Unreadable),
        ("a line that breaks", Half(r#"{"id":"1","key":"A-"#), Fails(NET_CUT, Act::Retry { after: None }, 4)),
        ("nothing at all", json(""), Unreadable),
        ("another type than an object", json("[1, 2]"), Unreadable),
        ("wrong types of members", json(r#"{"id":"1","key":["A-1"],"fields":7}"#), Unreadable),
        ("bytes that are no text", Whole(200, JSON, "{\"id\":\"1\",\"key\":\"\u{0}".to_owned()), Unreadable),
        ("unknown members, numbers for texts, and values of no list", json(strange), Read(kept)),
        ("lists in lists", deep("[", "]"), Unreadable),
        ("objects in objects", deep("{\"a\":", "}"), Unreadable),
        ("200 MB", Megabytes(200), Fails(NET_TOO_LARGE, Act::Park, 1)),
        (
            "`Retry-After: 0` with 200",
            Whole(
                200,
                "Content-Type: application/json\r\nRetry-After: 0\r\nX-RateLimit-Remaining: 7\r\n",
                r#"{"id":"1","key":"A-1"}"#.to_owned(),
            ),
            Read(|issue| issue.key.text() == Some("A-1")),
        ),
        (
            "a `Retry-After` longer than time",
            throttled("Retry-After: 99999999999999999999999\r\n"),
            later(3_600),
        ),
        ("a `Retry-After` of a week", throttled("Retry-After: 604800\r\n"), later(3_600)),
        (
            "a `Retry-After` of the year 9999",
            throttled("Retry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\n"),
            later(3_600),
        ),
    ]
}

#[tokio::test]
async fn every_bad_answer_becomes_what_it_should() {
    for (what, says, comes) in rows() {
        let server = Server::start(says).await;
        let client = Client::new();
        let there = Connection { base_url: server.url.clone(), ..connection(ToolKind::JiraCloud) };
        let jira = Jira::new(&client.pipeline, &there);
        let came = jira.find_issue("A-1", IssueAsk { fields: &["summary"], ..IssueAsk::default() }).await;
        let asked = server.asked.load(Ordering::SeqCst);
        match (comes, came) {
            (Read(right), Ok(Some(issue))) => {
                assert!(right(&issue), "{what}: {issue:?}");
                assert_eq!(asked, 1, "{what}");
                // It said nothing that anybody has to wait for.
                jira.find_issue("A-1", IssueAsk::default()).await.unwrap();
                assert!(client.hand.slept.lock().unwrap().is_empty(), "{what}");
            }
            (Fails(code, act, attempts), Err(Error::Failed(failure))) => {
                assert_eq!((&failure.code, &failure.act, asked), (&code, &act, attempts), "{what}");
            }
            (Unreadable, Err(error @ Error::Unreadable { .. })) => {
                assert!(!format!("{error} {error:?}").contains("A-1"), "{what}: {error:?} quotes");
                assert_eq!(asked, 1, "{what}");
            }
            (_, came) => panic!("{what}: {came:?}"),
        }
        let most = Settings::default().body_limit + (8 << 20);
        assert!(server.sent.load(Ordering::SeqCst) < most, "{what}: no more is taken than may be kept");
    }
}

/// A `Retry-After` that means nothing is none: the usual waits are kept to.
#[tokio::test]
async fn a_retry_after_that_means_nothing_is_none() {
    for headers in [
        "Retry-After: -5\r\n",
        "Retry-After: 1e9\r\n",
        "Retry-After: soon\r\n",
        "Retry-After: \r\n",
        "Retry-After: Thu, 01 Jan 1970 00:00:00 GMT\r\n",
        "Retry-After: 0\r\n",
    ] {
        let server = Server::start(throttled(headers)).await;
        let client = Client::new();
        let there = Connection { base_url: server.url.clone(), ..connection(ToolKind::JiraCloud) };
        let came = Jira::new(&client.pipeline, &there).find_issue("A-1", IssueAsk::default()).await;
        let Err(Error::Failed(failure)) = came else { panic!("{headers}: {came:?}") };
        assert_eq!(failure.code, NET_THROTTLED, "{headers}");
        assert!(server.asked.load(Ordering::SeqCst) <= 4, "{headers}");
        let slept: u64 = client.hand.slept.lock().unwrap().iter().map(Duration::as_secs).sum();
        assert!(slept <= 30, "{headers}: {slept} s");
    }
}

/// Says the same to everybody.
struct Server {
    url: String,
    asked: Arc<AtomicUsize>,
    sent: Arc<AtomicUsize>,
}

impl Server {
    async fn start(says: Says) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = Self { url, asked: Arc::default(), sent: Arc::default() };
        let (asked, sent) = (Arc::clone(&server.asked), Arc::clone(&server.sent));
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                asked.fetch_add(1, Ordering::SeqCst);
                // Whoever goes away early is what some of this is about.
                let _ = answer(&mut socket, &says, &sent).await;
            }
        });
        server
    }
}

async fn answer(socket: &mut TcpStream, says: &Says, sent: &AtomicUsize) -> std::io::Result<()> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(socket.read_u8().await?);
    }
    let head = |status: u16, headers: &str, length: usize| {
        format!("HTTP/1.1 {status} X\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n")
    };
    match says {
        Whole(status, headers, body) => {
            let text = head(*status, headers, body.len()) + body;
            socket.write_all(text.as_bytes()).await?;
        }
        Half(body) => socket.write_all((head(200, JSON, 2 * body.len()) + body).as_bytes()).await?,
        Megabytes(count) => {
            let (start, piece) = (r#"{"id":"1","key":""#, vec![b'x'; 1 << 20]);
            let length = start.len() + count * piece.len();
            socket.write_all((head(200, JSON, length) + start).as_bytes()).await?;
            for _ in 0..*count {
                socket.write_all(&piece).await?;
                sent.fetch_add(piece.len(), Ordering::SeqCst);
            }
        }
    }
    socket.shutdown().await?;
    // Closing at once could take away what was not read yet.
    let _ = socket.read(&mut [0]).await;
    Ok(())
}

/// Time that passes only while somebody sleeps.
struct Hand {
    now: Mutex<Timestamp>,
    slept: Mutex<Vec<Duration>>,
}

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }
}

#[async_trait]
impl Sleeper for Hand {
    async fn sleep(&self, length: Duration) {
        *self.now.lock().unwrap() += SignedDuration::try_from(length).unwrap();
        self.slept.lock().unwrap().push(length);
    }
}

struct Zeros;
impl Entropy for Zeros {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

/// Shows nothing, and reads answers as the real one does.
struct Nobody;

#[async_trait]
impl Signer for Nobody {
    async fn sign(&self, _: &Connection, _: &mut http::Request<Bytes>) -> Result<(), SignError> {
        Ok(())
    }

    async fn handshake(&self, _: &Connection) -> Result<Option<Handshake>, SignError> {
        Ok(None)
    }

    fn attribute(&self, connection: &Connection, heard: &Heard<'_>) -> Option<Attribution> {
        let site = connection.browse_url.as_str();
        attribute(heard, &Known { asked: Asked::Api, application: Presented::Fixed, gateway: None, site })
    }
}

struct Client {
    pipeline: Pipeline,
    hand: Arc<Hand>,
}

impl Client {
    fn new() -> Self {
        bowline_net::start();
        let hand = Arc::new(Hand { now: Mutex::new(Timestamp::UNIX_EPOCH), slept: Mutex::default() });
        let mut world = World::new(Arc::new(Nobody), hand.clone(), Arc::new(Zeros));
        world.sleeper = hand.clone();
        let settings = Settings { allow: vec!["127.0.0.1".parse().unwrap()], ..Settings::default() };
        Self { pipeline: Pipeline::new(settings, world).unwrap(), hand }
    }
}
