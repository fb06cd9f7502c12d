//! Profiles: what syncs between two connections, and how. The document's meaning is `mapping`'s business; here it
//! is taken in, checked and stored.

mod check;
mod create;
mod delete;
mod list;
mod live;
mod pause;
mod reading;
mod replace;
mod resume;
mod show;
mod view;

use axum::Json;
use bowline_core::ProfileId;
use bowline_core::commit::Change;
use bowline_core::page::PageAsk;
use bowline_core::port::{ShareFilter, StoreError};
use bowline_core::profile::{Profile, ProfileState};
use bowline_core::share::ShareState;
use bowline_core::work::Lane;

use crate::api::route::{Route, delete, get, post, put};
use crate::api::v1::connections::sweep;
use crate::app::App;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::scope::Scope;

use view::View;

pub(super) fn routes() -> Vec<Route> {
    let (read, write) = (Scope::ProfilesRead, Scope::ProfilesWrite);
    vec![
        get("/api/v1/profiles", read, list::handle),
        post("/api/v1/profiles", write, create::handle),
        post("/api/v1/profiles/check", read, check::handle),
        get("/api/v1/profiles/{profile}", read, show::handle),
        put("/api/v1/profiles/{profile}", write, replace::handle),
        delete("/api/v1/profiles/{profile}", write, delete::handle),
        post("/api/v1/profiles/{profile}/pause", write, pause::handle),
        post("/api/v1/profiles/{profile}/resume", write, resume::handle),
    ]
}

/// A profile of the caller's tenant, by id or by name.
pub(super) async fn named(app: &App, caller: &Caller, name: &str) -> Result<Profile, Problem> {
    let registry = &app.ports.registry;
    let found = match name.parse::<ProfileId>() {
        Ok(id) => registry.profile(caller.tenant, id).await?,
        Err(_) => registry.profiles(caller.tenant).await?.into_iter().find(|row| row.name == name),
    };
    found.ok_or_else(|| Problem::not_found("profile"))
}

/// Whether any share of a profile still ties its items.
pub(super) async fn has_shares(app: &App, profile: &Profile) -> Result<bool, StoreError> {
    let one = PageAsk { after: None, limit: 1 };
    for state in ShareState::ALL.into_iter().filter(|state| state.ties()) {
        let filter = ShareFilter { profile: Some(profile.id), state: Some(state), item: None };
        if !app.ports.console.shares(profile.tenant, &filter, &one).await?.items.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Pauses or resumes a profile; both connections are then swept, so that nothing stays behind.
async fn set_state(
    app: &App,
    caller: &Caller,
    name: &str,
    state: ProfileState,
) -> Result<Json<View>, Problem> {
    let mut profile = named(app, caller, name).await?;
    if profile.state != state {
        profile.state = state;
        let now = app.ports.clock.now();
        let sweeps = [sweep(profile.left, now), sweep(profile.right, now)];
        let put = Change::PutProfile(Box::new(profile.clone()));
        app.write(caller.tenant, std::iter::once(put).chain(sweeps).collect()).await?;
        app.ports.bell.ring(Lane::Sweep).await;
        profile = named(app, caller, &profile.id.to_string()).await?;
    }
    Ok(Json(profile.into()))
}
