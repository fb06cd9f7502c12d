//! `PUT /api/v1/profiles/{profile}`: replaces the document. What was held back under the old one is tried again.

use std::sync::Arc;

use axum::extract::State;
use bowline_core::commit::Change;
use bowline_core::page::PageAsk;
use bowline_core::port::StoreError;
use bowline_core::profile::Profile;
use bowline_core::work::{Lane, Touch};

use super::reading::{self, Ask};
use super::view::Whole;
use super::{has_shares, named};
use crate::api::v1::connections::sweep;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::{Json, Name};
use crate::problem::Problem;

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Name(name): Name,
    Json(ask): Json<Ask>,
) -> Result<axum::Json<Whole>, Problem> {
    let mut profile = named(&app, &caller, &name).await?;
    let reading = reading::read(&app, &caller, &ask.document).await?;
    let moved = (profile.left, profile.right) != (reading.left.id, reading.right.id);
    if moved && has_shares(&app, &profile).await? {
        let detail =
            "The profile has shares, and they belong to its present connections. Make another profile.";
        return Err(Problem::conflict(detail));
    }
    profile.name = reading.name;
    (profile.left, profile.right) = (reading.left.id, reading.right.id);
    profile.document = ask.document;
    let now = app.ports.clock.now();
    let mut changes = held_back(&app, &profile).await?;
    changes.insert(0, Change::PutProfile(Box::new(profile.clone())));
    changes.extend([sweep(profile.left, now), sweep(profile.right, now)]);
    app.write(caller.tenant, changes).await.map_err(|error| match error {
        StoreError::Conflict("profile") => {
            Problem::conflict("There is another profile of that name already.")
        }
        other => other.into(),
    })?;
    app.ports.bell.ring(Lane::Sweep).await;
    Ok(axum::Json(named(&app, &caller, &profile.id.to_string()).await?.into()))
}

/// A look at everything that open findings of a profile hit: what one revision rejects, the next may take.
async fn held_back(app: &App, profile: &Profile) -> Result<Vec<Change>, StoreError> {
    let (console, now) = (&app.ports.console, app.ports.clock.now());
    let mut ask = PageAsk { after: None, limit: 1_000 };
    let mut touches = Vec::new();
    loop {
        let page = console.findings(profile.tenant, false, &ask).await?;
        for finding in page.items.iter().filter(|finding| finding.cause.profile == Some(profile.id)) {
            let hit = console.finding(profile.tenant, finding.id).await?.map(|(_, entities)| entities);
            let touch = |entity| Change::Touch(Touch { entity, lane: Lane::Sweep, due_at: now });
            touches.extend(hit.unwrap_or_default().into_iter().map(touch));
        }
        ask.after = page.next;
        if ask.after.is_none() {
            return Ok(touches);
        }
    }
}
