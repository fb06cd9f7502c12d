//! A Jira that answers from a script and remembers what it was asked.

use std::collections::VecDeque;
use std::sync::Mutex;

use async_trait::async_trait;
use bowline_core::connection::{Connection, Health, IntakeProof, SignIn, ToolKind};
use bowline_core::port::{Outbound, OutboundAnswer, OutboundCall};
use bowline_core::{ConnectionId, Failure, SecretId, TenantId, Timestamp};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

/// Gives the prepared answers in order.
pub(crate) struct Script {
    answers: Mutex<VecDeque<(u16, String)>>,
    calls: Mutex<Vec<OutboundCall>>,
}

impl Script {
    /// Answers with these statuses and bodies, one after the other.
    pub(crate) fn new<const N: usize>(answers: [(u16, &str); N]) -> Self {
        let answers = answers.map(|(status, body)| (status, body.to_owned())).into();
        Self { answers: Mutex::new(answers), calls: Mutex::default() }
    }

    /// What was asked: `METHOD path`, the body as JSON, and whether the call was said to be repeatable.
    pub(crate) fn asked(&self) -> Vec<(String, Value, bool)> {
        let calls = self.calls.lock().unwrap();
        let line = |call: &OutboundCall| {
            let body = serde_json::from_slice(&call.body).unwrap_or(Value::Null);
            (format!("{} {}", call.method, call.path), body, call.repeatable)
        };
        calls.iter().map(line).collect()
    }
}

#[async_trait]
impl Outbound for Script {
    async fn send(&self, _: &Connection, call: OutboundCall) -> Result<OutboundAnswer, Failure> {
        let line = format!("{} {}", call.method, call.path);
        self.calls.lock().unwrap().push(call);
        let Some((status, body)) = self.answers.lock().unwrap().pop_front() else {
            panic!("the script has no answer for {line}");
        };
        let status = StatusCode::from_u16(status).unwrap();
        // The content type is wrong on purpose: nobody may trust it.
        let headers = HeaderMap::from_iter([(http::header::CONTENT_TYPE, "text/html".parse().unwrap())]);
        Ok(OutboundAnswer { status, headers, body: Bytes::from(body) })
    }
}

/// A connection to one of Jira's faces.
pub(crate) fn connection(tool: ToolKind) -> Connection {
    let id = "0".repeat(32);
    Connection {
        tenant: format!("ten_{id}").parse::<TenantId>().unwrap(),
        id: format!("con_{id}").parse::<ConnectionId>().unwrap(),
        name: "jira".to_owned(),
        tool,
        base_url: "https://jira.example.com".to_owned(),
        browse_url: "https://jira.example.com".to_owned(),
        transport: bowline_core::layers::Transport::default(),
        gateway: None,
        sign_in: SignIn::PersonalAccessToken,
        secret: format!("sec_{id}").parse::<SecretId>().unwrap(),
        intake: IntakeProof::default(),
        health: Health::Ok,
        identity: None,
        settings: std::collections::BTreeMap::new(),
        revision: 1,
        era: 0,
        created_at: Timestamp::UNIX_EPOCH,
    }
}
