//! `delegations`: who lets which connection write as themselves. Read together with the grant each stands on.

use bowline_core::delegation::{Delegate, Delegation};
use bowline_core::port::StoreError;
use bowline_core::{Code, ConnectionId, GrantId, TenantId, Timestamp};

use crate::arg::{Arg, args, json};
use crate::row::{Record, Row, Wrong};
use crate::stmt::{Stmt, Text};

macro_rules! columns {
    () => {
        "d.tenant_id, d.connection_id, d.person, d.grant_id, d.site, d.base_url, d.since, d.consented_at, d.refused"
    };
}

macro_rules! with_grants {
    ($rest:literal) => {
        Text::both(concat!(
            "SELECT ",
            columns!(),
            ", g.revision, g.document FROM delegations d \
             JOIN grants g ON g.tenant_id = d.tenant_id AND g.id = d.grant_id \
             WHERE d.tenant_id = $1 AND d.connection_id = $2",
            $rest
        ))
    };
}

pub(crate) fn get(tenant: TenantId, connection: ConnectionId, person: &str) -> Stmt {
    const SQL: Text = with_grants!(" AND d.person = $3");
    Stmt::new(SQL, args![tenant, connection, person])
}

/// By person, after one.
pub(crate) fn list(tenant: TenantId, connection: ConnectionId, after: Option<&str>, limit: u32) -> Stmt {
    const SQL: Text = with_grants!("");
    let mut stmt = Stmt::new(SQL, args![tenant, connection]);
    if let Some(after) = after {
        stmt = stmt.push(" AND d.person > {}", after);
    }
    stmt.push(" ORDER BY d.person LIMIT {}", limit)
}

pub(crate) fn on(tenant: TenantId, grant: GrantId) -> Stmt {
    const SQL: Text = Text::both(concat!(
        "SELECT ",
        columns!(),
        " FROM delegations d WHERE d.tenant_id = $1 AND d.grant_id = $2 ORDER BY d.connection_id, d.person"
    ));
    Stmt::new(SQL, args![tenant, grant])
}

/// New, or in the place of what the person allowed the connection before. Since when stays with the same grant at the same
/// site: for another place, or as somebody else, they have allowed nothing before.
pub(crate) fn put(tenant: TenantId, it: &Delegation) -> Stmt {
    const SQL: Text = Text::both(
        "INSERT INTO delegations (tenant_id, connection_id, person, grant_id, site, base_url, since, consented_at, refused) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (tenant_id, connection_id, person) DO UPDATE SET \
         since = CASE WHEN delegations.grant_id = excluded.grant_id AND delegations.site = excluded.site \
         THEN delegations.since ELSE excluded.since END, grant_id = excluded.grant_id, site = excluded.site, base_url = excluded.base_url, consented_at = excluded.consented_at, \
         refused = excluded.refused",
    );
    let refused = it.refused.as_ref().map_or(Arg::Text(None), json);
    let args = args![
        tenant,
        it.connection,
        &it.person,
        it.grant,
        &it.site,
        it.base_url.as_deref(),
        it.since,
        it.consented_at,
        refused,
    ];
    Stmt::new(SQL, args).foreign(StoreError::NotFound("connection or grant"))
}

/// What stands on a grant after a new consent for it: nothing under another name than the person has now, and the rest as
/// consented to now. Rows that have gone meanwhile stay away.
pub(crate) fn renew(
    tenant: TenantId,
    grant: GrantId,
    person: &str,
    (at, anew): (Timestamp, bool),
) -> [Stmt; 2] {
    const OTHERS: Text =
        Text::both("DELETE FROM delegations WHERE tenant_id = $1 AND grant_id = $2 AND person <> $3");
    const THEIRS: Text = Text::both(
        "UPDATE delegations SET refused = NULL, consented_at = $3, since = COALESCE($4, since) \
         WHERE tenant_id = $1 AND grant_id = $2",
    );
    [
        Stmt::new(OTHERS, args![tenant, grant, person]),
        Stmt::new(THEIRS, args![tenant, grant, at, anew.then_some(at)]),
    ]
}

/// The refusal that was read is over, if it is still the one that is stored.
pub(crate) fn accept(tenant: TenantId, it: &Delegation) -> Stmt {
    const SQL: Text = Text::both(
        "UPDATE delegations SET refused = NULL WHERE tenant_id = $1 AND connection_id = $2 AND person = $3 \
         AND grant_id = $4 AND consented_at = $5 AND refused = $6",
    );
    let refused = it.refused.as_ref().map_or(Arg::Text(None), json);
    Stmt::new(SQL, args![tenant, it.connection, &it.person, it.grant, it.consented_at, refused])
}

/// Counts against the consent that was refused only, and only if no other refusal has been stored since it was read.
pub(crate) fn refuse(tenant: TenantId, it: &Delegation, code: &Code, at: Timestamp) -> Stmt {
    const SQL: Text = Text::both(
        "UPDATE delegations SET refused = $6 WHERE tenant_id = $1 AND connection_id = $2 AND person = $3 \
         AND grant_id = $4 AND consented_at = $5 AND (refused IS NULL OR refused = $7)",
    );
    let refused = json(&it.refusal(code, at));
    let before = it.refused.as_ref().map_or(Arg::Text(None), json);
    Stmt::new(SQL, args![tenant, it.connection, &it.person, it.grant, it.consented_at, refused, before])
}

pub(crate) fn drop(tenant: TenantId, connection: ConnectionId, person: &str) -> Stmt {
    const SQL: Text =
        Text::both("DELETE FROM delegations WHERE tenant_id = $1 AND connection_id = $2 AND person = $3");
    Stmt::new(SQL, args![tenant, connection, person])
}

pub(crate) fn drop_of_connection(tenant: TenantId, connection: ConnectionId) -> Stmt {
    const SQL: Text = Text::both("DELETE FROM delegations WHERE tenant_id = $1 AND connection_id = $2");
    Stmt::new(SQL, args![tenant, connection])
}

pub(crate) fn drop_on_grant(tenant: TenantId, grant: GrantId) -> Stmt {
    const SQL: Text = Text::both("DELETE FROM delegations WHERE tenant_id = $1 AND grant_id = $2");
    Stmt::new(SQL, args![tenant, grant])
}

impl Record for Delegation {
    const NOUN: &'static str = "delegation";
    fn read(row: &mut Row) -> Result<Self, Wrong> {
        Ok(Self {
            tenant: row.take()?,
            connection: row.take()?,
            person: row.take()?,
            grant: row.take()?,
            site: row.take()?,
            base_url: row.take()?,
            since: row.take()?,
            consented_at: row.take()?,
            refused: row.opt_json()?,
        })
    }
}

impl Record for Delegate {
    const NOUN: &'static str = "delegation and its grant";
    fn read(row: &mut Row) -> Result<Self, Wrong> {
        Ok(Self { delegation: Record::read(row)?, grant: Record::read(row)? })
    }
}
