//! `losers`: values that lost a conflict, sealed, until they expire.

use bowline_core::commit::Loser;
use bowline_core::{TenantId, Timestamp};

use crate::arg::{args, word};
use crate::stmt::{Stmt, Text};

pub(crate) fn keep(tenant: TenantId, loser: &Loser) -> Stmt {
    const SQL: Text = Text::both(
        "INSERT INTO losers (tenant_id, id, share_id, field, side, sealed, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    );
    let l = loser;
    let args = args![tenant, l.id, l.share, &l.field, word(l.side), l.sealed.clone(), l.expires_at];
    Stmt::new(SQL, args).unique("conflict loser")
}

/// Forgets those whose time is over.
pub(crate) fn expire(tenant: TenantId, now: Timestamp, limit: u32) -> Stmt {
    const SQL: Text = Text::both(
        "DELETE FROM losers WHERE tenant_id = $1 AND id IN (SELECT id FROM losers \
         WHERE tenant_id = $1 AND expires_at <= $2 ORDER BY expires_at LIMIT $3)",
    );
    Stmt::new(SQL, args![tenant, now, limit])
}
