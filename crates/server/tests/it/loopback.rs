//! Over a real socket: what only shows there.

use std::net::SocketAddr;
use std::time::Duration;

use bowline_server::Serving;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::house::House;

/// A house on a socket.
struct Served {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

async fn serve_with(house: &House, serving: Serving) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let stop_or_never = async move {
        if stopped.await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let ended = tokio::spawn(bowline_server::serve(listener, house.router.clone(), serving, stop_or_never));
    Served { address, stop, ended }
}

async fn serve(house: &House) -> SocketAddr {
    serve_with(house, Serving::default()).await.address
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
    let slow =
        format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nConnection: close\r\n\r\n{{");
    let good = "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let (slow, good) = tokio::join!(say(address, slow.as_bytes()), say(address, good.as_bytes()));
    assert!(slow.starts_with("HTTP/1.1 408"), "{slow}");
    assert!(good.starts_with("HTTP/1.1 200"), "{good}");
    let token = path.rsplit('/').next().unwrap();
    assert!(!crate::house::logged().contains(token), "the path's token is in no log, of any library");
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

#[tokio::test]
async fn headers_that_never_end_are_given_up_and_make_room() {
    let house = House::new().await;
    let serving =
        Serving { connections: 2, headers_within: Duration::from_millis(200), ..Serving::default() };
    let address = serve_with(&house, serving).await.address;
    let mut slow = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: ").await.unwrap();
        slow.push(stream);
    }
    let good = say(address, b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert!(good.starts_with("HTTP/1.1 200"), "{good}");
    for mut stream in slow {
        let mut heard = Vec::new();
        let _ = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut heard)).await.unwrap();
        assert!(!String::from_utf8_lossy(&heard).contains("200 OK"));
    }
}

#[tokio::test]
async fn asked_to_stop_it_finishes_what_runs_and_takes_no_more() {
    let house = House::new().await;
    let tp = house.tp("default").await;
    let served = serve_with(&house, Serving::default()).await;
    let body = crate::house::STORY_UPDATED;
    let mut running = TcpStream::connect(served.address).await.unwrap();
    let head =
        format!("POST {} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", House::hook(&tp), body.len());
    running.write_all(head.as_bytes()).await.unwrap();
    // A second request is answered after the first was begun, so that one is really running.
    say(served.address, b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    served.stop.send(()).unwrap();
    while TcpStream::connect(served.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!served.ended.is_finished());
    running.write_all(body.as_bytes()).await.unwrap();
    let mut heard = Vec::new();
    running.read_to_end(&mut heard).await.unwrap();
    assert!(heard.starts_with(b"HTTP/1.1 204"), "{}", String::from_utf8_lossy(&heard));
    tokio::time::timeout(Duration::from_secs(20), served.ended).await.unwrap().unwrap();
}

#[tokio::test]
async fn an_open_stream_does_not_keep_a_closing_server_alive() {
    let house = House::new().await;
    let served = serve_with(&house, Serving::default()).await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    let request =
        format!("GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n", house.admin);
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut first = [0; 15];
    stream.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200 OK");
    served.stop.send(()).unwrap();
    house.app.close();
    tokio::time::timeout(Duration::from_secs(20), served.ended).await.unwrap().unwrap();
}
