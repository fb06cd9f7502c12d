//! A server that says exactly the bytes a test wants, and remembers what it heard.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What the server does with one request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// Says these bytes and closes.
    Say(Vec<u8>),
    /// Says these bytes and stays for the next request.
    SayAndStay(Vec<u8>),
    /// Keeps the connection open and says nothing.
    Silence,
    /// Says these bytes and then the others, over and over, until the client goes.
    Forever(Vec<u8>, Vec<u8>),
}

impl Reply {
    /// A JSON answer with further header lines, each ending in CRLF.
    pub(crate) fn json(status: u16, headers: &str, body: &str) -> Self {
        let head = format!("HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{headers}");
        Self::Say(
            format!("{head}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len()).into_bytes(),
        )
    }

    pub(crate) fn ok() -> Self {
        Self::json(200, "", "{}")
    }
}

type Script = dyn Fn(usize) -> Reply + Send + Sync;

/// A running server.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
    arrivals: watch::Receiver<usize>,
    hold: watch::Sender<bool>,
}

impl Server {
    /// Answers the n-th request (from 0) with what `script` says.
    pub(crate) async fn start(script: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_at("127.0.0.1:0", script).await
    }

    pub(crate) async fn start_at(
        listen: &str,
        script: impl Fn(usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = bound(listen).await;
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (arrived, arrivals) = watch::channel(0);
        let (hold, held) = watch::channel(false);
        let desk =
            Desk { script: Arc::new(script), heard: Arc::clone(&heard), arrived: Arc::new(arrived), held };
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, desk.clone()));
            }
        });
        Self { address, heard, arrivals, hold }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests heard so far, head and body.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    /// Lets requests arrive but answers none until `release`.
    pub(crate) fn hold(&self) {
        self.hold.send_replace(true);
    }

    pub(crate) fn release(&self) {
        self.hold.send_replace(false);
    }

    /// Returns once so many requests have arrived.
    pub(crate) async fn arrived(&self, count: usize) {
        self.arrivals.clone().wait_for(|arrived| *arrived >= count).await.unwrap();
    }
}

/// A port that was named may be in use for a moment by somebody who is just connecting.
async fn bound(listen: &str) -> TcpListener {
    for _ in 0..100 {
        match TcpListener::bind(listen).await {
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            bound => return bound.unwrap(),
        }
    }
    panic!("{listen} stays in use");
}

#[derive(Clone)]
struct Desk {
    script: Arc<Script>,
    heard: Arc<Mutex<Vec<String>>>,
    arrived: Arc<watch::Sender<usize>>,
    held: watch::Receiver<bool>,
}

async fn serve(mut socket: TcpStream, mut desk: Desk) {
    while let Some(request) = read(&mut socket).await {
        let number = {
            let mut heard = desk.heard.lock().unwrap();
            heard.push(request);
            heard.len()
        };
        desk.arrived.send_replace(number);
        desk.held.wait_for(|held| !held).await.unwrap();
        match (desk.script)(number - 1) {
            Reply::Say(bytes) => {
                let _ = socket.write_all(&bytes).await;
                return;
            }
            Reply::SayAndStay(bytes) => {
                let _ = socket.write_all(&bytes).await;
            }
            Reply::Silence => {
                let _ = socket.read(&mut [0]).await;
                return;
            }
            Reply::Forever(bytes, again) => {
                let _ = socket.write_all(&bytes).await;
                while socket.write_all(&again).await.is_ok() {}
                return;
            }
        }
    }
}

/// One request with its body; `None` once the client has gone.
async fn read(socket: &mut TcpStream) -> Option<String> {
    let mut text = String::new();
    let mut buffer = [0; 4_096];
    loop {
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
        let count = socket.read(&mut buffer).await.ok().filter(|count| *count > 0)?;
        text.push_str(&String::from_utf8_lossy(&buffer[..count]));
    }
}
