//! Keys: what seals everything. The admin's alone, over all tenants or one by name. No answer holds a key, only
//! wrapped ones.

mod export;
mod list;
mod rotate;
mod verify;

use bowline_core::tenant::Tenant;
use serde::Deserialize;

use crate::api::route::{Route, get, post};
use crate::app::App;
use crate::problem::Problem;
use crate::scope::Scope;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/api/v1/keys", Scope::KeysRead, list::handle),
        get("/api/v1/keys/export", Scope::KeysRead, export::handle),
        post("/api/v1/keys/rotate", Scope::KeysRotate, rotate::handle),
        post("/api/v1/keys/verify", Scope::KeysRead, verify::handle),
    ]
}

/// Whose keys; everybody's if no name is given.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whose {
    tenant: Option<String>,
}

/// The tenants that a name means.
async fn tenants(app: &App, name: Option<&str>) -> Result<Vec<Tenant>, Problem> {
    let mut all = app.ports.keys.tenants().await?;
    if let Some(name) = name {
        all.retain(|tenant| tenant.name == name);
        if all.is_empty() {
            return Err(Problem::not_found("tenant"));
        }
    }
    Ok(all)
}
