//! `inbox`: deliveries, kept as hints.

use bowline_core::event::{InboxRow, InboxState};
use bowline_core::port::{InboxFilter, PENDING_LIMIT};
use bowline_core::work::Entity;
use bowline_core::{EventId, TenantId, Timestamp};

use crate::arg::{Arg, args, json, word};
use crate::row::{Record, Row, Wrong};
use crate::stmt::{Stmt, Text};

macro_rules! columns {
    ($body:literal) => {
        concat!("tenant_id, id, connection_id, entity, hint, state, outcome, ", $body, ", received_at")
    };
}

macro_rules! insert {
    () => {
        "INSERT INTO inbox (tenant_id, id, connection_id, entity, delivery, hinted, hint, state, outcome, \
         body, received_at, closed_at) "
    };
}

/// A delivery that the same connection and entity have already is dropped silently.
pub(crate) fn add(tenant: TenantId, row: &InboxRow) -> Stmt {
    const SQL: Text = Text {
        lite: concat!(
            insert!(),
            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING"
        ),
        pg: concat!(
            insert!(),
            "SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], \
             $7::text[], $8::text[], $9::text[], $10::bytea[], $11::bigint[], $12::bigint[]) \
             ON CONFLICT DO NOTHING"
        ),
    };
    let delivery = row.hint.as_ref().and_then(|hint| hint.delivery.as_ref());
    let hinted = delivery.and(row.entity.as_ref());
    let closed_at = (row.state != InboxState::Pending).then_some(row.received_at);
    let args = args![
        tenant,
        row.id,
        row.connection,
        row.entity.as_ref(),
        delivery,
        hinted,
        row.hint.as_ref().map_or(Arg::Text(None), json),
        word(row.state),
        row.outcome.as_ref(),
        row.body.clone(),
        row.received_at,
        closed_at,
    ];
    Stmt::fold(SQL, args)
}

/// Sets how deliveries stand. The sealed body lives no longer than the parking.
pub(crate) fn close(
    tenant: TenantId,
    ids: &[EventId],
    state: InboxState,
    outcome: &str,
    at: Timestamp,
) -> Stmt {
    const SQL: Text = Text {
        lite: "UPDATE inbox SET state = $3, outcome = $4, closed_at = $5, \
               body = CASE WHEN $3 = 'parked' THEN body ELSE NULL END WHERE tenant_id = $1 AND id = $2",
        pg: "UPDATE inbox SET state = u.new_state, outcome = u.new_outcome, closed_at = u.new_closed_at, \
             body = CASE WHEN u.new_state = 'parked' THEN body ELSE NULL END \
             FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[]) \
             AS u (owner, event, new_state, new_outcome, new_closed_at) \
             WHERE inbox.tenant_id = u.owner AND inbox.id = u.event",
    };
    let closed_at = (state != InboxState::Pending).then_some(at);
    Stmt::many(SQL, ids.iter().map(|id| args![tenant, *id, word(state), outcome, closed_at]).collect())
}

/// Hands deliveries to another entity; the vendor's retry is still recognised by the first one.
pub(crate) fn move_to(tenant: TenantId, ids: &[EventId], entity: &Entity) -> Stmt {
    const SQL: Text = Text {
        lite: "UPDATE inbox SET entity = $3 WHERE tenant_id = $1 AND id = $2",
        pg: "UPDATE inbox SET entity = u.new_entity \
             FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS u (owner, event, new_entity) \
             WHERE inbox.tenant_id = u.owner AND inbox.id = u.event",
    };
    Stmt::many(SQL, ids.iter().map(|id| args![tenant, *id, entity]).collect())
}

/// Pending deliveries of an entity, oldest first.
pub(crate) fn pending(tenant: TenantId, entity: &Entity) -> Stmt {
    const SQL: Text = Text::both(concat!(
        "SELECT ",
        columns!("body"),
        " FROM inbox WHERE tenant_id = $1 AND entity = $2 AND state = 'pending' \
         ORDER BY received_at, id LIMIT $3"
    ));
    Stmt::new(SQL, args![tenant, entity, PENDING_LIMIT as i64])
}

pub(crate) fn get(tenant: TenantId, id: EventId) -> Stmt {
    const SQL: Text =
        Text::both(concat!("SELECT ", columns!("body"), " FROM inbox WHERE tenant_id = $1 AND id = $2"));
    Stmt::new(SQL, args![tenant, id])
}

/// Newest first, after a delivery; without the bodies.
pub(crate) fn list(tenant: TenantId, filter: &InboxFilter, after: Option<EventId>, limit: u32) -> Stmt {
    const SQL: Text = Text::both(concat!("SELECT ", columns!("NULL"), " FROM inbox WHERE tenant_id = $1"));
    let mut stmt = Stmt::new(SQL, args![tenant]);
    if let Some(connection) = filter.connection {
        stmt = stmt.push(" AND connection_id = {}", connection);
    }
    if let Some(state) = filter.state {
        stmt = stmt.push(" AND state = {}", word(state));
    }
    if let Some(after) = after {
        stmt = stmt.push(" AND id < {}", after);
    }
    stmt.push(" ORDER BY id DESC LIMIT {}", limit)
}

/// Forgets deliveries that were closed or parked before a time.
pub(crate) fn expire(tenant: TenantId, before: Timestamp, limit: u32) -> Stmt {
    const SQL: Text = Text::both(
        "DELETE FROM inbox WHERE tenant_id = $1 AND id IN (SELECT id FROM inbox \
         WHERE tenant_id = $1 AND closed_at <= $2 ORDER BY closed_at LIMIT $3)",
    );
    Stmt::new(SQL, args![tenant, before, limit])
}

impl Record for InboxRow {
    const NOUN: &'static str = "delivery";
    fn read(row: &mut Row) -> Result<Self, Wrong> {
        Ok(Self {
            tenant: row.take()?,
            id: row.take()?,
            connection: row.take()?,
            entity: row.take()?,
            hint: row.opt_json()?,
            state: row.word()?,
            outcome: row.take()?,
            body: row.take()?,
            received_at: row.take()?,
        })
    }
}
