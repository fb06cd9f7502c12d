//! One request and its answer. Every answer is held against what all answers promise, and every answer of the API
//! against its schema in the API reference.

use axum::body::{Body, to_bytes};
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt;

use super::{House, schema};

/// A request in the making.
pub(crate) struct Call<'a> {
    house: &'a House,
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Body,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl<'a> Call<'a> {
    pub(crate) fn new(house: &'a House, method: &str, path: &str) -> Self {
        let headers = vec![("host".to_owned(), "127.0.0.1:7700".to_owned())];
        Self { house, method: method.to_owned(), path: path.to_owned(), headers, body: Body::empty() }
    }

    /// In place of any header of that name.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    pub(crate) fn token(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub(crate) fn tenant(self, name: &str) -> Self {
        self.header("bowline-tenant", name)
    }

    pub(crate) fn json(self, body: Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string())
    }

    pub(crate) fn body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    /// The answer as it comes, for streams.
    pub(crate) async fn open(self) -> Response {
        let mut request = Request::builder().method(self.method.as_str()).uri(&self.path);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request.body(self.body).unwrap();
        self.house.router.clone().oneshot(request).await.unwrap()
    }

    /// The answer whole, without what all answers of the API promise: Atlassian's rules are others.
    pub(crate) async fn answer(self) -> Answer {
        let (parts, body) = self.open().await.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Answer { code: parts.status.as_u16(), headers: parts.headers, body }
    }

    pub(crate) async fn send(self) -> Answer {
        let (method, path) = (self.method.clone(), self.path.clone());
        let response = self.open().await;
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let answer = Answer { code: parts.status.as_u16(), headers: parts.headers, body };
        answer.keeps_promises();
        schema::check(&method, &path, &answer);
        answer
    }
}

impl Answer {
    /// The same, after it was seen to have a status.
    #[track_caller]
    pub(crate) fn status(self, expected: u16) -> Self {
        assert_eq!(self.code, expected, "{}", self.text());
        self
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The code of a problem.
    #[track_caller]
    pub(crate) fn problem(&self) -> String {
        self.json()["code"].as_str().unwrap().to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body without what differs from request to request.
    pub(crate) fn without_id(&self) -> String {
        self.text().replace(self.header("x-request-id"), "REQUEST")
    }

    fn keeps_promises(&self) {
        assert!(self.header("x-request-id").starts_with("req_"));
        assert_eq!(self.header("x-content-type-options"), "nosniff");
        assert_eq!(self.header("cache-control"), "no-store");
        assert_eq!(self.header("referrer-policy"), "no-referrer");
        assert!(self.header("content-security-policy").contains("frame-ancestors 'none'"));
        let status = StatusCode::from_u16(self.code).unwrap();
        let kind = self.header("content-type");
        if status.as_u16() < 400 || kind.starts_with("text/html") || kind == "application/json" {
            return;
        }
        assert_eq!(kind, "application/problem+json", "{}", self.text());
        let problem = self.json();
        let code = problem["code"].as_str().unwrap();
        let known = bowline_core::code::REGISTRY.iter().find(|entry| entry.code == code);
        assert_eq!(problem["title"], known.unwrap().title);
        assert_eq!(problem["type"], format!("urn:bowline:problem:{code}"));
        assert_eq!(problem["status"], self.code);
        assert!(!problem["detail"].as_str().unwrap().is_empty());
    }
}
