//! What the page shows, read from the ports and put into words. The templates only place it.

use std::collections::HashMap;

use bowline_core::activity::Activity;
use bowline_core::connection::{Connection, Health};
use bowline_core::finding::Finding;
use bowline_core::item::Locator;
use bowline_core::page::PageAsk;
use bowline_core::port::{ShareFilter, StoreError, WorkDepth};
use bowline_core::profile::{Profile, ProfileState};
use bowline_core::share::{Share, ShareState};
use bowline_core::tenant::Tenant;
use bowline_core::{ConnectionId, ProfileId, ShareId, Side, TenantId, Timestamp};
use serde::Serialize;

use super::words::{self, Sign};
use crate::api::v1::status::Delay;
use crate::app::App;

/// Newest shares shown.
const SHARES: u32 = 10;

/// Newest lines of activity shown.
const LINES: usize = 18;

/// Lines read, for delays.
const LINES_READ: u32 = 200;

/// Bars in the picture of recent delays.
const BARS: usize = 48;

/// Findings shown.
const FINDINGS: u32 = 20;

/// Links of shares remembered by one stream.
const LINKS: usize = 1_000;

/// Everything a page shows, by region.
#[derive(Debug, Serialize)]
pub(super) struct View {
    pub(super) totals: Totals,
    pub(super) connections: Vec<ConnectionRow>,
    pub(super) profiles: Vec<ProfileRow>,
    pub(super) states: Vec<StateCount>,
    pub(super) shares: Vec<ShareRow>,
    pub(super) lines: Vec<LineRow>,
    pub(super) findings: Vec<FindingRow>,
}

#[derive(Debug, Serialize)]
pub(super) struct Totals {
    in_sync: i64,
    p50: Option<String>,
    p95: Option<String>,
    samples: usize,
    findings: String,
    waiting: i64,
    claimed: i64,
    bars: Vec<Bar>,
}

/// One bar of the picture of recent delays, oldest first; heights out of 100.
#[derive(Debug, Serialize)]
struct Bar {
    x: usize,
    y: u32,
    height: u32,
}

#[derive(Debug, Serialize)]
pub(super) struct ConnectionRow {
    id: String,
    name: String,
    tool: &'static str,
    url: Option<String>,
    host: String,
    health: Sign,
    trouble: Option<Advice>,
    account: Option<String>,
}

#[derive(Debug, Serialize)]
struct Advice {
    title: String,
    remedy: Option<&'static str>,
}

#[derive(Debug, Serialize)]
pub(super) struct ProfileRow {
    name: String,
    left: String,
    right: String,
    paused: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct StateCount {
    state: Sign,
    count: i64,
}

#[derive(Debug, Serialize)]
pub(super) struct ShareRow {
    id: String,
    left: Key,
    right: Key,
    profile: Option<String>,
    state: Sign,
    reason: Option<String>,
    at: Timestamp,
}

/// What an item is called, and where it can be opened.
#[derive(Clone, Debug, Default, Serialize)]
struct Key {
    key: Option<String>,
    url: Option<String>,
    tool: Option<&'static str>,
}

#[derive(Debug, Serialize)]
pub(super) struct LineRow {
    id: String,
    at: Timestamp,
    deed: Sign,
    left: Key,
    right: Key,
    arrow: &'static str,
    way: &'static str,
    fields: Vec<String>,
    delay: Option<String>,
    code: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct FindingRow {
    id: String,
    title: String,
    subject: Option<String>,
    places: Vec<String>,
    hits: Option<String>,
    remedy: Option<&'static str>,
    code: String,
    at: Timestamp,
}

/// Where the ends of shares can be opened; kept by a stream, so that each share is read once.
#[derive(Debug, Default)]
pub(super) struct Links(HashMap<ShareId, [Key; 2]>);

/// The tenant a page is about: the named one, else the default one, else the first there is.
pub(super) fn choose<'a>(app: &App, tenants: &'a [Tenant], named: Option<&str>) -> Option<&'a Tenant> {
    let find = |name: &str| tenants.iter().find(|tenant| tenant.name == name);
    match named {
        Some(name) => find(name),
        None => find(&app.options.tenant).or(tenants.first()),
    }
}

/// Reads what a page shows of a tenant.
pub(super) async fn read(app: &App, tenant: TenantId, links: &mut Links) -> Result<View, StoreError> {
    let (console, registry) = (&app.ports.console, &app.ports.registry);
    let page = |limit| PageAsk { after: None, limit };
    let connections = registry.connections(tenant).await?;
    let profiles = registry.profiles(tenant).await?;
    let counts = console.share_counts(tenant).await?;
    let shares = console.shares(tenant, &ShareFilter::default(), &page(SHARES)).await?.items;
    let lines = console.activity(tenant, &page(LINES_READ)).await?.items;
    let findings = console.findings(tenant, false, &page(FINDINGS)).await?;
    let depth = app.ports.work.depth(app.ports.clock.now()).await?;
    let names = Names { connections: &connections, profiles: &profiles };
    links.learn(&shares, &names);
    links.fetch(app, tenant, &lines, &names).await?;
    let more = findings.next.is_some();
    Ok(View {
        totals: totals(&counts, &lines, &depth, findings.items.len(), more),
        connections: connections.iter().map(connection_row).collect(),
        profiles: profiles.iter().map(|profile| names.profile_row(profile)).collect(),
        states: counts.iter().filter_map(|(state, count)| state_count(*state, *count)).collect(),
        shares: shares.iter().map(|share| links.share_row(share, &names)).collect(),
        lines: lines.into_iter().take(LINES).map(|line| links.line_row(line)).collect(),
        findings: findings.items.iter().map(|finding| names.finding_row(finding)).collect(),
    })
}

fn totals(
    counts: &[(ShareState, i64)],
    lines: &[Activity],
    depth: &WorkDepth,
    findings: usize,
    more: bool,
) -> Totals {
    let delay = Delay::of(lines);
    Totals {
        in_sync: counts.iter().filter(|(state, _)| *state == ShareState::Active).map(|(_, count)| count).sum(),
        p50: delay.p50_us.map(words::delay),
        p95: delay.p95_us.map(words::delay),
        samples: delay.samples,
        findings: if more { format!("{findings}+") } else { findings.to_string() },
        waiting: depth.due,
        claimed: depth.claimed,
        bars: bars(lines),
    }
}

/// Heights on a logarithmic scale: from 1 ms to 100 s, so that one slow write does not flatten the rest.
fn bars(lines: &[Activity]) -> Vec<Bar> {
    let delays: Vec<i64> = lines.iter().filter_map(|line| line.delay_us).take(BARS).collect();
    let bar = |(index, micros): (usize, &i64)| {
        #[expect(clippy::cast_precision_loss, reason = "a picture")]
        let decades = (*micros as f64 / 1_000.0).max(1.0).log10();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 6 and 100")]
        let height = (decades * 20.0).clamp(6.0, 100.0) as u32;
        Bar { x: index, y: 100 - height, height }
    };
    delays.iter().rev().enumerate().map(bar).collect()
}

/// States that no share is in are not worth a word.
fn state_count(state: ShareState, count: i64) -> Option<StateCount> {
    (count > 0).then(|| StateCount { state: words::share(state), count })
}

fn connection_row(connection: &Connection) -> ConnectionRow {
    let trouble = match &connection.health {
        Health::NeedsAttention { code } => Some(Advice {
            title: code.title().to_owned(),
            remedy: code.find().map(|entry| entry.remedy),
        }),
        Health::Unknown | Health::Ok => None,
    };
    let host = connection.browse_url.split_once("://").map_or(connection.browse_url.as_str(), |(_, host)| host);
    ConnectionRow {
        id: connection.id.to_string(),
        name: connection.name.clone(),
        tool: connection.tool.title(),
        url: web(&connection.browse_url),
        host: host.to_owned(),
        health: words::health(&connection.health),
        trouble,
        account: connection.identity.as_ref().map(|identity| identity.name.clone()),
    }
}

/// A link only if it is one that a browser opens and does not run.
fn web(url: &str) -> Option<String> {
    (url.starts_with("https://") || url.starts_with("http://")).then(|| url.to_owned())
}

/// Names for ids.
struct Names<'a> {
    connections: &'a [Connection],
    profiles: &'a [Profile],
}

impl Names<'_> {
    fn connection(&self, id: ConnectionId) -> Option<&Connection> {
        self.connections.iter().find(|connection| connection.id == id)
    }

    fn profile(&self, id: ProfileId) -> Option<&str> {
        self.profiles.iter().find(|profile| profile.id == id).map(|profile| profile.name.as_str())
    }

    fn profile_row(&self, profile: &Profile) -> ProfileRow {
        let name = |id| self.connection(id).map(|connection| connection.name.clone()).unwrap_or_default();
        ProfileRow {
            name: profile.name.clone(),
            left: name(profile.left),
            right: name(profile.right),
            paused: profile.state == ProfileState::Paused,
        }
    }

    fn finding_row(&self, finding: &Finding) -> FindingRow {
        let cause = &finding.cause;
        let connection = cause.connection.and_then(|id| self.connection(id)).map(|row| row.name.clone());
        let profile = cause.profile.and_then(|id| self.profile(id)).map(str::to_owned);
        FindingRow {
            id: finding.id.to_string(),
            title: cause.code.title().to_owned(),
            subject: cause.subject.clone(),
            places: [profile, connection].into_iter().flatten().collect(),
            hits: (finding.open > 0).then(|| words::count(finding.open, "item", "items")),
            remedy: cause.code.find().map(|entry| entry.remedy),
            code: cause.code.to_string(),
            at: finding.last_at,
        }
    }
}

impl Links {
    fn learn(&mut self, shares: &[Share], names: &Names<'_>) {
        if self.0.len() > LINKS {
            self.0.clear();
        }
        for share in shares {
            let key = |side| key(share.end(side).at.as_ref(), names.connection(share.connection(side)));
            self.0.insert(share.id, [key(Side::Left), key(Side::Right)]);
        }
    }

    /// Reads the shares of lines that are not known yet.
    async fn fetch(
        &mut self,
        app: &App,
        tenant: TenantId,
        lines: &[Activity],
        names: &Names<'_>,
    ) -> Result<(), StoreError> {
        for line in lines.iter().take(LINES) {
            // A share whose other end did not exist yet when it was read may have it by now.
            let whole = self.0.get(&line.share).is_some_and(|keys| keys.iter().all(|key| key.key.is_some()));
            if !whole && let Some(found) = app.ports.desk.view(tenant, line.share).await? {
                self.learn(&[found.share], names);
            }
        }
        Ok(())
    }

    fn share_row(&self, share: &Share, names: &Names<'_>) -> ShareRow {
        let [left, right] = self.0.get(&share.id).cloned().unwrap_or_default();
        ShareRow {
            id: share.id.to_string(),
            left,
            right,
            profile: names.profile(share.profile).map(str::to_owned),
            state: words::share(share.state),
            reason: share.reason.as_ref().map(|code| code.title().to_owned()),
            at: share.updated_at,
        }
    }

    fn line_row(&self, line: Activity) -> LineRow {
        let [mut left, mut right] = self.0.get(&line.share).cloned().unwrap_or_default();
        // The keys as they were then, if they were known then.
        left.key = Some(line.left_key).filter(|key| !key.is_empty()).or(left.key);
        right.key = Some(line.right_key).filter(|key| !key.is_empty()).or(right.key);
        let (arrow, way) = match line.target {
            Some(Side::Right) => ("→", "to"),
            Some(Side::Left) => ("←", "from"),
            None => ("–", "with"),
        };
        LineRow {
            id: line.id.to_string(),
            at: line.at,
            deed: words::deed(line.deed),
            left,
            right,
            arrow,
            way,
            fields: line.fields,
            delay: line.delay_us.map(words::delay),
            code: line.code.map(|code| code.title().to_owned()),
        }
    }
}

fn key(at: Option<&Locator>, connection: Option<&Connection>) -> Key {
    Key {
        key: at.map(|at| at.key.clone()),
        url: at.and_then(|at| web(&at.url)),
        tool: connection.map(|connection| connection.tool.title()),
    }
}
