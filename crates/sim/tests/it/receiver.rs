//! A receiver of webhooks that answers what it is told to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::Bytes;
use http::{HeaderMap, StatusCode, Uri};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::client::PATIENCE;

/// A webhook as it arrived.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) raw: Bytes,
    pub(crate) body: Value,
}

impl Got {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("a text"))
    }

    pub(crate) fn event(&self) -> &str {
        self.body["webhookEvent"].as_str().unwrap_or_default()
    }
}

pub(crate) struct Receiver {
    pub(crate) url: String,
    answers: Arc<Mutex<VecDeque<u16>>>,
    arrived: mpsc::UnboundedReceiver<Got>,
    server: JoinHandle<()>,
}

type Shared = (Arc<Mutex<VecDeque<u16>>>, mpsc::UnboundedSender<Got>);

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let (sender, arrived) = mpsc::unbounded_channel();
        let answers = Arc::new(Mutex::new(VecDeque::new()));
        let router = Router::new().route("/hook", post(take)).with_state((answers.clone(), sender));
        let server = tokio::spawn(async move { axum::serve(listener, router).await.expect("served") });
        Self { url, answers, arrived, server }
    }

    /// The statuses of the next answers; 200 afterwards. Zero is no answer at all, and 302 leads back here.
    pub(crate) fn answer(&self, statuses: &[u16]) {
        self.answers.lock().expect("a lock").extend(statuses);
    }

    /// The next webhook.
    pub(crate) async fn next(&mut self) -> Got {
        tokio::time::timeout(PATIENCE, self.arrived.recv())
            .await
            .expect("a webhook in time")
            .expect("a receiver")
    }

    /// Whether nothing has arrived that was not taken.
    pub(crate) fn is_empty(&mut self) -> bool {
        self.arrived.is_empty()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn take(State((answers, sender)): State<Shared>, uri: Uri, headers: HeaderMap, raw: Bytes) -> Response {
    let status = answers.lock().expect("a lock").pop_front().unwrap_or(200);
    let body = serde_json::from_slice(&raw).unwrap_or_default();
    sender.send(Got { uri, headers, raw, body }).expect("a test that listens");
    match status {
        0 => std::future::pending().await,
        302 => (StatusCode::FOUND, [("location", "/hook")]).into_response(),
        _ => StatusCode::from_u16(status).expect("a status").into_response(),
    }
}
