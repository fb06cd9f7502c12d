//! Requests as bytes, and the least of an HTTP client that can send them: what sends should cost next to nothing.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail};
use http::Method;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What stands where each delivery has an id of its own.
const NO_ID: &str = "0000000000000000";

/// A request, ready but for the id of the delivery.
#[derive(Clone)]
pub(super) struct Wire {
    bytes: Vec<u8>,
    /// Where the id stands.
    id: usize,
}

impl Wire {
    /// With a token; without one if that is wanted.
    pub(super) fn new(
        to: SocketAddr,
        (method, path): (&Method, &str),
        token: Option<&str>,
        body: &str,
    ) -> Result<Self> {
        let authorization = token.map(|token| format!("Authorization: JWT {token}\r\n")).unwrap_or_default();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {to}\r\n{authorization}Content-Type: application/json\r\n\
             X-Atlassian-Webhook-Identifier: {NO_ID}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let id = head.find(NO_ID).context("a header for the id")?;
        Ok(Self { bytes: [head.as_bytes(), body.as_bytes()].concat(), id })
    }

    /// Makes it a delivery that was not sent before.
    pub(super) fn number(&mut self, number: u64) {
        let text = format!("{number:016x}");
        for (place, digit) in self.bytes.iter_mut().skip(self.id).zip(text.bytes()) {
            *place = digit;
        }
    }
}

/// A connection that is kept.
pub(super) struct Line {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Line {
    pub(super) async fn open(to: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(to).await.with_context(|| format!("nobody listens at {to}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, read: Vec::with_capacity(4_096) })
    }

    /// Sends a request and reads the whole answer; its status.
    pub(super) async fn ask(&mut self, wire: &Wire) -> Result<u16> {
        self.stream.write_all(&wire.bytes).await?;
        self.read.clear();
        loop {
            if let Some((status, length)) = head(&self.read)? {
                while self.read.len() < length {
                    self.more().await?;
                }
                return Ok(status);
            }
            self.more().await?;
        }
    }

    async fn more(&mut self) -> Result<()> {
        match self.stream.read_buf(&mut self.read).await? {
            0 => bail!("the server has closed the connection"),
            _ => Ok(()),
        }
    }
}

/// Status and whole length of an answer, once its head is there. Answers here name their length, or have no body.
fn head(read: &[u8]) -> Result<Option<(u16, usize)>> {
    let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(read.get(..end).unwrap_or_default())?;
    let status = text
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .context("an answer without a status")?;
    let mut lengths = text.lines().filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>())
    });
    Ok(Some((status, end + 4 + lengths.next().transpose()?.unwrap_or(0))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_when_its_head_says_so() {
        assert_eq!(head(b"HTTP/1.1 204 No Content\r\nDate: x\r\n").unwrap(), None);
        assert_eq!(head(b"HTTP/1.1 204 No Content\r\nDate: x\r\n\r\n").unwrap(), Some((204, 36)));
        assert_eq!(head(b"HTTP/1.1 401 U\r\ncontent-length: 3\r\n\r\nab").unwrap(), Some((401, 40)));
        assert!(head(b"nonsense\r\n\r\n").is_err());
    }

    #[test]
    fn each_delivery_gets_its_number() {
        let to = "127.0.0.1:1".parse().unwrap();
        let mut wire = Wire::new(to, (&Method::POST, "/x"), Some("t"), "{}").unwrap();
        wire.number(255);
        let text = String::from_utf8(wire.bytes).unwrap();
        assert!(text.contains("Identifier: 00000000000000ff\r\n"), "{text}");
    }
}
