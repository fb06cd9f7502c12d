//! A simulated Jira, an outbound that signs in as Ada, and the record of what was asked.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use bowline_core::Failure;
use bowline_core::code::NET_UNREACHABLE;
use bowline_core::connection::{Connection, ToolKind};
use bowline_core::failure::Executed;
use bowline_core::port::{Download, Entropy, Outbound, OutboundAnswer, OutboundCall, Pieces, Streams};
use bowline_jira::Jira;
use bowline_net::plain::Plain;
use bowline_sim::Running;
use bowline_sim::jira::{self, Deployment};
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request};
use serde_json::{Value, json};

use crate::script::connection;

/// Names the folder (`crates/xtask/src/transcript.rs`).
const VARIABLE: &str = "BOWLINE_SIM_CALLS";

/// Sends calls as they are, with a credential, and writes them down.
pub(crate) struct Wire {
    plain: Plain,
    authorization: String,
    face: &'static str,
    record: Option<Mutex<File>>,
}

impl Wire {
    pub(crate) fn new(face: &'static str, authorization: String) -> Self {
        let plain = Plain::new(Duration::from_secs(20)).unwrap();
        Self { plain, authorization, face, record: record(face) }
    }

    async fn sent(&self, connection: &Connection, call: OutboundCall) -> Result<OutboundAnswer, Failure> {
        let mut request = Request::new(call.body.clone());
        *request.method_mut() = call.method.clone();
        *request.uri_mut() = format!("{}{}", connection.base_url, call.path).parse().unwrap();
        *request.headers_mut() = call.headers.clone();
        request.headers_mut().insert(AUTHORIZATION, self.authorization.parse().unwrap());
        let answer = self.plain.send(request).await;
        let answer = answer.map_err(|_| Failure::retry(NET_UNREACHABLE, Executed::Unknown))?;
        let (parts, body) = answer.into_parts();
        self.note(&call, parts.status.as_u16());
        Ok(OutboundAnswer { status: parts.status, headers: parts.headers, body })
    }

    fn note(&self, call: &OutboundCall, status: u16) {
        let Some(record) = &self.record else { return };
        let media = call.headers.get(CONTENT_TYPE).map(|kind| kind.to_str().unwrap());
        let body: Option<Value> = serde_json::from_slice(&call.body).ok();
        let line = json!({
            "face": self.face, "operation": call.operation, "method": call.method.as_str(), "path": call.path,
            "media": media, "body": body, "status": status,
        });
        writeln!(record.lock().unwrap(), "{line}").unwrap();
    }
}

/// One file for each world, so that tests that run at once do not write into each other's lines.
fn record(face: &str) -> Option<Mutex<File>> {
    static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let folder = std::env::var_os(VARIABLE)?;
    let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let name = format!("{face}-{}-{number}.jsonl", std::process::id());
    Some(Mutex::new(
        OpenOptions::new().create(true).append(true).open(Path::new(&folder).join(name)).unwrap(),
    ))
}

#[async_trait]
impl Outbound for Wire {
    async fn send(&self, connection: &Connection, call: OutboundCall) -> Result<OutboundAnswer, Failure> {
        self.sent(connection, call).await
    }
}

/// Whole in memory: what is carried in pieces is tested with `net`.
#[async_trait]
impl Streams for Wire {
    async fn upload(
        &self,
        connection: &Connection,
        call: OutboundCall,
        length: u64,
        pieces: Pieces,
    ) -> Result<OutboundAnswer, Failure> {
        let body: Vec<Bytes> = pieces.try_collect().await.unwrap();
        let body = Bytes::from(body.concat());
        assert_eq!(body.len() as u64, length);
        self.sent(connection, OutboundCall { body, ..call }).await
    }

    async fn download(&self, connection: &Connection, call: OutboundCall) -> Result<Download, Failure> {
        let answer = self.sent(connection, call).await?;
        if !answer.status.is_success() {
            return Ok(Download::Refused(answer));
        }
        Ok(Download::File(answer.headers, stream::iter([Ok(answer.body)]).boxed()))
    }
}

/// No two alike, and the same in every run.
pub(crate) struct Counted;

impl Entropy for Counted {
    fn fill(&self, bytes: &mut [u8]) {
        for (byte, number) in bytes.iter_mut().zip(0..) {
            *byte = number;
        }
    }
}

/// How somebody signs in.
struct Who {
    cloud: &'static str,
    data_center: &'static str,
}

/// `ada@example.com:token-ada`
const ADA: Who = Who { cloud: "Basic YWRhQGV4YW1wbGUuY29tOnRva2VuLWFkYQ==", data_center: "Bearer pat-ada" };

/// `admin@example.com:token-admin`
const ADMIN: Who =
    Who { cloud: "Basic YWRtaW5AZXhhbXBsZS5jb206dG9rZW4tYWRtaW4=", data_center: "Bearer pat-admin" };

/// A Jira, and the way to it.
pub(crate) struct Place {
    _running: Option<Running>,
    pub(crate) wire: Wire,
    connection: Connection,
}

impl Place {
    #[expect(clippy::field_reassign_with_default, reason = "the options are non-exhaustive")]
    async fn new(deployment: Deployment, who: &Who) -> Self {
        let mut options = jira::Options::default();
        options.deployment = deployment;
        let running = jira::start(options, ([127, 0, 0, 1], 0).into()).await.unwrap();
        let url = running.url().to_owned();
        let place = match deployment {
            Deployment::Cloud => Self::at(ToolKind::JiraCloud, "cloud", &url, who.cloud),
            _ => Self::at(ToolKind::JiraDc, "dc", &url, who.data_center),
        };
        Self { _running: Some(running), ..place }
    }

    pub(crate) fn at(tool: ToolKind, face: &'static str, url: &str, authorization: &str) -> Self {
        let connection =
            Connection { base_url: url.to_owned(), browse_url: url.to_owned(), ..connection(tool) };
        Self { _running: None, wire: Wire::new(face, authorization.to_owned()), connection }
    }

    pub(crate) fn jira(&self) -> Jira<'_> {
        Jira::new(&self.wire, &self.connection)
    }

    pub(crate) fn is_cloud(&self) -> bool {
        self.connection.tool == ToolKind::JiraCloud
    }

    /// A text in the form of this product.
    pub(crate) fn text(&self, words: &str) -> Value {
        if !self.is_cloud() {
            return words.into();
        }
        let paragraph = json!({ "type": "paragraph", "content": [{ "type": "text", "text": words }] });
        json!({ "type": "doc", "version": 1, "content": [paragraph] })
    }

    /// Asks the simulator for something that only a person could do.
    pub(crate) async fn control(&self, path: &str, body: &Value) -> Value {
        let request =
            Request::builder().method(Method::POST).uri(format!("{}{path}", self.connection.base_url));
        let answer =
            self.wire.plain.send(request.body(Bytes::from(body.to_string())).unwrap()).await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", String::from_utf8_lossy(answer.body()));
        serde_json::from_slice(answer.body()).unwrap_or_default()
    }
}

pub(crate) async fn cloud() -> Place {
    Place::new(Deployment::Cloud, &ADA).await
}

pub(crate) async fn data_center() -> Place {
    Place::new(Deployment::DataCenter, &ADA).await
}

pub(crate) async fn both() -> [Place; 2] {
    [cloud().await, data_center().await]
}

/// Both, as an administrator.
pub(crate) async fn administered() -> [Place; 2] {
    [Place::new(Deployment::Cloud, &ADMIN).await, Place::new(Deployment::DataCenter, &ADMIN).await]
}
