//! What a service makes sure of before it serves: a tenant, and that every connection is swept.

use anyhow::Result;
use bowline_core::TenantId;
use bowline_core::commit::{Change, Commit};
use bowline_core::port::{Clock, Commits as _, Entropy, Registry as _, StoreError};
use bowline_core::tenant::Tenant;
use bowline_core::work::{Entity, Lane, Touch};
use bowline_store::Store;

/// The tenant that exists from the first start.
const FIRST_TENANT: &str = "default";

/// Makes the first tenant; says whether there was none.
pub(crate) async fn first_tenant(store: &Store, clock: &dyn Clock, entropy: &dyn Entropy) -> Result<bool> {
    if !store.tenants().await?.is_empty() {
        return Ok(false);
    }
    let at = clock.now();
    let id = TenantId::new(at, entropy);
    let tenant = Tenant { id, name: FIRST_TENANT.to_owned(), created_at: at };
    let changes = vec![Change::AddTenant(tenant)];
    match store.commit(Commit { tenant: id, fence: None, changes, at }).await {
        // Another process of the same cluster was faster.
        Ok(()) => Ok(true),
        Err(StoreError::Conflict(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Every connection of an active profile has its sweep in the work table, whatever happened before.
pub(crate) async fn ensure_sweeps(store: &Store, clock: &dyn Clock) -> Result<()> {
    let at = clock.now();
    for tenant in store.tenants().await? {
        let profiles = store.profiles(tenant.id).await?;
        let connections = profiles.iter().flat_map(|profile| [profile.left, profile.right]);
        let touch = |connection| {
            Change::Touch(Touch { entity: Entity::Sweep(connection), lane: Lane::Sweep, due_at: at })
        };
        let changes: Vec<Change> = connections.map(touch).collect();
        store.commit(Commit { tenant: tenant.id, fence: None, changes, at }).await?;
    }
    Ok(())
}
