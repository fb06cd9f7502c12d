//! `GET /connect/context/state`: what an issue is tied to, and what the person may do about it.

use axum::Json;
use axum::extract::{Query, State};
use bowline_core::Timestamp;
use bowline_core::share::{Share, ShareState};
use bowline_core::{ShareId, port};
use serde::{Deserialize, Serialize};

use super::super::Held;
use super::super::gate::Context;
use super::{Looking, May, forbidden};
use crate::problem::Problem;

#[derive(Deserialize)]
pub(in crate::connect) struct Ask {
    issue: Option<String>,
}

/// What the panel shows.
#[derive(Serialize)]
pub(in crate::connect) struct View {
    shares: Vec<Tied>,
    /// Profiles by which the issue can be shared or tied.
    profiles: Vec<String>,
    may: Allowed,
}

#[derive(Serialize)]
struct Allowed {
    sync: bool,
    share: bool,
    unlink: bool,
    connect: bool,
}

#[derive(Serialize)]
struct Tied {
    id: ShareId,
    profile: String,
    state: ShareState,
    troubled: bool,
    /// Why it stands still, in words of ours.
    reason: Option<String>,
    /// The item on the other side, once it exists.
    counterpart: Option<Counterpart>,
    updated_at: Timestamp,
}

#[derive(Serialize)]
struct Counterpart {
    tool: &'static str,
    key: String,
    url: String,
}

pub(in crate::connect) async fn handle(
    State(held): State<Held>,
    Context(caller): Context,
    Query(ask): Query<Ask>,
) -> Result<Json<View>, Problem> {
    let looking = Looking::of(&held, caller, ask.issue.as_deref()).await?;
    let may = looking.may().await?;
    if !may.contains(&May::See) {
        return Err(forbidden("Jira says that you may not see this issue."));
    }
    let all = looking.profiles().await?;
    let mut shares = Vec::new();
    for share in looking.shares().await? {
        let profile = all.iter().find(|profile| profile.id == share.profile);
        let profile = profile.map(|profile| profile.name.clone()).unwrap_or_default();
        shares.push(tied(&looking, share, profile).await?);
    }
    let tied: Vec<&String> = shares.iter().map(|share| &share.profile).collect();
    let free = all.iter().map(|profile| &profile.name).filter(|name| !tied.contains(name));
    let profiles = free.cloned().collect();
    let (edit, tie) = (may.contains(&May::Edit), may.contains(&May::Tie));
    let connect = tie && held.app.options.panel_ties;
    Ok(Json(View { shares, profiles, may: Allowed { sync: edit, share: edit, unlink: tie, connect } }))
}

async fn tied(looking: &Looking<'_>, share: Share, profile: String) -> Result<Tied, port::StoreError> {
    let here = looking.item();
    let is_here = |side| {
        share.connection(side) == looking.connection.id
            && share.end(side).at.as_ref().is_some_and(|at| at.id == here)
    };
    let there =
        if is_here(bowline_core::Side::Left) { bowline_core::Side::Right } else { bowline_core::Side::Left };
    let registry = &looking.held.app.ports.registry;
    let other = registry.connection(share.tenant, share.connection(there)).await?;
    let tool = other.map_or("another tool", |connection| connection.tool.title());
    let at = share.end(there).at.clone();
    Ok(Tied {
        id: share.id,
        profile,
        state: share.state,
        troubled: share.troubled,
        reason: share.reason.as_ref().map(|code| code.title().to_owned()),
        counterpart: at.map(|at| Counterpart { tool, key: at.key, url: at.url }),
        updated_at: share.updated_at,
    })
}
