//! A relay between the store and PostgreSQL that can fall silent, as a network does: connections stay open and
//! nothing comes back.

use std::io::ErrorKind;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::server;

/// Passes everything on until a request holds the words it waits for; then holds all answers until told to go on.
pub(crate) struct Relay {
    port: u16,
    holds: Arc<watch::Sender<bool>>,
    words: Arc<watch::Sender<&'static str>>,
}

impl Relay {
    pub(crate) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (holds, words) = (Arc::new(watch::Sender::new(false)), Arc::new(watch::Sender::new("")));
        tokio::spawn(serve(listener, Arc::clone(&holds), Arc::clone(&words)));
        Self { port, holds, words }
    }

    /// A database of the same server, reached through the relay, in plain text.
    pub(crate) fn url(&self, database: &str) -> String {
        let server = server();
        let (_, rest) = server.split_once("://").unwrap();
        let (login, _) = rest.rsplit_once('@').unwrap();
        format!("postgres://{login}@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }

    /// Holds answers from the next request on that holds `words`.
    pub(crate) fn hold_at(&self, words: &'static str) {
        self.words.send_replace(words);
    }

    /// Returns once answers are held.
    pub(crate) async fn until_it_holds(&self) {
        self.holds.subscribe().wait_for(|holds| *holds).await.unwrap();
    }

    /// Passes on what was held, and everything from now on.
    pub(crate) fn go_on(&self) {
        self.words.send_replace("");
        self.holds.send_replace(false);
    }
}

async fn serve(
    listener: TcpListener,
    holds: Arc<watch::Sender<bool>>,
    words: Arc<watch::Sender<&'static str>>,
) {
    let address = server().rsplit_once('@').unwrap().1.split('/').next().unwrap().to_owned();
    let address = if address.contains(':') { address } else { format!("{address}:5432") };
    loop {
        let (near, _) = listener.accept().await.unwrap();
        let far = TcpStream::connect(&address).await.unwrap();
        let (near, far) = (Arc::new(near), Arc::new(far));
        let (holding, waiting) = (Arc::clone(&holds), Arc::clone(&words));
        let (from, to) = (Arc::clone(&near), Arc::clone(&far));
        tokio::spawn(async move {
            while let Some(bytes) = read(&from).await {
                let words = *waiting.borrow();
                if !words.is_empty() && bytes.windows(words.len()).any(|part| part == words.as_bytes()) {
                    holding.send_replace(true);
                }
                write(&to, &bytes).await;
            }
        });
        let mut held = holds.subscribe();
        tokio::spawn(async move {
            while let Some(bytes) = read(&far).await {
                held.wait_for(|holds| !*holds).await.unwrap();
                write(&near, &bytes).await;
            }
            held.wait_for(|holds| !*holds).await.unwrap();
        });
    }
}

/// What came in; `None` at the end.
async fn read(stream: &TcpStream) -> Option<Vec<u8>> {
    let mut bytes = vec![0; 16 * 1024];
    loop {
        stream.readable().await.ok()?;
        match stream.try_read(&mut bytes) {
            Ok(0) => return None,
            Ok(count) => {
                bytes.truncate(count);
                return Some(bytes);
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(_) => return None,
        }
    }
}

/// An end that went away does not want to know.
async fn write(stream: &TcpStream, mut bytes: &[u8]) {
    while !bytes.is_empty() && stream.writable().await.is_ok() {
        match stream.try_write(bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
}
