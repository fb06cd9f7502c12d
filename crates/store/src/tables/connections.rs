//! `connections`: where we speak to, and how calls there fare.

use bowline_core::connection::{Connection, Health, Identity};
use bowline_core::port::StoreError;
use bowline_core::{ConnectionId, ShareId, Side, TenantId};

use crate::arg::{Arg, args, json, word};
use crate::row::{Record, Row, Wrong};
use crate::stmt::{Stmt, Text};

macro_rules! columns {
    () => {
        "tenant_id, id, name, tool, base_url, browse_url, transport, gateway, sign_in, secret_id, intake, health, \
         identity, settings, revision, created_at, era"
    };
}

pub(crate) fn get(tenant: TenantId, id: ConnectionId) -> Stmt {
    const SQL: Text =
        Text::both(concat!("SELECT ", columns!(), " FROM connections WHERE tenant_id = $1 AND id = $2"));
    Stmt::new(SQL, args![tenant, id])
}

/// The connection of one side of a share.
pub(crate) fn of_share(tenant: TenantId, share: ShareId, side: Side) -> Stmt {
    macro_rules! of {
        ($column:literal) => {
            Text::both(concat!(
                "SELECT ",
                columns!(),
                " FROM connections WHERE tenant_id = $1 AND id = (SELECT ",
                $column,
                " FROM shares WHERE tenant_id = $1 AND id = $2)"
            ))
        };
    }
    const LEFT: Text = of!("left_connection");
    const RIGHT: Text = of!("right_connection");
    let text = match side {
        Side::Left => LEFT,
        Side::Right => RIGHT,
    };
    Stmt::new(text, args![tenant, share])
}

pub(crate) fn list(tenant: TenantId) -> Stmt {
    const SQL: Text =
        Text::both(concat!("SELECT ", columns!(), " FROM connections WHERE tenant_id = $1 ORDER BY name"));
    Stmt::new(SQL, args![tenant])
}

/// New at revision 1; or changed at the next one, if it still stands at the revision it was read at. When it was
/// made does not change.
pub(crate) fn put(tenant: TenantId, connection: &Connection) -> Stmt {
    const NEW: Text = Text::both(concat!(
        "INSERT INTO connections (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1 + $15, $16, 0)"
    ));
    const CHANGED: Text = Text::both(
        "UPDATE connections SET name = $3, tool = $4, base_url = $5, browse_url = $6, transport = $7, \
         gateway = $8, sign_in = $9, secret_id = $10, intake = $11, health = $12, identity = $13, settings = $14, \
         revision = 1 + $15 WHERE tenant_id = $1 AND id = $2 AND revision = $15",
    );
    let c = connection;
    let args = args![
        tenant,
        c.id,
        &c.name,
        word(c.tool),
        &c.base_url,
        &c.browse_url,
        (!c.transport.is_plain()).then_some(&c.transport).map_or(Arg::Text(None), json),
        c.gateway.as_ref().map_or(Arg::Text(None), json),
        json(&c.sign_in),
        c.secret,
        json(&c.intake),
        json(&c.health),
        opt_identity(c.identity.as_ref()),
        json(&c.settings),
        c.revision,
    ];
    match c.revision {
        0 => Stmt::new(NEW, args).also(c.created_at),
        _ => Stmt::new(CHANGED, args).hit_or(StoreError::Conflict("revision")),
    }
    .unique("connection")
}

/// Leaves everything but the health, and the identity if it is known, as it is. Does nothing if the connection was
/// changed since that revision: what was found out is not about the connection of now.
pub(crate) fn health(
    tenant: TenantId,
    (id, revision): (ConnectionId, i64),
    health: &Health,
    identity: Option<&Identity>,
) -> Stmt {
    const SQL: Text = Text::both(
        "UPDATE connections SET health = $3, identity = COALESCE($4, identity) \
         WHERE tenant_id = $1 AND id = $2 AND revision = $5",
    );
    Stmt::new(SQL, args![tenant, id, json(health), opt_identity(identity), revision])
}

/// Begins the era after this one. Does nothing if somebody else has begun it.
pub(crate) fn outdate(tenant: TenantId, id: ConnectionId, era: i64) -> Stmt {
    const SQL: Text =
        Text::both("UPDATE connections SET era = era + 1 WHERE tenant_id = $1 AND id = $2 AND era = $3");
    Stmt::new(SQL, args![tenant, id, era])
}

/// Fails if the connection was changed since that revision. It writes nothing new, but whoever changes the connection at the
/// same time comes before or after.
pub(crate) fn unchanged(tenant: TenantId, id: ConnectionId, revision: i64) -> Stmt {
    const SQL: Text = Text::both(
        "UPDATE connections SET revision = revision WHERE tenant_id = $1 AND id = $2 AND revision = $3",
    );
    Stmt::new(SQL, args![tenant, id, revision]).hit_or(StoreError::Conflict("revision"))
}

/// Fails while a profile uses it.
pub(crate) fn drop(tenant: TenantId, id: ConnectionId) -> Stmt {
    const SQL: Text = Text::both("DELETE FROM connections WHERE tenant_id = $1 AND id = $2");
    Stmt::new(SQL, args![tenant, id]).foreign(StoreError::Conflict("a profile uses the connection"))
}

fn opt_identity(identity: Option<&Identity>) -> Arg {
    identity.map_or(Arg::Text(None), json)
}

impl Record for Connection {
    const NOUN: &'static str = "connection";
    fn read(row: &mut Row) -> Result<Self, Wrong> {
        Ok(Self {
            tenant: row.take()?,
            id: row.take()?,
            name: row.take()?,
            tool: row.word()?,
            base_url: row.take()?,
            browse_url: row.take()?,
            transport: row.opt_json()?.unwrap_or_default(),
            gateway: row.opt_json()?,
            sign_in: row.json()?,
            secret: row.take()?,
            intake: row.json()?,
            health: row.json()?,
            identity: row.opt_json()?,
            settings: row.json()?,
            revision: row.take()?,
            created_at: row.take()?,
            era: row.take()?,
        })
    }
}
