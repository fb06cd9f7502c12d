//! `profiles`: what syncs between two connections. What the document says is `mapping`'s business.

use bowline_core::port::StoreError;
use bowline_core::profile::Profile;
use bowline_core::{ConnectionId, ProfileId, ShareId, TenantId};

use crate::arg::{args, word};
use crate::row::{Record, Row, Wrong};
use crate::stmt::{Stmt, Text};

macro_rules! columns {
    () => {
        "tenant_id, id, name, left_connection, right_connection, state, revision, document, created_at"
    };
}

pub(crate) fn get(tenant: TenantId, id: ProfileId) -> Stmt {
    const SQL: Text =
        Text::both(concat!("SELECT ", columns!(), " FROM profiles WHERE tenant_id = $1 AND id = $2"));
    Stmt::new(SQL, args![tenant, id])
}

/// The profile of a share.
pub(crate) fn of_share(tenant: TenantId, share: ShareId) -> Stmt {
    const SQL: Text = Text::both(concat!(
        "SELECT ",
        columns!(),
        " FROM profiles WHERE tenant_id = $1 AND id = (\
         SELECT profile_id FROM shares WHERE tenant_id = $1 AND id = $2)"
    ));
    Stmt::new(SQL, args![tenant, share])
}

pub(crate) fn list(tenant: TenantId) -> Stmt {
    const SQL: Text =
        Text::both(concat!("SELECT ", columns!(), " FROM profiles WHERE tenant_id = $1 ORDER BY name"));
    Stmt::new(SQL, args![tenant])
}

pub(crate) fn active_of(tenant: TenantId, connection: ConnectionId) -> Stmt {
    const SQL: Text = Text::both(concat!(
        "SELECT ",
        columns!(),
        " FROM profiles WHERE tenant_id = $1 AND (left_connection = $2 OR right_connection = $2) \
         AND state = 'active' ORDER BY name"
    ));
    Stmt::new(SQL, args![tenant, connection])
}

/// New at revision 1; or changed at the next one, if it still stands at the revision it was read at. When it was
/// made does not change.
pub(crate) fn put(tenant: TenantId, profile: &Profile) -> Stmt {
    const NEW: Text = Text::both(concat!(
        "INSERT INTO profiles (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, 1 + $7, $8, $9)"
    ));
    const CHANGED: Text = Text::both(
        "UPDATE profiles SET name = $3, left_connection = $4, right_connection = $5, state = $6, \
         revision = 1 + $7, document = $8 WHERE tenant_id = $1 AND id = $2 AND revision = $7",
    );
    let p = profile;
    let args = args![tenant, p.id, &p.name, p.left, p.right, word(p.state), p.revision, &p.document];
    match p.revision {
        0 => Stmt::new(NEW, args).also(p.created_at),
        _ => Stmt::new(CHANGED, args).hit_or(StoreError::Conflict("revision")),
    }
    .unique("profile")
    .foreign(StoreError::NotFound("connection"))
}

/// Fails while the profile has shares. Shares that were untied or lost an item do not count: they go with it,
/// and their comment pairs too.
pub(crate) fn drop(tenant: TenantId, id: ProfileId) -> Vec<Stmt> {
    const PAIRS: Text = Text::both(
        "DELETE FROM comment_pairs WHERE tenant_id = $1 AND share_id IN (SELECT id FROM shares \
         WHERE tenant_id = $1 AND profile_id = $2 AND state IN ('tombstoned', 'unlinked'))",
    );
    const SHARES: Text = Text::both(
        "DELETE FROM shares WHERE tenant_id = $1 AND profile_id = $2 AND state IN ('tombstoned', 'unlinked')",
    );
    const PROFILE: Text = Text::both("DELETE FROM profiles WHERE tenant_id = $1 AND id = $2");
    vec![
        Stmt::new(PAIRS, args![tenant, id]),
        Stmt::new(SHARES, args![tenant, id]),
        Stmt::new(PROFILE, args![tenant, id]).foreign(StoreError::Conflict("the profile has shares")),
    ]
}

impl Record for Profile {
    const NOUN: &'static str = "profile";
    fn read(row: &mut Row) -> Result<Self, Wrong> {
        Ok(Self {
            tenant: row.take()?,
            id: row.take()?,
            name: row.take()?,
            left: row.take()?,
            right: row.take()?,
            state: row.word()?,
            revision: row.take()?,
            document: row.take()?,
            created_at: row.take()?,
        })
    }
}
