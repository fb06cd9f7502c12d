//! What the page shows, read from the ports and put into words. The templates only place it.

mod finding;
mod links;
mod place;
mod totals;

use bowline_core::connection::Connection;
use bowline_core::page::PageAsk;
use bowline_core::port::{ShareFilter, StoreError};
use bowline_core::profile::Profile;
use bowline_core::share::ShareState;
use bowline_core::tenant::Tenant;
use bowline_core::{ConnectionId, ProfileId, TenantId};
use serde::Serialize;

use super::words::{self, Sign};
use crate::app::App;

pub(super) use links::Links;

/// Newest shares shown.
const SHARES: u32 = 10;

/// Newest lines of activity shown.
const LINES: usize = 18;

/// Lines read, for delays.
const LINES_READ: u32 = 200;

/// Findings shown.
const FINDINGS: u32 = 20;

/// Everything a page shows, by region.
#[derive(Debug, Serialize)]
pub(super) struct View {
    totals: totals::Totals,
    connections: Vec<place::ConnectionRow>,
    profiles: Vec<place::ProfileRow>,
    states: Vec<StateCount>,
    shares: Vec<links::ShareRow>,
    lines: Vec<links::LineRow>,
    findings: Vec<finding::FindingRow>,
}

#[derive(Debug, Serialize)]
struct StateCount {
    state: Sign,
    count: i64,
}

/// Names for ids.
struct Names<'a> {
    connections: &'a [Connection],
    profiles: &'a [Profile],
}

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
    let mut lines = console.activity(tenant, &page(LINES_READ)).await?.items;
    let findings = console.findings(tenant, false, &page(FINDINGS)).await?;
    let depth = app.ports.work.depth(app.ports.clock.now()).await?;
    let names = Names { connections: &connections, profiles: &profiles };
    let totals = totals::totals(&counts, &lines, &depth, &findings);
    lines.truncate(LINES);
    links.learn((app, tenant), &names, &shares, &lines).await?;
    Ok(View {
        totals,
        connections: connections.iter().map(place::connection_row).collect(),
        profiles: profiles.iter().map(|profile| names.profile_row(profile)).collect(),
        states: counts.iter().filter_map(|(state, count)| state_count(*state, *count)).collect(),
        shares: shares.iter().map(|share| names.share_row(share)).collect(),
        lines: lines.into_iter().map(|line| links.line_row(line)).collect(),
        findings: findings.items.iter().map(|finding| names.finding_row(finding)).collect(),
    })
}

/// States that no share is in are not worth a word.
fn state_count(state: ShareState, count: i64) -> Option<StateCount> {
    (count > 0).then(|| StateCount { state: words::share(state), count })
}

/// A link only if it is one that a browser opens and does not run.
fn web(url: &str) -> Option<String> {
    (url.starts_with("https://") || url.starts_with("http://")).then(|| url.to_owned())
}

impl Names<'_> {
    fn connection(&self, id: ConnectionId) -> Option<&Connection> {
        self.connections.iter().find(|connection| connection.id == id)
    }

    fn profile(&self, id: ProfileId) -> Option<&str> {
        self.profiles.iter().find(|profile| profile.id == id).map(|profile| profile.name.as_str())
    }
}
