//! A tenant: one customer organisation. Every row belongs to one.

use jiff::Timestamp;
use serde::Serialize;

use crate::id::TenantId;

/// One customer organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tenant {
    /// Its identifier.
    pub id: TenantId,
    /// Its short name, unique: lower-case letters, digits and dashes.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}
