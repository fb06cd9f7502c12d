//! `grants` and `grant_events`: what providers let us do, and how that went.

use bowline_core::grant::{Grant, GrantEvent};
use bowline_core::port::StoreError;
use bowline_core::{GrantId, OauthClientId, TenantId, Timestamp};

use crate::arg::{args, json, word};
use crate::row::{Record, Row, Wrong};
use crate::stmt::{Stmt, Text};

/// How many lines of a history are shown.
const LINES: u32 = 100;

pub(crate) fn get(tenant: TenantId, id: GrantId) -> Stmt {
    const SQL: Text = Text::both("SELECT revision, document FROM grants WHERE tenant_id = $1 AND id = $2");
    Stmt::new(SQL, args![tenant, id])
}

/// Newest first, after a grant.
pub(crate) fn list(tenant: TenantId, after: Option<GrantId>, limit: u32) -> Stmt {
    const SQL: Text = Text::both("SELECT revision, document FROM grants WHERE tenant_id = $1");
    let mut stmt = Stmt::new(SQL, args![tenant]);
    if let Some(after) = after {
        stmt = stmt.push(" AND id < {}", after);
    }
    stmt.push(" ORDER BY id DESC LIMIT {}", limit)
}

pub(crate) fn of(tenant: TenantId, client: OauthClientId, subject: &str) -> Stmt {
    const SQL: Text = Text::both(
        "SELECT revision, document FROM grants \
         WHERE tenant_id = $1 AND client_id = $2 AND subject = $3 AND state <> 'revoked'",
    );
    Stmt::new(SQL, args![tenant, client, subject])
}

/// New at revision 1; or changed at the next one, if it still stands at the revision it was read at.
pub(crate) fn put(tenant: TenantId, grant: &Grant) -> Stmt {
    const NEW: Text = Text::both(
        "INSERT INTO grants (tenant_id, id, client_id, subject, state, document, revision) \
         VALUES ($1, $2, $3, $4, $5, $6, 1 + $7)",
    );
    const CHANGED: Text = Text::both(
        "UPDATE grants SET client_id = $3, subject = $4, state = $5, document = $6, revision = 1 + $7 \
         WHERE tenant_id = $1 AND id = $2 AND revision = $7",
    );
    let subject = grant.subject.as_ref().map(|subject| subject.id.as_str());
    let args = args![tenant, grant.id, grant.client, subject, word(grant.state), json(grant), grant.revision];
    match grant.revision {
        0 => Stmt::new(NEW, args),
        _ => Stmt::new(CHANGED, args).hit_or(StoreError::Conflict("revision")),
    }
    .unique("grant of the same person")
    .foreign(StoreError::NotFound("OAuth client"))
}

pub(crate) fn drop(tenant: TenantId, id: GrantId) -> Vec<Stmt> {
    const ROW: Text = Text::both("DELETE FROM grants WHERE tenant_id = $1 AND id = $2");
    const LINES: Text = Text::both("DELETE FROM grant_events WHERE tenant_id = $1 AND grant_id = $2");
    vec![Stmt::new(LINES, args![tenant, id]), Stmt::new(ROW, args![tenant, id])]
}

/// The revision is a column, so that it can be compared; what the document says of it is older.
impl Record for Grant {
    const NOUN: &'static str = "grant";
    fn read(row: &mut Row) -> Result<Self, Wrong> {
        let revision = row.take()?;
        Ok(Self { revision, ..row.json()? })
    }
}

pub(crate) fn note(tenant: TenantId, event: &GrantEvent) -> Stmt {
    const SQL: Text = Text::both(
        "INSERT INTO grant_events (tenant_id, id, grant_id, kind, state, code, words, happened_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    );
    let args = args![
        tenant,
        event.id,
        event.grant,
        word(event.kind),
        word(event.state),
        event.code.as_ref(),
        event.words.as_deref(),
        event.at,
    ];
    Stmt::new(SQL, args).unique("grant event")
}

pub(crate) fn events(tenant: TenantId, grant: GrantId) -> Stmt {
    const SQL: Text = Text::both(
        "SELECT tenant_id, id, grant_id, kind, state, code, words, happened_at FROM grant_events \
         WHERE tenant_id = $1 AND grant_id = $2 ORDER BY id DESC LIMIT $3",
    );
    Stmt::new(SQL, args![tenant, grant, LINES])
}

/// Forgets the oldest lines if they are older than `before`; looks at no more than `limit` rows.
pub(crate) fn expire(tenant: TenantId, before: Timestamp, limit: u32) -> Stmt {
    const SQL: Text = Text::both(
        "DELETE FROM grant_events WHERE tenant_id = $1 AND id IN (SELECT id FROM (SELECT id, happened_at \
         FROM grant_events WHERE tenant_id = $1 ORDER BY id LIMIT $3) AS oldest WHERE happened_at <= $2)",
    );
    Stmt::new(SQL, args![tenant, before, limit])
}

impl Record for GrantEvent {
    const NOUN: &'static str = "grant event";
    fn read(row: &mut Row) -> Result<Self, Wrong> {
        Ok(Self {
            tenant: row.take()?,
            id: row.take()?,
            grant: row.take()?,
            kind: row.word()?,
            state: row.word()?,
            code: row.take()?,
            words: row.take()?,
            at: row.take()?,
        })
    }
}
