//! `GET /api/v1/app/migration`: how far each tenant's sites are on the way from Connect over Connect on Forge to Forge, and how
//! many days are left.
//!
//! Both apps in one site are known as one by Forge's name for the installation, which Connect on Forge tells, or by the
//! site's address, within a tenant only.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bowline_connect::installation::{Installation, State as Installed};
use bowline_core::{SignedDuration, TenantId, Timestamp};
use serde::Serialize;

use super::remotes::{self, Remote};
use crate::app::App;
use crate::problem::Problem;

/// Until when Connect is supported for Jira and Confluence, and Connect modules in Forge apps with it: 31 January 2027
/// (Forge changelog, CHANGE-3383 of 7 August 2026 and CHANGE-3369), as seconds since 1970.
const END: i64 = 1_801_353_600;
/// How many sites of each kind are looked at.
const MOST: usize = 10_000;
const END_DATE: &str = "2027-01-31";

#[derive(Serialize)]
pub(super) struct View {
    ends_on: &'static str,
    days_left: i64,
    /// How many sites are at which stage.
    stages: BTreeMap<Stage, usize>,
    tenants: Vec<Tenant>,
}

#[derive(Serialize)]
struct Tenant {
    id: TenantId,
    name: Option<String>,
    sites: Vec<Site>,
}

#[derive(Serialize)]
struct Site {
    site: String,
    stage: Stage,
    /// Whether its Connect installation is there still.
    connect: bool,
    since: Timestamp,
    /// What is to be done next; nothing once it has arrived.
    next: Option<&'static str>,
}

/// How far a site is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum Stage {
    Connect,
    ConnectOnForge,
    Forge,
}

pub(super) async fn handle(State(app): State<Arc<App>>) -> Result<Json<View>, Problem> {
    let connect = app.ports.sites.overview(MOST).await.map_err(|error| {
        tracing::error!(%error, "installations cannot be read");
        Problem::unavailable("The installations cannot be read now; the log says why.", 5)
    })?;
    let mut by_tenant: BTreeMap<TenantId, (Vec<Installation>, Vec<Remote>)> = BTreeMap::new();
    for (row, it) in connect {
        by_tenant.entry(row.tenant).or_default().0.push(it);
    }
    for remote in remotes::all(&app, MOST).await? {
        by_tenant.entry(remote.tenant).or_default().1.push(remote);
    }
    let names: BTreeMap<TenantId, String> =
        app.ports.registry.tenants().await?.into_iter().map(|tenant| (tenant.id, tenant.name)).collect();
    let tenants: Vec<Tenant> = by_tenant
        .into_iter()
        .map(|(id, (connect, forge))| Tenant {
            id,
            name: names.get(&id).cloned(),
            sites: sites(connect, forge),
        })
        .collect();
    let mut stages = BTreeMap::new();
    for site in tenants.iter().flat_map(|tenant| &tenant.sites) {
        *stages.entry(site.stage).or_default() += 1;
    }
    Ok(Json(View { ends_on: END_DATE, days_left: days_left(app.ports.clock.now()), stages, tenants }))
}

/// The sites of one tenant.
fn sites(connect: Vec<Installation>, forge: Vec<Remote>) -> Vec<Site> {
    let (mut sites, mut both) = (Vec::new(), vec![false; forge.len()]);
    for it in connect.into_iter().filter(|it| it.state != Installed::Uninstalled) {
        let same = |remote: &Remote| {
            it.forge_installation.as_ref() == Some(&remote.installation)
                || remote.site_url.as_deref().is_some_and(|url| is_same(url, &it.base_url))
        };
        if let Some(known) = forge.iter().position(same).and_then(|at| both.get_mut(at)) {
            *known = true;
            continue;
        }
        let (stage, next) = match it.forge_installation {
            Some(_) => {
                (Stage::ConnectOnForge, "Move the app's modules to Forge, then pair it: `bowline app pair`.")
            }
            None => (
                Stage::Connect,
                "Install the Forge app in the site, then pair it: `bowline app manifest`, `bowline app pair`.",
            ),
        };
        let (site, since) = (it.base_url, it.installed_at);
        sites.push(Site { site, stage, connect: true, since, next: Some(next) });
    }
    for (remote, connect) in forge.into_iter().zip(both) {
        let site = remote.site_url.or(remote.cloud_id).unwrap_or(remote.installation);
        let next = connect
            .then_some("Let profiles use the new connection, then remove the Connect app from the site.");
        sites.push(Site { site, stage: Stage::Forge, connect, since: remote.paired_at, next });
    }
    sites.sort_by(|one, other| (one.stage, &one.site).cmp(&(other.stage, &other.site)));
    sites
}

fn is_same(one: &str, other: &str) -> bool {
    one.trim_end_matches('/').eq_ignore_ascii_case(other.trim_end_matches('/'))
}

/// Days that have begun count.
fn days_left(now: Timestamp) -> i64 {
    let left = Timestamp::from_second(END).map_or(SignedDuration::ZERO, |end| end.duration_since(now));
    (left.as_secs().max(0) + 86_399) / 86_400
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_to_the_end_and_not_beyond() {
        let days = |text: &str| days_left(text.parse().unwrap());
        assert_eq!(days("2026-11-30T12:00:00Z"), 62);
        assert_eq!(
            (days("2027-01-30T23:00:00Z"), days("2027-01-31T00:00:00Z"), days("2030-01-01T00:00:00Z")),
            (1, 0, 0)
        );
    }
}
