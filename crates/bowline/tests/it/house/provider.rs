//! A provider that says exactly what a test wants, and keeps what it heard.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What was asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heard {
    /// Without its query.
    pub(crate) path: String,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// What is answered.
pub(crate) struct Said {
    pub(crate) status: u16,
    /// Header lines, each with its end.
    pub(crate) headers: String,
    pub(crate) body: Vec<u8>,
}

impl Said {
    pub(crate) fn new(status: u16, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: format!("Content-Type: {kind}\r\n"), body: body.into() }
    }

    pub(crate) fn json(body: &str) -> Self {
        Self::new(200, "application/json", body)
    }
}

type Script = dyn Fn(&Heard) -> Said + Send + Sync;

/// A running provider.
pub(crate) struct Provider {
    pub(crate) url: String,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Provider {
    pub(crate) async fn start(script: impl Fn(&Heard) -> Said + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let heard = Arc::<Mutex<Vec<Heard>>>::default();
        let (script, kept): (Arc<Script>, _) = (Arc::new(script), Arc::clone(&heard));
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, Arc::clone(&script), Arc::clone(&kept)));
            }
        });
        Self { url, heard }
    }

    /// What was heard so far at a path.
    pub(crate) fn heard(&self, path: &str) -> Vec<Heard> {
        let heard = self.heard.lock().unwrap();
        heard.iter().filter(|heard| heard.path == path).cloned().collect()
    }
}

async fn serve(mut socket: TcpStream, script: Arc<Script>, heard: Arc<Mutex<Vec<Heard>>>) {
    let Some(request) = read(&mut socket).await else { return };
    let said = script(&request);
    heard.lock().unwrap().push(request);
    let Said { status, headers, body } = said;
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status} X\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n");
    // Whoever has heard enough hangs up.
    let _ = socket.write_all(&[head.as_bytes(), &body].concat()).await;
    let _ = socket.shutdown().await;
}

async fn read(socket: &mut TcpStream) -> Option<Heard> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().unwrap())
            });
            if body.len() >= length.unwrap_or(0) {
                let path = head.split_whitespace().nth(1)?.split('?').next()?.to_owned();
                return Some(Heard { path, head: head.to_owned(), body: body.to_owned() });
            }
        }
        let mut more = [0; 8_192];
        match socket.read(&mut more).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&more[..count]),
        }
    }
}
