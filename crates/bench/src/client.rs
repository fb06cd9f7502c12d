//! JSON over HTTP to the service's API and to the simulators' control API.

use std::time::Duration;

use anyhow::{Result, bail};
use bowline_net::plain::Plain;
use bytes::Bytes;
use http::{Method, Request};
use serde_json::Value;

/// Longer than any answer takes that comes at all.
const PATIENCE: Duration = Duration::from_secs(60);

/// One server; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    plain: Plain,
    base: String,
    token: Option<String>,
    tenant: Option<String>,
}

impl Client {
    /// `base` is the start of every URL, without a slash at its end.
    pub(crate) fn new(base: String, token: Option<String>) -> Result<Self> {
        Ok(Self { plain: Plain::new(PATIENCE)?, base, token, tenant: None })
    }

    /// The same server, as somebody.
    pub(crate) fn with_token(&self, token: String) -> Self {
        Self { token: Some(token), ..self.clone() }
    }

    /// The same, about a tenant.
    pub(crate) fn in_tenant(&self, tenant: &str) -> Self {
        Self { tenant: Some(tenant.to_owned()), ..self.clone() }
    }

    pub(crate) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Value> {
        self.call(Method::GET, path, Bytes::new()).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.call(Method::POST, path, body.to_string().into()).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Result<Value> {
        self.call(Method::DELETE, path, Bytes::new()).await
    }

    /// Whether a GET is answered with a success.
    pub(crate) async fn is_ok(&self, path: &str) -> bool {
        let Ok(request) = Request::get(format!("{}{path}", self.base)).body(Bytes::new()) else {
            return false;
        };
        self.plain.send(request).await.is_ok_and(|answer| answer.status().is_success())
    }

    async fn call(&self, method: Method, path: &str, body: Bytes) -> Result<Value> {
        let mut request = Request::builder()
            .method(&method)
            .uri(format!("{}{path}", self.base))
            .header("content-type", "application/json");
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(tenant) = &self.tenant {
            request = request.header("bowline-tenant", tenant);
        }
        let answer = self.plain.send(request.body(body)?).await?;
        if !answer.status().is_success() {
            let words = String::from_utf8_lossy(answer.body()).into_owned();
            bail!("{method} {path} was answered {}: {words}", answer.status());
        }
        Ok(serde_json::from_slice(answer.body()).unwrap_or(Value::Null))
    }
}
