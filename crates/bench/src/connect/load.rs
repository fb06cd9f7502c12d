//! Webhooks sent to a server: as fast as it takes them, or so many a second.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use http::Method;
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::sites::{self, Site};
use super::wire::{Line, Wire};
use crate::rank::Delays;

/// How many connections send at once.
const LINES: usize = 32;
/// How many different tokens there are.
const TOKENS: usize = 256;
/// How large a body is: about what Jira sends of an issue with a description.
const BODY: usize = 12 << 10;

/// No delivery of a run has the number of another.
static NUMBER: AtomicU64 = AtomicU64::new(1);

/// What is sent to one server.
#[derive(Clone)]
pub(super) struct Load {
    to: SocketAddr,
    wires: Arc<Vec<Wire>>,
}

impl Load {
    /// Webhooks of these sites for a path whose last part is `/webhook`.
    pub(super) fn new(to: SocketAddr, path: &str, sites: &[Site]) -> Result<Self> {
        let mut wires = Vec::with_capacity(TOKENS);
        for (number, site) in sites.iter().cycle().take(TOKENS).enumerate() {
            let token = sites::token(&site.client_key, &site.shared()?, &Method::POST, "/webhook", number)?;
            wires.push(Wire::new(to, (&Method::POST, path), Some(&token), &body(number))?);
        }
        Ok(Self { to, wires: Arc::new(wires) })
    }

    fn wire(&self, number: u64) -> Result<Wire> {
        let at = usize::try_from(number)?.checked_rem(self.wires.len()).unwrap_or_default();
        let mut wire = self.wires.get(at).cloned().context("there is no site")?;
        wire.number(NUMBER.fetch_add(1, Ordering::Relaxed));
        Ok(wire)
    }

    /// How many it takes in a second, asked by so many at once.
    pub(super) async fn rate(&self, length: Duration) -> Result<f64> {
        let (started, end) = (Instant::now(), Instant::now() + length);
        let mut lines = JoinSet::new();
        for line in 0..LINES as u64 {
            let load = self.clone();
            lines.spawn(async move {
                let (mut open, mut count) = (Line::open(load.to).await?, 0_u32);
                while Instant::now() < end {
                    taken(open.ask(&load.wire(line + u64::from(count) * LINES as u64)?).await?)?;
                    count += 1;
                }
                anyhow::Ok(count)
            });
        }
        let mut count = 0;
        while let Some(line) = lines.join_next().await {
            count += line??;
        }
        Ok(f64::from(count) / started.elapsed().as_secs_f64())
    }

    /// How long answers take if so many are asked for in a second, whatever the server does meanwhile: what comes late to a
    /// server that is busy has waited since it was due.
    pub(super) async fn delays(&self, a_second: f64, length: Duration) -> Result<Delays> {
        let started = Instant::now() + Duration::from_millis(20);
        let (due, mut lines) = (Arc::new(AtomicU64::new(0)), JoinSet::new());
        for _ in 0..LINES {
            let (load, due) = (self.clone(), due.clone());
            lines.spawn(async move {
                let (mut open, mut took) = (Line::open(load.to).await?, Vec::new());
                loop {
                    let number = due.fetch_add(1, Ordering::Relaxed);
                    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
                    let after = Duration::from_secs_f64(number as f64 / a_second);
                    if after > length {
                        return anyhow::Ok(took);
                    }
                    let (mut asked, wire) = (started + after, load.wire(number)?);
                    if asked > Instant::now() {
                        sleep_until(asked).await;
                        // The timer is as coarse as a millisecond; that is not the server's.
                        asked = Instant::now();
                    }
                    taken(open.ask(&wire).await?)?;
                    took.push(asked.elapsed().as_secs_f64() * 1_000.0);
                }
            });
        }
        let mut all = Vec::new();
        while let Some(line) = lines.join_next().await {
            all.extend(line??);
        }
        Ok(Delays::of(&all))
    }
}

fn taken(status: u16) -> Result<()> {
    if status == 204 { Ok(()) } else { bail!("a webhook was answered {status}") }
}

/// What Jira says of an edited issue.
fn body(number: usize) -> String {
    let issue = 10_000 + number;
    let mut body = json!({
        "timestamp": 1_700_000_000_000_u64 + number as u64,
        "webhookEvent": "jira:issue_updated",
        "issue_event_type_name": "issue_generic",
        "user": {"accountId": "557058:ada", "displayName": "Ada Byron"},
        "issue": {
            "id": issue.to_string(),
            "key": format!("ACME-{issue}"),
            "self": format!("https://acme.atlassian.net/rest/api/2/{issue}"),
            "fields": {"summary": "An edited issue", "updated": "2026-11-30T12:00:00.000+0000", "description": ""},
        },
        "changelog": {"id": "1", "items": [{"field": "summary", "fromString": "An issue", "toString": "An edited issue"}]},
    });
    let missing = BODY.saturating_sub(body.to_string().len());
    if let Some(text) = body.pointer_mut("/issue/fields/description") {
        *text = "What is to be done, and why. ".chars().cycle().take(missing).collect::<String>().into();
    }
    body.to_string()
}
