//! `authorizations`: browser sign-ins under way. The directory finds them by the hash of their `state`.

use bowline_core::grant::Authorization;
use bowline_core::port::StoreError;
use bowline_core::{AuthorizationId, TenantId, Timestamp};

use crate::arg::args;
use crate::row::{Record, Row, Wrong};
use crate::stmt::{Stmt, Text};

pub(crate) fn get(tenant: TenantId, id: AuthorizationId) -> Stmt {
    const SQL: Text = Text::both(
        "SELECT tenant_id, id, grant_id, connection_id, browser, redirect_uri, sealed, until_at \
         FROM authorizations WHERE tenant_id = $1 AND id = $2",
    );
    Stmt::new(SQL, args![tenant, id])
}

pub(crate) fn add(tenant: TenantId, it: &Authorization) -> Stmt {
    const SQL: Text = Text::both(
        "INSERT INTO authorizations \
         (tenant_id, id, grant_id, connection_id, browser, redirect_uri, sealed, until_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    );
    let args = args![
        tenant,
        it.id,
        it.grant,
        it.connection,
        it.browser.as_slice(),
        &it.redirect_uri,
        it.sealed.clone(),
        it.until,
    ];
    Stmt::new(SQL, args).unique("authorization")
}

/// Takes it away; a second taker finds nothing.
pub(crate) fn take(tenant: TenantId, id: AuthorizationId) -> Stmt {
    const SQL: Text = Text::both("DELETE FROM authorizations WHERE tenant_id = $1 AND id = $2");
    Stmt::new(SQL, args![tenant, id]).hit_or(StoreError::Conflict("the sign-in was used before"))
}

pub(crate) fn expire(tenant: TenantId, now: Timestamp, limit: u32) -> Stmt {
    const SQL: Text = Text::both(
        "DELETE FROM authorizations WHERE tenant_id = $1 AND id IN (SELECT id FROM authorizations \
         WHERE tenant_id = $1 AND until_at <= $2 ORDER BY until_at LIMIT $3)",
    );
    Stmt::new(SQL, args![tenant, now, limit])
}

impl Record for Authorization {
    const NOUN: &'static str = "authorization";
    fn read(row: &mut Row) -> Result<Self, Wrong> {
        Ok(Self {
            tenant: row.take()?,
            id: row.take()?,
            grant: row.take()?,
            connection: row.take()?,
            browser: row.take::<Vec<u8>>()?.try_into().map_err(|_| Wrong("32 bytes"))?,
            redirect_uri: row.take()?,
            sealed: row.take()?,
            until: row.take()?,
        })
    }
}
