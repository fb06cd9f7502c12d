//! A tool that answers from a script, and what tests need to speak to it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bowline_core::command::Fields;
use bowline_core::connection::{Connection, Health, IntakeProof, SignIn, ToolKind};
use bowline_core::item::Locator;
use bowline_core::port::{Catalogue, Clock, Outbound, OutboundAnswer, OutboundCall, Tool, Tools};
use bowline_core::{ConnectionId, Failure, FieldName, SecretId, ShareId, TenantId, Timestamp, Value as Held};
use bowline_tools::Registry;
use bytes::Bytes;
use futures_util::FutureExt;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

/// One line of a script: how the call must begin, the status and the body of the answer.
pub(crate) type Line = (&'static str, u16, Value);

/// Answers call by call, and fails the test at a call that the script does not expect.
pub(crate) struct Script {
    lines: Mutex<VecDeque<Line>>,
    calls: Mutex<Vec<(String, Value)>>,
}

impl Script {
    pub(crate) fn new(lines: impl IntoIterator<Item = Line>) -> Arc<Self> {
        Arc::new(Self { lines: Mutex::new(lines.into_iter().collect()), calls: Mutex::default() })
    }

    /// What was asked: `METHOD path` with the query decoded, and the body.
    pub(crate) fn calls(&self) -> Vec<(String, Value)> {
        assert!(self.lines.lock().unwrap().is_empty(), "the script was not played to its end");
        self.calls.lock().unwrap().clone()
    }
}

#[async_trait]
impl Outbound for Script {
    async fn send(&self, _: &Connection, call: OutboundCall) -> Result<OutboundAnswer, Failure> {
        let line = format!("{} {}", call.method, decode(&call.path));
        self.calls
            .lock()
            .unwrap()
            .push((line.clone(), serde_json::from_slice(&call.body).unwrap_or(Value::Null)));
        let expected = self.lines.lock().unwrap().pop_front();
        let Some((begin, status, body)) = expected else { panic!("no answer for {line}") };
        assert!(line.starts_with(begin), "expected {begin}, got {line}");
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        Ok(OutboundAnswer { status: StatusCode::from_u16(status).unwrap(), headers: HeaderMap::new(), body })
    }
}

fn decode(path: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let hex: Vec<u8> = rest.by_ref().take(2).collect();
            bytes.push(u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// A clock that stands.
pub(crate) struct Standing;

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

pub(crate) fn connection(tool: ToolKind) -> Connection {
    let id = "0".repeat(32);
    Connection {
        tenant: format!("ten_{id}").parse::<TenantId>().unwrap(),
        id: format!("con_{id}").parse::<ConnectionId>().unwrap(),
        name: "there".to_owned(),
        tool,
        base_url: "https://there.example.com".to_owned(),
        browse_url: "https://there.example.com".to_owned(),
        transport: bowline_core::layers::Transport::default(),
        gateway: None,
        sign_in: SignIn::PersonalAccessToken,
        secret: format!("sec_{id}").parse::<SecretId>().unwrap(),
        intake: IntakeProof::default(),
        health: Health::Ok,
        identity: None,
        settings: BTreeMap::new(),
        revision: 1,
        era: 0,
        created_at: Timestamp::UNIX_EPOCH,
    }
}

pub(crate) fn tool(kind: ToolKind, script: &Arc<Script>) -> Arc<dyn Tool> {
    registry(script).tool(&connection(kind))
}

pub(crate) fn catalogue(kind: ToolKind, script: &Arc<Script>) -> Arc<dyn Catalogue> {
    registry(script).catalogue(&connection(kind))
}

fn registry(script: &Arc<Script>) -> Registry {
    Registry::new(Arc::clone(script) as Arc<dyn Outbound>, Arc::new(Standing))
}

pub(crate) fn share() -> ShareId {
    format!("shr_{}", "1".repeat(32)).parse().unwrap()
}

pub(crate) fn at(id: &str, kind: &str) -> Locator {
    Locator { id: id.into(), kind: kind.into(), key: id.into(), scope: "ACME".into(), url: String::new() }
}

/// Runs a call that never waits: scripts answer at once.
pub(crate) fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().unwrap_or_else(|| panic!("the call waits"))
}

pub(crate) fn names(names: &[&str]) -> Vec<FieldName> {
    names.iter().map(|&name| FieldName::from(name)).collect()
}

pub(crate) fn fields<const N: usize>(values: [(&str, Held); N]) -> Fields {
    values.into_iter().map(|(name, value)| (FieldName::from(name), value)).collect()
}

pub(crate) fn text(text: &str) -> Held {
    Held::Text(text.into())
}
