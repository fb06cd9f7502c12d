//! A relay between the store and PostgreSQL that counts round trips and does what a network may do: fall silent on
//! either way, break, and (as no network does) put other words into somebody's mouth.

use std::io::ErrorKind;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::server;

/// Passes everything on until it is told otherwise.
pub(crate) struct Relay {
    port: u16,
    wishes: Arc<Wishes>,
}

/// Bytes, and what is passed on instead.
type Swap = Option<(Vec<u8>, Vec<u8>)>;

#[derive(Default)]
struct Wishes {
    /// From the next request on that holds these words something is held, if there are any.
    words: Mutex<String>,
    /// Whether it is the requests that are held then; otherwise the answers.
    requests: AtomicBool,
    holds: watch::Sender<bool>,
    cuts: watch::Sender<u32>,
    asked: Mutex<Swap>,
    told: Mutex<Swap>,
    trips: AtomicU64,
}

impl Relay {
    pub(crate) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let wishes = Arc::new(Wishes::default());
        tokio::spawn(serve(listener, Arc::clone(&wishes)));
        Self { port, wishes }
    }

    /// A database of the same server, reached through the relay, in plain text.
    pub(crate) fn url(&self, database: &str) -> String {
        let server = server();
        let (_, rest) = server.split_once("://").unwrap();
        let (login, _) = rest.rsplit_once('@').unwrap();
        format!("postgres://{login}@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }

    /// How often so far something was sent after an answer had come back.
    pub(crate) fn trips(&self) -> u64 {
        self.wishes.trips.load(Ordering::SeqCst)
    }

    /// Holds answers from the next request on that holds `words`.
    pub(crate) fn hold_at(&self, words: &str) {
        self.wishes.requests.store(false, Ordering::SeqCst);
        words.clone_into(&mut self.wishes.words.lock().unwrap());
    }

    /// Holds requests from the next one on that holds `words`; that one too.
    pub(crate) fn hold_requests_at(&self, words: &str) {
        self.wishes.requests.store(true, Ordering::SeqCst);
        words.clone_into(&mut self.wishes.words.lock().unwrap());
    }

    /// Returns once something is held.
    pub(crate) async fn until_it_holds(&self) {
        self.wishes.holds.subscribe().wait_for(|holds| *holds).await.unwrap();
    }

    /// Passes on what was held, and everything from now on.
    pub(crate) fn go_on(&self) {
        self.wishes.words.lock().unwrap().clear();
        self.wishes.holds.send_replace(false);
    }

    /// Breaks every connection there is. What is held is lost.
    pub(crate) fn cut(&self) {
        self.wishes.cuts.send_modify(|cuts| *cuts += 1);
        self.go_on();
    }

    /// Has the server hear something else.
    pub(crate) fn ask_instead(&self, from: &[u8], to: &[u8]) {
        *self.wishes.asked.lock().unwrap() = Some((from.to_vec(), to.to_vec()));
    }

    /// Has the store hear something else.
    pub(crate) fn answer_instead(&self, from: &[u8], to: &[u8]) {
        *self.wishes.told.lock().unwrap() = Some((from.to_vec(), to.to_vec()));
    }

    /// Lets both speak for themselves again.
    pub(crate) fn tell_the_truth(&self) {
        *self.wishes.asked.lock().unwrap() = None;
        *self.wishes.told.lock().unwrap() = None;
    }
}

async fn serve(listener: TcpListener, wishes: Arc<Wishes>) {
    let address = server().rsplit_once('@').unwrap().1.split('/').next().unwrap().to_owned();
    let address = if address.contains(':') { address } else { format!("{address}:5432") };
    loop {
        let (near, _) = listener.accept().await.unwrap();
        let far = TcpStream::connect(&address).await.unwrap();
        tokio::spawn(pass_on(near, far, Arc::clone(&wishes)));
    }
}

/// One connection, until either end hangs up or it is cut.
async fn pass_on(near: TcpStream, far: TcpStream, wishes: Arc<Wishes>) {
    let answered = AtomicBool::new(true);
    let held = async |requests: bool| {
        if wishes.requests.load(Ordering::SeqCst) == requests {
            wishes.holds.subscribe().wait_for(|holds| !*holds).await.unwrap();
        }
    };
    let there = async {
        while let Some(bytes) = read(&near).await {
            if holds(&bytes, wishes.words.lock().unwrap().as_bytes()) {
                wishes.holds.send_replace(true);
            }
            held(true).await;
            wishes.trips.fetch_add(u64::from(answered.swap(false, Ordering::SeqCst)), Ordering::SeqCst);
            let bytes = swapped(bytes, &wishes.asked.lock().unwrap());
            write(&far, &bytes).await;
        }
    };
    let back = async {
        while let Some(bytes) = read(&far).await {
            held(false).await;
            answered.store(true, Ordering::SeqCst);
            let bytes = swapped(bytes, &wishes.told.lock().unwrap());
            write(&near, &bytes).await;
        }
        held(false).await;
    };
    let mut cuts = wishes.cuts.subscribe();
    tokio::select! {
        // First, so that what is held is lost and not let go.
        biased;
        _ = cuts.changed() => {}
        () = there => {}
        () = back => {}
    }
}

fn holds(bytes: &[u8], words: &[u8]) -> bool {
    !words.is_empty() && bytes.windows(words.len()).any(|part| part == words)
}

fn swapped(mut bytes: Vec<u8>, swap: &Swap) -> Vec<u8> {
    if let Some((from, to)) = swap
        && let Some(at) = bytes.windows(from.len()).position(|part| part == from)
    {
        bytes.splice(at..at + from.len(), to.iter().copied());
    }
    bytes
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
