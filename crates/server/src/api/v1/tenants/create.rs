//! `POST /api/v1/tenants`: makes a tenant.

use std::sync::Arc;

use axum::extract::State;
use bowline_core::TenantId;
use bowline_core::commit::Change;
use bowline_core::port::StoreError;
use bowline_core::tenant::Tenant;
use http::StatusCode;
use serde::Deserialize;

use super::View;
use crate::app::App;
use crate::extract::Json;
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    name: String,
}

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    Json(ask): Json<Ask>,
) -> Result<(StatusCode, axum::Json<View>), Problem> {
    if !is_name(&ask.name) {
        let detail = "A tenant's name has 1 to 60 lower-case letters, digits and dashes.";
        return Err(Problem::bad_request(detail));
    }
    let now = app.ports.clock.now();
    let id = TenantId::new(now, app.ports.entropy.as_ref());
    let tenant = Tenant { id, name: ask.name, created_at: now };
    app.write(id, vec![Change::AddTenant(tenant.clone())]).await.map_err(|error| match error {
        StoreError::Conflict(_) => Problem::conflict("There is a tenant of that name already."),
        other => other.into(),
    })?;
    Ok((StatusCode::CREATED, axum::Json(tenant.into())))
}

/// Whether a text can be a tenant's name.
pub fn is_name(name: &str) -> bool {
    (1..=60).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}
