//! Over a real socket: what only shows there.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::house::House;

async fn serve(house: &House) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = house.router.clone();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

/// Says something and listens until the other end is done.
async fn say(address: SocketAddr, words: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(words).await.unwrap();
    let mut heard = Vec::new();
    let listening = stream.read_to_end(&mut heard);
    tokio::time::timeout(Duration::from_secs(20), listening).await.expect("an answer and an end").unwrap();
    String::from_utf8_lossy(&heard).into_owned()
}

#[tokio::test]
async fn a_whole_call_over_a_socket() {
    let house = House::new().await;
    let address = serve(&house).await;
    let request = format!(
        "GET /api/v1/status HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
        house.admin
    );
    let answer = say(address, request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("\"findings_open\":0"), "{answer}");
}

#[tokio::test]
async fn a_body_that_never_comes_is_given_up_and_others_are_served_meanwhile() {
    let house = House::with(|options| options.read_within = Duration::from_millis(200)).await;
    let tp = house.tp("default").await;
    let address = serve(&house).await;
    let path = House::hook(&tp);
    let slow = format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nConnection: close\r\n\r\n{{");
    let good = format!("GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let (slow, good) = tokio::join!(say(address, slow.as_bytes()), say(address, good.as_bytes()));
    assert!(slow.starts_with("HTTP/1.1 408"), "{slow}");
    assert!(good.starts_with("HTTP/1.1 200"), "{good}");
}

#[tokio::test]
async fn what_is_no_http_harms_nobody() {
    let house = House::new().await;
    let address = serve(&house).await;
    for nonsense in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /hooks/a/b HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"POST /hooks/a/b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(nonsense).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut heard = Vec::new();
        let _ = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut heard)).await.unwrap();
        assert!(!heard.starts_with(b"HTTP/1.1 5"), "{}", String::from_utf8_lossy(&heard));
    }
    let good = say(address, b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert!(good.starts_with("HTTP/1.1 200"), "{good}");
}
