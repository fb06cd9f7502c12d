//! What is known of names that are kept with grants.

use async_trait::async_trait;

use super::StoreError;
use crate::id::TenantId;
use crate::kept::Kept;

/// Reads what is known of names that are kept.
#[async_trait]
pub trait KeptNames: Send + Sync {
    /// Those of a tenant.
    async fn kept_names(&self, tenant: TenantId) -> Result<Vec<Kept>, StoreError>;
}
