//! `credentials`: what is known of secrets that people gave.

use bowline_core::credential::Credential;
use bowline_core::port::StoreError;
use bowline_core::{ConnectionId, TenantId};

use crate::arg::{args, json};
use crate::row::{Record, Row, Wrong};
use crate::stmt::{Stmt, Text};

pub(crate) fn list(tenant: TenantId) -> Stmt {
    const SQL: Text =
        Text::both("SELECT revision, document FROM credentials WHERE tenant_id = $1 ORDER BY connection_id");
    Stmt::new(SQL, args![tenant])
}

/// New at revision 1; or changed at the next one, if it still stands at the revision it was read at.
pub(crate) fn put(tenant: TenantId, credential: &Credential) -> Stmt {
    const NEW: Text = Text::both(
        "INSERT INTO credentials (tenant_id, connection_id, document, revision) VALUES ($1, $2, $3, 1 + $4)",
    );
    const CHANGED: Text = Text::both(
        "UPDATE credentials SET document = $3, revision = 1 + $4 \
         WHERE tenant_id = $1 AND connection_id = $2 AND revision = $4",
    );
    let args = args![tenant, credential.connection, json(credential), credential.revision];
    match credential.revision {
        0 => Stmt::new(NEW, args),
        _ => Stmt::new(CHANGED, args).hit_or(StoreError::Conflict("revision")),
    }
    .unique("credential")
}

pub(crate) fn drop(tenant: TenantId, connection: ConnectionId) -> Stmt {
    const SQL: Text = Text::both("DELETE FROM credentials WHERE tenant_id = $1 AND connection_id = $2");
    Stmt::new(SQL, args![tenant, connection])
}

/// The revision is a column, so that it can be compared; what the document says of it is older.
impl Record for Credential {
    const NOUN: &'static str = "credential";
    fn read(row: &mut Row) -> Result<Self, Wrong> {
        let revision = row.take()?;
        Ok(Self { revision, ..row.json()? })
    }
}
