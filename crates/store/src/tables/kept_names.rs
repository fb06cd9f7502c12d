//! `kept_names`: names of people at Atlassian's cloud that are kept with a grant, and when Atlassian is asked about them.

use bowline_core::kept::Kept;
use bowline_core::{GrantId, TenantId};

use crate::arg::args;
use crate::row::{Record, Row, Wrong};
use crate::stmt::{Stmt, Text};

pub(crate) fn list(tenant: TenantId) -> Stmt {
    const SQL: Text = Text::both(
        "SELECT tenant_id, grant_id, known_at, report_at, erase_at FROM kept_names WHERE tenant_id = $1 \
         ORDER BY grant_id",
    );
    Stmt::new(SQL, args![tenant])
}

pub(crate) fn put(tenant: TenantId, kept: &Kept) -> Stmt {
    const SQL: Text = Text::both(
        "INSERT INTO kept_names (tenant_id, grant_id, known_at, report_at, erase_at) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant_id, grant_id) DO UPDATE SET \
         known_at = excluded.known_at, report_at = excluded.report_at, erase_at = excluded.erase_at",
    );
    Stmt::new(SQL, args![tenant, kept.grant, kept.known_at, kept.report_at, kept.erase_at])
}

pub(crate) fn drop(tenant: TenantId, grant: GrantId) -> Stmt {
    const SQL: Text = Text::both("DELETE FROM kept_names WHERE tenant_id = $1 AND grant_id = $2");
    Stmt::new(SQL, args![tenant, grant])
}

impl Record for Kept {
    const NOUN: &'static str = "kept name";
    fn read(row: &mut Row) -> Result<Self, Wrong> {
        Ok(Self {
            tenant: row.take()?,
            grant: row.take()?,
            known_at: row.take()?,
            report_at: row.take()?,
            erase_at: row.take()?,
        })
    }
}
