//! A Data Center whose only issues are pages: HTTP/1.1, a search by offset, and what clients ask before it.

use std::fmt::Write as _;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::report::say;

/// An issue of a Data Center as its search gives it, with the number in its key written as `@`.
const ISSUE: &str = include_str!("issue.json");
/// What Data Center gives at most (`jira.search.views.default.max`), and unasked.
const MOST: u32 = 1_000;
const UNASKED: u32 = 50;
/// The largest request that is read.
const LARGEST: usize = 64 << 10;

/// Serves pages until it is killed.
#[derive(clap::Args)]
pub(crate) struct Pages {
    /// How many issues there are.
    #[arg(long)]
    issues: u32,
}

/// The sum of the numbers of so many issues, and of the lengths of their summaries.
pub(super) fn sums(count: u32) -> (u64, u64) {
    let template: Value = serde_json::from_str(ISSUE).unwrap_or_default();
    let summary = template["fields"]["summary"].as_str().unwrap_or_default();
    let fixed = summary.chars().filter(|letter| *letter != '@').count();
    let numbers = u64::try_from(summary.len() - fixed).unwrap_or_default();
    let digits: u64 = (1..=count).map(|number| u64::from(number.ilog10()) + 1).sum();
    let count = u64::from(count);
    (count * (count + 1) / 2, count * u64::try_from(fixed).unwrap_or_default() + numbers * digits)
}

impl Pages {
    pub(crate) async fn run(&self) -> Result<()> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        say(&json!({"listening": format!("http://{}", listener.local_addr()?)}).to_string());
        let issue: Value = serde_json::from_str(ISSUE)?;
        let server = Arc::new(Server { issue: issue.to_string(), count: self.issues });
        loop {
            let (stream, _) = listener.accept().await?;
            let server = Arc::clone(&server);
            // A connection that breaks is the caller's to make again.
            tokio::spawn(async move { server.serve(stream).await.ok() });
        }
    }
}

struct Server {
    issue: String,
    count: u32,
}

impl Server {
    async fn serve(&self, stream: TcpStream) -> Result<()> {
        stream.set_nodelay(true)?;
        let mut stream = BufReader::new(stream);
        while let Some((target, body)) = request(&mut stream).await? {
            let (status, body) = match self.answer(&target, &body) {
                Some(body) => ("200 OK", body),
                None => ("404 Not Found", json!({"errorMessages": [format!("no {target}")]}).to_string()),
            };
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Type: application/json;charset=UTF-8\r\nContent-Length: {length}\r\n\r\n"
            );
            stream.get_mut().write_all(head.as_bytes()).await?;
            stream.get_mut().write_all(body.as_bytes()).await?;
        }
        Ok(())
    }

    fn answer(&self, target: &str, body: &[u8]) -> Option<String> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        match path.strip_prefix("/rest/api/2/").or_else(|| path.strip_prefix("/rest/api/latest/"))? {
            "search" => {
                let body: Value = serde_json::from_slice(body).unwrap_or_default();
                let number = |name: &str| {
                    let prefix = format!("{name}=");
                    let asked = query.split('&').find_map(|pair| pair.strip_prefix(&prefix)?.parse().ok());
                    asked.or_else(|| u32::try_from(body[name].as_u64()?).ok())
                };
                Some(self.page(number("startAt").unwrap_or(0), number("maxResults").unwrap_or(UNASKED)))
            }
            "serverInfo" => Some(
                json!({"baseUrl": "http://jira.example", "version": "10.3.0", "versionNumbers": [10, 3, 0], "deploymentType": "Server"})
                    .to_string(),
            ),
            "field" => Some("[]".to_owned()),
            _ => None,
        }
    }

    fn page(&self, start: u32, limit: u32) -> String {
        let end = start.saturating_add(limit.min(MOST)).min(self.count);
        let mut page = format!(
            r#"{{"expand":"schema,names","startAt":{start},"maxResults":{},"total":{},"issues":["#,
            limit.min(MOST),
            self.count
        );
        for number in start + 1..=end {
            if number > start + 1 {
                page.push(',');
            }
            let mut parts = self.issue.split('@');
            page.push_str(parts.next().unwrap_or_default());
            for part in parts {
                // Writing to a text does not fail.
                let _ = write!(page, "{number}{part}");
            }
        }
        page.push_str("]}");
        page
    }
}

/// What the next request asks, and its body; `None` at the end of the connection.
async fn request(stream: &mut BufReader<TcpStream>) -> Result<Option<(String, Vec<u8>)>> {
    let (mut first, mut line, mut length) = (String::new(), String::new(), 0);
    if stream.read_line(&mut first).await? == 0 {
        return Ok(None);
    }
    loop {
        line.clear();
        stream.read_line(&mut line).await?;
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse::<usize>()?.min(LARGEST);
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    let target = first.split(' ').nth(1).context("no request line")?;
    Ok(Some((target.to_owned(), body)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_holds_what_was_asked_for_and_the_sums_are_those_of_its_issues() {
        let server = Server { issue: ISSUE.to_owned(), count: 120 };
        let (mut numbers, mut letters) = (0, 0);
        for start in [0, 100] {
            let page: Value = serde_json::from_str(&server.page(start, 100)).unwrap();
            let issues = page["issues"].as_array().unwrap();
            assert_eq!(issues.len(), if start == 0 { 100 } else { 20 });
            for issue in issues {
                let key = issue["key"].as_str().unwrap();
                numbers += key.split('-').nth(1).unwrap().parse::<u64>().unwrap();
                letters +=
                    u64::try_from(issue["fields"]["summary"].as_str().unwrap().chars().count()).unwrap();
            }
        }
        assert_eq!((numbers, letters), sums(120));
    }
}
