//! An outbound that adds a simulator's ready-made credentials. Test-only: the real one is `net` with `auth` above it.

use std::time::Duration;

use async_trait::async_trait;
use bowline_core::Failure;
use bowline_core::code::{AUTH_REJECTED, NET_NOT_JSON, NET_SERVER_ERROR, NET_UNREACHABLE};
use bowline_core::connection::{Connection, ToolKind};
use bowline_core::failure::Executed;
use bowline_core::port::{Outbound, OutboundAnswer, OutboundCall};
use bowline_net::plain::Plain;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderValue, Request, StatusCode};

/// Calls a simulator as Ada.
pub(crate) struct Wire(Plain);

impl Wire {
    pub(crate) fn new() -> Self {
        Self(Plain::new(Duration::from_secs(20)).unwrap())
    }
}

/// How Ada signs in. `Basic` is `ada@example.com:token-ada` for Cloud and `ada:ada` for Targetprocess.
pub(crate) fn credential(tool: ToolKind) -> &'static str {
    match tool {
        ToolKind::JiraCloud => "Basic YWRhQGV4YW1wbGUuY29tOnRva2VuLWFkYQ==",
        ToolKind::JiraDc => "Bearer pat-ada",
        ToolKind::Targetprocess => "Basic YWRhOmFkYQ==",
    }
}

#[async_trait]
impl Outbound for Wire {
    async fn send(&self, connection: &Connection, call: OutboundCall) -> Result<OutboundAnswer, Failure> {
        let mut request = Request::new(call.body);
        *request.method_mut() = call.method;
        *request.uri_mut() = format!("{}{}", connection.base_url, call.path).parse().unwrap();
        *request.headers_mut() = call.headers;
        request.headers_mut().insert(AUTHORIZATION, HeaderValue::from_static(credential(connection.tool)));
        let executed = if call.repeatable { Executed::No } else { Executed::Unknown };
        let answer = self.0.send(request).await.map_err(|_| Failure::retry(NET_UNREACHABLE, executed))?;
        let (parts, body) = answer.into_parts();
        match parts.status {
            StatusCode::UNAUTHORIZED => Err(Failure::wait(AUTH_REJECTED)),
            status if status.is_server_error() => Err(Failure::retry(NET_SERVER_ERROR, executed)),
            _ if is_page(&body) => Err(Failure::retry(NET_NOT_JSON, executed)),
            status => Ok(OutboundAnswer { status, headers: parts.headers, body }),
        }
    }
}

fn is_page(body: &Bytes) -> bool {
    body.trim_ascii_start().starts_with(b"<")
}
