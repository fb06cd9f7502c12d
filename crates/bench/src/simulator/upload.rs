//! A large file is attached and read back: what the simulator's memory does meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::client::Client;
use crate::meter::number;
use crate::proc;
use crate::program::Program;

/// How much is written at a time.
const CHUNK: usize = 256 * 1024;
/// How often memory is looked at meanwhile.
const LOOK: Duration = Duration::from_millis(5);
/// What ends a form's file.
const TAIL: &str = "\r\n--limit--\r\n";

/// What an upload did.
#[derive(Debug, Serialize)]
pub(super) struct Upload {
    /// Bytes of the file.
    pub(super) size: u64,
    /// Bytes a second, sent and read back.
    pub(super) sent: f64,
    pub(super) read: f64,
    /// By how many bytes the resident memory was larger, at most, than before.
    pub(super) grown: u64,
}

/// Attaches a file of this size to an issue of Data Center's face, and reads it.
pub(super) async fn measure(program: &Program, client: &Client, size: u64) -> Result<Upload> {
    client.post("/_sim/settings", &json!({"attachments": {"limit": size}})).await?;
    let (before, most) = (proc::memory(program.id())?.now, Arc::new(AtomicU64::new(0)));
    let looking = tokio::spawn(look(program.id(), most.clone()));
    let started = Instant::now();
    let made = send(client, size).await?;
    let sent = started.elapsed();
    let content = made.pointer("/0/content").and_then(Value::as_str).context("no file was attached")?;
    let path = content.strip_prefix(client.base()).context("the file is somewhere else")?;
    let started = Instant::now();
    let came = receive(client, path).await?;
    let read = started.elapsed();
    looking.abort();
    if came != size {
        bail!("a file of {size} bytes came back with {came}");
    }
    let grown = most.load(Ordering::Relaxed).saturating_sub(before);
    let a_second = |took: Duration| number(size) / took.as_secs_f64().max(f64::MIN_POSITIVE);
    Ok(Upload { size, sent: a_second(sent), read: a_second(read), grown })
}

/// Remembers the most memory that a process ever had.
async fn look(process: u32, most: Arc<AtomicU64>) {
    while let Ok(memory) = proc::memory(process) {
        most.fetch_max(memory.now, Ordering::Relaxed);
        tokio::time::sleep(LOOK).await;
    }
}

async fn connect(client: &Client) -> Result<(TcpStream, String)> {
    let place = client.base().trim_start_matches("http://").to_owned();
    Ok((TcpStream::connect(&place).await?, place))
}

/// Sends a form with a file of zeros, piece by piece, and gives the answer.
async fn send(client: &Client, size: u64) -> Result<Value> {
    let (mut stream, place) = connect(client).await?;
    let form = "--limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\"large.bin\"\r\n\r\n";
    let length = form.len() as u64 + size + TAIL.len() as u64;
    let head = format!(
        "POST /rest/api/2/issue/ACME-1/attachments HTTP/1.0\r\nHost: {place}\r\nAuthorization: Bearer {}\r\n\
         X-Atlassian-Token: no-check\r\nContent-Type: multipart/form-data; boundary=limit\r\n\
         Content-Length: {length}\r\n\r\n{form}",
        client.token().unwrap_or_default()
    );
    stream.write_all(head.as_bytes()).await?;
    let (chunk, mut left) = (vec![0; CHUNK], size);
    while left > 0 {
        let next = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
        stream.write_all(chunk.get(..next).unwrap_or_default()).await?;
        left -= next as u64;
    }
    stream.write_all(TAIL.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let (head, body) = answer.split_once("\r\n\r\n").context("no answer to an upload")?;
    serde_json::from_str(body).with_context(|| format!("an upload was answered {head}"))
}

/// Reads a file without keeping it; gives how many bytes it has.
async fn receive(client: &Client, path: &str) -> Result<u64> {
    let (mut stream, place) = connect(client).await?;
    let token = client.token().unwrap_or_default();
    let head = format!("GET {path} HTTP/1.0\r\nHost: {place}\r\nAuthorization: Bearer {token}\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    let (mut chunk, mut came, mut head) = (vec![0; CHUNK], 0, Some(Vec::new()));
    loop {
        let count = stream.read(&mut chunk).await?;
        if count == 0 {
            return Ok(came);
        }
        let bytes = chunk.get(..count).unwrap_or_default();
        match &mut head {
            None => came += count as u64,
            Some(start) => {
                start.extend_from_slice(bytes);
                if let Some(end) = start.windows(4).position(|four| four == b"\r\n\r\n") {
                    came += (start.len() - end - 4) as u64;
                    head = None;
                }
            }
        }
    }
}
