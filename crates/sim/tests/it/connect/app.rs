//! An app that keeps every call it gets and answers what it is told to; and tokens as apps make them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use aws_lc_rs::{digest, hmac};
use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::client::PATIENCE;

/// A call as it arrived.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) token: Option<Token>,
    pub(crate) body: Value,
    pub(crate) headers: http::HeaderMap,
}

/// A token that was taken apart.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) signed: String,
    pub(crate) signature: Vec<u8>,
    pub(crate) header: Value,
    pub(crate) claims: Value,
}

impl Token {
    pub(crate) fn read(text: &str) -> Self {
        let (signed, signature) = text.rsplit_once('.').expect("three parts");
        let part = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
        let (header, claims) = signed.split_once('.').expect("three parts");
        Self {
            signed: signed.to_owned(),
            signature: URL_SAFE_NO_PAD.decode(signature).unwrap(),
            header: part(header),
            claims: part(claims),
        }
    }

    pub(crate) fn is_of(&self, secret: &str) -> bool {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        self.header["alg"] == "HS256" && hmac::verify(&key, self.signed.as_bytes(), &self.signature).is_ok()
    }
}

/// SHA-256 in hexadecimal: the hash of a canonical request that a test writes down.
pub(crate) fn hash(canonical: &str) -> String {
    let digest = digest::digest(&digest::SHA256, canonical.as_bytes());
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A token with HS256.
pub(crate) fn jwt(claims: &Value, secret: &str) -> String {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let mac = hmac::sign(&key, signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac))
}

pub(crate) const KEY: &str = "com.example.app";

type Kept = Arc<(Mutex<Value>, Mutex<VecDeque<u16>>, mpsc::UnboundedSender<Got>)>;

pub(crate) struct App {
    /// Without a slash at its end.
    pub(crate) base: String,
    kept: Kept,
    calls: mpsc::UnboundedReceiver<Got>,
    server: JoinHandle<()>,
}

impl App {
    /// An app below `/app` that wants to be told of everything.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base = format!("http://{}/app", listener.local_addr().expect("an address"));
        let (sender, calls) = mpsc::unbounded_channel();
        let kept: Kept = Arc::new((Mutex::new(descriptor(&base)), Mutex::default(), sender));
        let router = Router::new().fallback(take).with_state(kept.clone());
        let server = tokio::spawn(async move { axum::serve(listener, router).await.expect("served") });
        Self { base, kept, calls, server }
    }

    pub(crate) fn address(&self) -> String {
        format!("{}/atlassian-connect.json", self.base)
    }

    /// Changes the descriptor.
    pub(crate) fn set(&self, pointer: &str, value: Value) {
        *self.kept.0.lock().unwrap().pointer_mut(pointer).expect("a member") = value;
    }

    /// The statuses of the next answers; 204 afterwards.
    pub(crate) fn answer(&self, statuses: &[u16]) {
        self.kept.1.lock().unwrap().extend(statuses);
    }

    /// The next call.
    pub(crate) async fn next(&mut self) -> Got {
        tokio::time::timeout(PATIENCE, self.calls.recv()).await.expect("a call in time").expect("an app")
    }

    /// The next call, which must be this one.
    pub(crate) async fn expect(&mut self, path: &str) -> Got {
        let got = self.next().await;
        assert_eq!(got.path, path, "{got:?}");
        got
    }

    pub(crate) fn is_quiet(&self) -> bool {
        self.calls.is_empty()
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn descriptor(base: &str) -> Value {
    let lifecycle = ["installed", "uninstalled", "enabled", "disabled"];
    json!({
        "key": KEY, "name": "An app", "baseUrl": base, "authentication": {"type": "jwt"},
        "lifecycle": lifecycle.map(|name| (name.to_owned(), json!(format!("/{name}")))).into_iter()
            .collect::<serde_json::Map<_, _>>(),
        "scopes": ["READ", "WRITE", "ACT_AS_USER"],
        "modules": {
            "webhooks": [
                {"event": "jira:issue_updated", "url": "/hook/issue?key={issue.key}&a=b", "filter": "project = ACME"},
                {"event": "page_updated", "url": "/hook/page"},
                {"event": "comment_created", "url": "/hook/comment"},
            ],
            "generalPages": [
                {"key": "panel", "name": {"value": "Panel <1>"}, "url": "/page/panel?issue={issue.key}&x={nothing.known}"},
                {"key": "quick", "name": {"value": "Quick"}, "url": "/page/quick", "cacheable": true},
            ],
        },
    })
}

async fn take(State(kept): State<Kept>, request: Request) -> Response {
    if request.method() == Method::GET && request.uri().path().ends_with("/atlassian-connect.json") {
        return axum::Json(kept.0.lock().unwrap().clone()).into_response();
    }
    let (head, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let token = head.headers.get("authorization").map(|value| value.to_str().unwrap());
    let got = Got {
        path: head.uri.path().strip_prefix("/app").unwrap().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        token: token.map(|value| Token::read(value.strip_prefix("JWT ").expect("a JWT"))),
        body: serde_json::from_slice(&body).unwrap_or_default(),
        headers: head.headers,
    };
    kept.2.send(got).expect("a test that listens");
    let status = kept.1.lock().unwrap().pop_front().unwrap_or(204);
    StatusCode::from_u16(status).unwrap().into_response()
}
