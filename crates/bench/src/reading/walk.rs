//! Reads all issues with our own client: the same `Jira` over the same pipeline as the service's.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use bowline_auth::{SystemClock, SystemEntropy};
use bowline_core::attribution::{Attribution, Heard};
use bowline_core::connection::{Connection, Health, IntakeProof, SignIn, ToolKind};
use bowline_core::layers::Transport;
use bowline_core::port::{Clock as _, Handshake, SignError, Signer};
use bowline_core::{ConnectionId, SecretId, TenantId};
use bowline_jira::{Jira, Jql, Search};
use bowline_net::{Pipeline, Settings, World};
use bytes::Bytes;
use futures_util::TryStreamExt as _;
use http::HeaderValue;

use super::{PAGE, Read};
use crate::proc;
use crate::report::say;

/// Reads, and says what there was.
#[derive(clap::Args)]
pub(crate) struct Walk {
    /// Where Jira is.
    #[arg(long)]
    url: String,
}

/// Shows a personal access token.
struct Token(HeaderValue);

#[async_trait]
impl Signer for Token {
    async fn sign(&self, _: &Connection, request: &mut http::Request<Bytes>) -> Result<(), SignError> {
        request.headers_mut().insert(http::header::AUTHORIZATION, self.0.clone());
        Ok(())
    }

    async fn handshake(&self, _: &Connection) -> Result<Option<Handshake>, SignError> {
        Ok(None)
    }

    fn attribute(&self, _: &Connection, _: &Heard<'_>) -> Option<Attribution> {
        None
    }
}

/// The way to a Jira on this machine, as the service goes it.
pub(super) struct Way {
    pub(super) pipeline: Pipeline,
    connection: Connection,
}

impl Way {
    pub(super) fn to(tool: ToolKind, url: &str) -> Result<Self> {
        let settings = Settings { allow: vec!["127.0.0.1".parse()?], ..Settings::default() };
        let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
        let token = Token(HeaderValue::from_static(match tool {
            // ada@example.com:token-ada
            ToolKind::JiraCloud => "Basic YWRhQGV4YW1wbGUuY29tOnRva2VuLWFkYQ==",
            _ => "Bearer pat-ada",
        }));
        let pipeline = Pipeline::new(settings, World::new(Arc::new(token), clock, entropy))?;
        Ok(Self { pipeline, connection: connection(tool, url) })
    }

    pub(super) fn jira(&self) -> Jira<'_> {
        Jira::new(&self.pipeline, &self.connection)
    }
}

fn connection(tool: ToolKind, url: &str) -> Connection {
    let (now, entropy) = (SystemClock.now(), &SystemEntropy);
    Connection {
        tenant: TenantId::new(now, entropy),
        id: ConnectionId::new(now, entropy),
        name: "jira".to_owned(),
        tool,
        base_url: url.to_owned(),
        browse_url: url.to_owned(),
        transport: Transport::default(),
        gateway: None,
        sign_in: SignIn::PersonalAccessToken,
        secret: SecretId::new(now, entropy),
        intake: IntakeProof::default(),
        health: Health::Ok,
        identity: None,
        settings: std::collections::BTreeMap::new(),
        revision: 1,
        era: 0,
        created_at: now,
    }
}

impl Walk {
    pub(crate) async fn run(&self) -> Result<()> {
        let way = Way::to(ToolKind::JiraDc, &self.url)?;
        let jira = way.jira();
        let jql = Jql::new();
        let ask = Search { jql: &jql, fields: &["*all"], properties: &[], limit: PAGE };
        #[expect(clippy::disallowed_methods, reason = "measuring is what this is for")]
        let started = Instant::now();
        let (mut issues, mut sums) = (0, (0, 0));
        let mut stream = jira.search(ask);
        while let Some(issue) = stream.try_next().await? {
            let key = issue.key.get().context("an issue without a key")?;
            let summary = issue.field("summary").and_then(|summary| summary.as_str());
            let number = key.split_once('-').and_then(|(_, number)| number.parse::<u64>().ok());
            issues += 1;
            sums.0 += number.context("a key without a number")?;
            sums.1 += u64::try_from(summary.context("an issue without a summary")?.chars().count())?;
        }
        let seconds = started.elapsed().as_secs_f64();
        let peak = proc::memory(std::process::id())?.peak;
        say(&serde_json::to_string(&Read { issues, sums, seconds, peak })?);
        Ok(())
    }
}
