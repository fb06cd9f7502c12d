//! `installations`: sites that installed our app.

use bowline_core::installation::{Installation, Replaced};
use bowline_core::port::StoreError;
use bowline_core::{InstallationId, SecretId, TenantId, Timestamp};

use crate::arg::args;
use crate::row::{Record, Row, Wrong};
use crate::stmt::{Stmt, Text};

macro_rules! columns {
    () => {
        "tenant_id, id, client_key, connection_id, secret_id, previous_id, previous_until_at, document, revision"
    };
}

macro_rules! select {
    ($rest:literal) => {
        Text::both(concat!("SELECT ", columns!(), " FROM installations WHERE tenant_id = $1", $rest))
    };
}

pub(crate) fn get(tenant: TenantId, id: InstallationId) -> Stmt {
    const SQL: Text = select!(" AND id = $2");
    Stmt::new(SQL, args![tenant, id])
}

/// By client key, after one.
pub(crate) fn list(tenant: TenantId, after: Option<&str>, limit: u32) -> Stmt {
    const SQL: Text = select!("");
    let mut stmt = Stmt::new(SQL, args![tenant]);
    if let Some(after) = after {
        stmt = stmt.push(" AND client_key > {}", after);
    }
    stmt.push(" ORDER BY client_key LIMIT {}", limit)
}

/// Those whose replaced secret has had its time.
pub(crate) fn outdated(tenant: TenantId, now: Timestamp, limit: u32) -> Stmt {
    const SQL: Text = select!(" AND previous_until_at <= $2 ORDER BY previous_until_at LIMIT $3");
    Stmt::new(SQL, args![tenant, now, limit])
}

/// New at revision 1; or changed at the next one, if it still stands at the revision it was read at.
pub(crate) fn put(tenant: TenantId, it: &Installation) -> Stmt {
    const NEW: Text = Text::both(concat!(
        "INSERT INTO installations (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1 + $9)"
    ));
    const CHANGED: Text = Text::both(
        "UPDATE installations SET client_key = $3, connection_id = $4, secret_id = $5, previous_id = $6, \
         previous_until_at = $7, document = $8, revision = 1 + $9 \
         WHERE tenant_id = $1 AND id = $2 AND revision = $9",
    );
    let args = args![
        tenant,
        it.id,
        &it.client_key,
        it.connection,
        it.secret,
        it.previous.map(|previous| previous.secret),
        it.previous.map(|previous| previous.until),
        &it.document,
        it.revision,
    ];
    match it.revision {
        0 => Stmt::new(NEW, args),
        _ => Stmt::new(CHANGED, args).hit_or(StoreError::Conflict("revision")),
    }
    .unique("installation")
}

/// Forgets it, if it still stands at the revision it was read at.
pub(crate) fn drop(tenant: TenantId, id: InstallationId, revision: i64) -> Stmt {
    const SQL: Text =
        Text::both("DELETE FROM installations WHERE tenant_id = $1 AND id = $2 AND revision = $3");
    Stmt::new(SQL, args![tenant, id, revision]).hit_or(StoreError::Conflict("revision"))
}

impl Record for Installation {
    const NOUN: &'static str = "installation";
    fn read(row: &mut Row) -> Result<Self, Wrong> {
        let (tenant, id, client_key, connection) = (row.take()?, row.take()?, row.take()?, row.take()?);
        let secret = row.take()?;
        let (previous, until) = (row.take::<Option<SecretId>>()?, row.take::<Option<Timestamp>>()?);
        let previous = previous.zip(until).map(|(secret, until)| Replaced { secret, until });
        let (document, revision) = (row.take()?, row.take()?);
        Ok(Self { tenant, id, client_key, connection, secret, previous, document, revision })
    }
}
