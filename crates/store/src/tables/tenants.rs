//! `tenants`: a system table, read over all of them.

use bowline_core::tenant::Tenant;

use crate::arg::args;
use crate::row::{Record, Row, Wrong};
use crate::stmt::{Stmt, Text};

pub(crate) fn list() -> Stmt {
    Stmt::new(Text::both("SELECT id, name, created_at FROM tenants ORDER BY name"), args![])
}

pub(crate) fn add(tenant: &Tenant) -> Stmt {
    const SQL: Text = Text::both("INSERT INTO tenants (id, name, created_at) VALUES ($1, $2, $3)");
    Stmt::new(SQL, args![tenant.id, &tenant.name, tenant.created_at]).unique("tenant")
}

impl Record for Tenant {
    const NOUN: &'static str = "tenant";
    fn read(row: &mut Row) -> Result<Self, Wrong> {
        Ok(Self { id: row.take()?, name: row.take()?, created_at: row.take()? })
    }
}
