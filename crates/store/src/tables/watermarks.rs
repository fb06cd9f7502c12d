//! `watermarks`: how far the sweep of each connection has come, in the tool's own time.

use bowline_core::{ConnectionId, TenantId, Timestamp};

use crate::arg::args;
use crate::stmt::{Stmt, Text};

pub(crate) fn get(tenant: TenantId, connection: ConnectionId) -> Stmt {
    const SQL: Text =
        Text::both("SELECT swept_at FROM watermarks WHERE tenant_id = $1 AND connection_id = $2");
    Stmt::new(SQL, args![tenant, connection])
}

/// Sets it as told, also backwards: a person may want a stretch looked at again.
pub(crate) fn put(tenant: TenantId, connection: ConnectionId, at: Timestamp) -> Stmt {
    const SQL: Text = Text::both(
        "INSERT INTO watermarks (tenant_id, connection_id, swept_at) VALUES ($1, $2, $3) \
         ON CONFLICT (tenant_id, connection_id) DO UPDATE SET swept_at = excluded.swept_at",
    );
    Stmt::new(SQL, args![tenant, connection, at])
}

pub(crate) fn drop(tenant: TenantId, connection: ConnectionId) -> Stmt {
    const SQL: Text = Text::both("DELETE FROM watermarks WHERE tenant_id = $1 AND connection_id = $2");
    Stmt::new(SQL, args![tenant, connection])
}
