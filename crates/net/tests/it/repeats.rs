//! Which calls are sent again, when, and what is reported in the end.

use std::time::Duration;

use bowline_core::code::{
    AUTH_CAPTCHA_REQUIRED, NET_CUT, NET_NOT_JSON, NET_SERVER_ERROR, NET_THROTTLED, NET_TLS, NET_UNREACHABLE,
};
use bowline_core::failure::{Act, Executed};
use bowline_core::port::{Asker, Outbound, OutboundCall};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::server::{Reply, Server};
use crate::world::{Bench, connection, read, write};

const LATER: Act = Act::Retry { after: None };

#[tokio::test]
async fn a_read_is_repeated_three_times_and_then_reported() {
    let server = Server::start(|_| Reply::json(502, "", "{\"message\":\"boom\"}")).await;
    let bench = Bench::open();
    let failure = bench.pipeline.send(&connection(&server.url()), read("/x")).await.unwrap_err();
    assert_eq!((failure.code, failure.act, failure.executed), (NET_SERVER_ERROR, LATER, Executed::No));
    assert_eq!(failure.words.expose(), "{\"message\":\"boom\"}");
    assert_eq!(bench.slept(), [2, 4, 8]);
    assert_eq!(server.heard().len(), 4);
    let attempts = bench.tally.0.lock().unwrap();
    assert!(attempts.iter().all(|attempt| attempt.outcome == "5xx" && attempt.operation == "test.read"));
    assert_eq!(attempts.len(), 4);
}

#[tokio::test]
async fn a_write_that_failed_in_the_tool_is_sent_once_and_may_have_been_carried_out() {
    let server = Server::start(|_| Reply::json(500, "", "{}")).await;
    let bench = Bench::open();
    let failure = bench.pipeline.send(&connection(&server.url()), write("/x")).await.unwrap_err();
    assert_eq!((failure.code, failure.act, failure.executed), (NET_SERVER_ERROR, LATER, Executed::Unknown));
    assert_eq!(server.heard().len(), 1);
}

#[tokio::test]
async fn a_write_that_found_nobody_is_tried_once_more() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let bench = Bench::open();
    let failure =
        bench.pipeline.send(&connection(&format!("http://{address}")), write("/x")).await.unwrap_err();
    assert_eq!((failure.code, failure.act, failure.executed), (NET_UNREACHABLE, LATER, Executed::No));
    assert_eq!(bench.slept(), [2]);
    assert_eq!(bench.signatures(), 2);
}

#[tokio::test]
async fn a_read_that_found_nobody_is_repeated_unless_a_person_waits() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let there = connection(&format!("http://{}", listener.local_addr().unwrap()));
    drop(listener);
    for (asker, waits) in [(Asker::Person, [].as_slice()), (Asker::Work, &[2, 4, 8])] {
        let bench = Bench::open();
        let failure = bench.pipeline.send(&there, OutboundCall { asker, ..read("/x") }).await.unwrap_err();
        assert_eq!((failure.code, failure.act, failure.executed), (NET_UNREACHABLE, LATER, Executed::No));
        assert_eq!(bench.slept(), waits, "{asker:?}");
    }
}

#[tokio::test]
async fn a_write_whose_connection_is_cut_is_not_repeated() {
    let server = Server::start(|_| Reply::Say(Vec::new())).await;
    let bench = Bench::open();
    let failure = bench.pipeline.send(&connection(&server.url()), write("/x")).await.unwrap_err();
    assert_eq!((failure.code, failure.executed), (NET_CUT, Executed::Unknown));
    assert_eq!(server.heard().len(), 1);
}

#[tokio::test]
async fn an_answer_cut_in_half_is_no_answer() {
    let half = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"half\":"
        .to_vec();
    let server =
        Server::start(move |number| if number == 0 { Reply::Say(half.clone()) } else { Reply::ok() }).await;
    let bench = Bench::open();
    let answer = bench.pipeline.send(&connection(&server.url()), read("/x")).await.unwrap();
    assert_eq!(answer.body, "{}");
    assert_eq!(server.heard().len(), 2);
}

#[tokio::test]
async fn a_throttled_write_goes_back_at_once_and_the_connection_pauses() {
    let server = Server::start(|number| match number {
        0 => Reply::json(429, "Retry-After: 30\r\n", "{}"),
        _ => Reply::ok(),
    })
    .await;
    let bench = Bench::open();
    let there = connection(&server.url());
    let failure = bench.pipeline.send(&there, write("/x")).await.unwrap_err();
    let asked = Act::Retry { after: Some(Duration::from_secs(30)) };
    assert_eq!((failure.code, failure.act, failure.executed), (NET_THROTTLED, asked, Executed::No));
    assert!(bench.tally.0.lock().unwrap()[0].throttled);

    bench.hand.turn(Duration::from_secs(12));
    for call in [read("/y"), write("/y")] {
        let failure = bench.pipeline.send(&there, call).await.unwrap_err();
        assert_eq!(failure.act, Act::Retry { after: Some(Duration::from_secs(18)) });
    }
    assert_eq!(server.heard().len(), 1, "nothing is sent inside the pause");
    assert_eq!(bench.signatures(), 1);

    bench.hand.turn(Duration::from_secs(18));
    bench.pipeline.send(&there, write("/z")).await.unwrap();
}

#[tokio::test]
async fn a_limit_of_one_issue_or_of_one_kind_of_call_lets_the_others_go_on() {
    let refuse =
        |reason: &str| Reply::json(429, &format!("Retry-After: 30\r\nRateLimit-Reason: {reason}\r\n"), "{}");
    let server = Server::start(move |number| match number {
        0 => refuse("jira-per-issue-on-write"),
        3 => refuse("jira-burst-based"),
        _ => Reply::ok(),
    })
    .await;
    let bench = Bench::open();
    let there = connection(&server.url());
    let goes = async |call| bench.pipeline.send(&there, call).await.is_ok();
    let about = |issue: &str, call| OutboundCall { subject: Some(issue.to_owned()), ..call };

    assert!(!goes(about("A", write("/A"))).await);
    assert!(!goes(about("A", write("/A/comment"))).await, "the issue takes no writes");
    assert!(goes(about("A", read("/A"))).await && goes(about("B", write("/B"))).await);

    assert!(!goes(about("B", write("/B"))).await);
    assert!(!goes(write("/C")).await, "the endpoint takes no calls");
    assert!(goes(read("/C")).await);
    assert_eq!(server.heard().len(), 5, "nothing is sent inside a pause");

    bench.hand.turn(Duration::from_secs(30));
    assert!(goes(about("A", write("/A"))).await);
}

#[tokio::test]
async fn a_read_waits_for_a_short_throttle_and_reports_a_long_one() {
    let server = Server::start(|number| match number {
        0 => Reply::json(429, "Retry-After: 7\r\n", "{}"),
        1 => Reply::json(503, "Retry-After: 3\r\n", "{}"),
        2 => Reply::json(429, "Retry-After: 99999999999999999999\r\n", "{}"),
        _ => Reply::ok(),
    })
    .await;
    let bench = Bench::open();
    let failure = bench.pipeline.send(&connection(&server.url()), read("/x")).await.unwrap_err();
    assert_eq!(bench.slept(), [7, 3]);
    assert_eq!(failure.act, Act::Retry { after: Some(Duration::from_secs(3_600)) });
    assert_eq!(failure.code, NET_THROTTLED);
}

#[tokio::test]
async fn a_page_instead_of_json_waits_for_a_person() {
    let page =
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>";
    let server = Server::start(|_| Reply::Say(page.into())).await;
    let bench = Bench::open();
    let failure = bench.pipeline.send(&connection(&server.url()), write("/x")).await.unwrap_err();
    assert_eq!((failure.code, failure.act, failure.executed), (NET_NOT_JSON, Act::Wait, Executed::Unknown));
}

#[tokio::test]
async fn a_captcha_is_not_tried_again() {
    let denied = "X-Seraph-LoginReason: AUTHENTICATION_DENIED\r\nX-Authentication-Denied-Reason: CAPTCHA_CHALLENGE\r\n";
    let server = Server::start(|_| Reply::json(403, denied, "{}")).await;
    let bench = Bench::open();
    let failure = bench.pipeline.send(&connection(&server.url()), read("/x")).await.unwrap_err();
    assert_eq!((failure.code, failure.act), (AUTH_CAPTCHA_REQUIRED, Act::Wait));
    assert_eq!(server.heard().len(), 1);
}

/// A server that speaks plain text where TLS is due.
#[tokio::test]
async fn an_unacceptable_handshake_waits_for_a_person() {
    let talker = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let there = connection(&format!("https://{}", talker.local_addr().unwrap()));
    tokio::spawn(async move {
        let (mut socket, _) = talker.accept().await.unwrap();
        assert!(socket.read(&mut [0; 4_096]).await.unwrap() > 0);
        socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        let _ = socket.read(&mut [0]).await;
    });
    let bench = Bench::open();
    let failure = bench.pipeline.send(&there, write("/x")).await.unwrap_err();
    assert_eq!((failure.code, failure.act, failure.executed), (NET_TLS, Act::Wait, Executed::No));
}
