//! `directory`: a system table; how a hashed key from outside finds its tenant.

use bowline_core::TenantId;
use bowline_core::Timestamp;
use bowline_core::commit::DirectoryKind;
use bowline_core::port::{DirectoryEntry, StoreError};

use crate::arg::args;
use crate::row::{Record, Row, Wrong};
use crate::stmt::{Stmt, Text};

pub(crate) fn find(kind: DirectoryKind, hash: &[u8; 32]) -> Stmt {
    const SQL: Text =
        Text::both("SELECT tenant_id, id, until_at FROM directory WHERE kind = $1 AND key_hash = $2");
    Stmt::new(SQL, args![kind.word(), hash.as_slice()])
}

/// Fails if the key belongs to another tenant.
pub(crate) fn put(
    tenant: TenantId,
    kind: DirectoryKind,
    hash: &[u8; 32],
    id: &str,
    until: Option<Timestamp>,
) -> Stmt {
    const SQL: Text = Text::both(
        "INSERT INTO directory (tenant_id, kind, key_hash, id, until_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (kind, key_hash) DO UPDATE SET id = excluded.id, until_at = excluded.until_at \
         WHERE directory.tenant_id = excluded.tenant_id",
    );
    Stmt::new(SQL, args![tenant, kind.word(), hash.as_slice(), id, until])
        .hit_or(StoreError::Conflict("directory key"))
}

/// Drops the keys that have an end already, and sets one to the others.
pub(crate) fn end(tenant: TenantId, kind: DirectoryKind, id: &str, until: Timestamp) -> Vec<Stmt> {
    const ENDING: Text = Text::both(
        "DELETE FROM directory WHERE tenant_id = $1 AND kind = $2 AND id = $3 AND until_at IS NOT NULL",
    );
    const LASTING: Text =
        Text::both("UPDATE directory SET until_at = $4 WHERE tenant_id = $1 AND kind = $2 AND id = $3");
    vec![
        Stmt::new(ENDING, args![tenant, kind.word(), id]),
        Stmt::new(LASTING, args![tenant, kind.word(), id, until]),
    ]
}

/// Everybody to whom a site's client key leads, or Forge's name for an installation.
pub(crate) fn tenants_with_sites() -> Stmt {
    const SQL: Text =
        Text::both("SELECT DISTINCT tenant_id FROM directory WHERE kind IN ($1, $2) ORDER BY tenant_id");
    Stmt::new(SQL, args![DirectoryKind::Site.word(), DirectoryKind::Remote.word()])
}

/// Drops pairing codes that nobody has entered in time.
pub(crate) fn forget_codes(now: Timestamp) -> Stmt {
    const SQL: Text = Text::both("DELETE FROM directory WHERE kind = $1 AND until_at <= $2");
    Stmt::new(SQL, args![DirectoryKind::PairingCode.word(), now])
}

/// Drops every key that leads to one connection or token.
pub(crate) fn drop_all(tenant: TenantId, id: &str) -> Stmt {
    const SQL: Text = Text::both("DELETE FROM directory WHERE tenant_id = $1 AND id = $2");
    Stmt::new(SQL, args![tenant, id])
}

impl Record for DirectoryEntry {
    const NOUN: &'static str = "directory entry";
    fn read(row: &mut Row) -> Result<Self, Wrong> {
        Ok(Self { tenant: row.take()?, id: row.take()?, until: row.take()? })
    }
}
