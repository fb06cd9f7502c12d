//! Tenants: the customers of this installation. The admin's alone.

mod create;
mod list;

use bowline_core::tenant::Tenant;
use bowline_core::{TenantId, Timestamp};
use serde::Serialize;

use crate::api::route::{Route, get, post};
use crate::scope::Scope;

pub use create::is_name;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/api/v1/tenants", Scope::TenantsRead, list::handle),
        post("/api/v1/tenants", Scope::TenantsWrite, create::handle),
    ]
}

/// A tenant as the API shows it.
#[derive(Serialize)]
struct View {
    id: TenantId,
    name: String,
    created_at: Timestamp,
}

impl From<Tenant> for View {
    fn from(tenant: Tenant) -> Self {
        Self { id: tenant.id, name: tenant.name, created_at: tenant.created_at }
    }
}
