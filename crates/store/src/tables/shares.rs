//! `shares`: linked pairs. The base is one packed column that only `sync` reads.

use bowline_core::item::Locator;
use bowline_core::port::{ShareFilter, StoreError};
use bowline_core::share::{End, Share, ShareState};
use bowline_core::{ConnectionId, ShareId, TenantId, Timestamp};

use crate::arg::{Arg, args, word};
use crate::row::{Record, Row, Wrong};
use crate::stmt::{Stmt, Text};

macro_rules! columns {
    () => {
        "tenant_id, id, profile_id, left_connection, right_connection, \
         left_id, left_kind, left_key, left_scope, left_url, left_seen, left_heard, \
         right_id, right_kind, right_key, right_scope, right_url, right_seen, right_heard, \
         source, origin, state, reason, creating_at, missing_at, troubled, base, created_at, updated_at"
    };
}

pub(crate) fn get(tenant: TenantId, id: ShareId) -> Stmt {
    const SQL: Text =
        Text::both(concat!("SELECT ", columns!(), " FROM shares WHERE tenant_id = $1 AND id = $2"));
    Stmt::new(SQL, args![tenant, id])
}

/// New or changed. When it was made does not change, and `troubled` follows the findings alone: whoever writes a
/// share may have read it before a finding was raised. For the same reason an unlinked share stays unlinked.
pub(crate) fn put(tenant: TenantId, share: &Share) -> Stmt {
    const SQL: Text = Text::both(concat!(
        "INSERT INTO shares (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, \
         $21, $22, $23, $24, $25, $26, $27, $28, $29) \
         ON CONFLICT (tenant_id, id) DO UPDATE SET profile_id = excluded.profile_id, \
         left_connection = excluded.left_connection, right_connection = excluded.right_connection, \
         left_id = excluded.left_id, left_kind = excluded.left_kind, left_key = excluded.left_key, \
         left_scope = excluded.left_scope, left_url = excluded.left_url, left_seen = excluded.left_seen, \
         left_heard = excluded.left_heard, right_heard = excluded.right_heard, \
         right_id = excluded.right_id, right_kind = excluded.right_kind, right_key = excluded.right_key, \
         right_scope = excluded.right_scope, right_url = excluded.right_url, \
         right_seen = excluded.right_seen, source = excluded.source, origin = excluded.origin, \
         state = CASE shares.state WHEN 'unlinked' THEN shares.state ELSE excluded.state END, \
         reason = excluded.reason, creating_at = excluded.creating_at, \
         missing_at = excluded.missing_at, base = excluded.base, updated_at = excluded.updated_at"
    ));
    let s = share;
    let mut args = args![tenant, s.id, s.profile, s.left_connection, s.right_connection];
    args.extend(end(&s.left));
    args.extend(end(&s.right));
    args.extend(args![
        word(s.source),
        word(s.origin),
        word(s.state),
        s.reason.as_ref(),
        s.creating_at,
        s.missing_at,
        s.troubled,
        s.base.clone(),
        s.created_at,
        s.updated_at,
    ]);
    Stmt::new(SQL, args).unique("an item is shared already").foreign(StoreError::NotFound("profile"))
}

/// A person untied it; it no longer stands in the way of another share of its items.
pub(crate) fn unlink(tenant: TenantId, id: ShareId, at: Timestamp) -> Stmt {
    const SQL: Text =
        Text::both("UPDATE shares SET state = 'unlinked', updated_at = $3 WHERE tenant_id = $1 AND id = $2");
    Stmt::new(SQL, args![tenant, id, at]).hit_or(StoreError::NotFound("share"))
}

fn end(end: &End) -> Vec<Arg> {
    let at = end.at.as_ref();
    args![
        at.map(|at| &at.id),
        at.map(|at| &at.kind),
        at.map(|at| &at.key),
        at.map(|at| &at.scope),
        at.map(|at| &at.url),
        end.seen,
        end.heard,
    ]
}

/// Shares that tie one of the items, by their left ends and by their right ends; one with both comes twice.
pub(crate) fn of_items(tenant: TenantId, connection: ConnectionId, items: &[String]) -> Vec<Stmt> {
    const LEFT: Text = Text {
        lite: concat!(
            "SELECT ",
            columns!(),
            " FROM shares WHERE tenant_id = $1 AND left_connection = $2 AND left_id = $3"
        ),
        pg: concat!(
            "SELECT ",
            columns!(),
            " FROM shares JOIN unnest($1::uuid[], $2::uuid[], $3::text[]) AS u (owner, place, item) \
             ON shares.tenant_id = u.owner AND left_connection = u.place AND left_id = u.item"
        ),
    };
    const RIGHT: Text = Text {
        lite: concat!(
            "SELECT ",
            columns!(),
            " FROM shares WHERE tenant_id = $1 AND right_connection = $2 AND right_id = $3"
        ),
        pg: concat!(
            "SELECT ",
            columns!(),
            " FROM shares JOIN unnest($1::uuid[], $2::uuid[], $3::text[]) AS u (owner, place, item) \
             ON shares.tenant_id = u.owner AND right_connection = u.place AND right_id = u.item"
        ),
    };
    let rows: Vec<_> = items.iter().map(|item| args![tenant, connection, item]).collect();
    vec![Stmt::many(LEFT, rows.clone()), Stmt::many(RIGHT, rows)]
}

/// Makes `troubled` say whether a finding hits the share now.
pub(crate) fn reckon_troubled(tenant: TenantId, share: ShareId) -> Stmt {
    const SQL: Text = Text::both(
        "UPDATE shares SET troubled = NOT troubled WHERE tenant_id = $1 AND id = $2 AND troubled <> \
         EXISTS (SELECT 1 FROM finding_entities WHERE tenant_id = $1 AND entity = $3)",
    );
    Stmt::new(SQL, args![tenant, share, bowline_core::work::Entity::Share(share)])
}

/// Newest first, after a share.
pub(crate) fn list(tenant: TenantId, filter: &ShareFilter, after: Option<ShareId>, limit: u32) -> Stmt {
    const SQL: Text = Text::both(concat!("SELECT ", columns!(), " FROM shares WHERE tenant_id = $1"));
    let mut stmt = Stmt::new(SQL, args![tenant]);
    if let Some(profile) = filter.profile {
        stmt = stmt.push(" AND profile_id = {}", profile);
    }
    stmt = match filter.state {
        // Most shares are active, so they have no part in the index by state.
        Some(ShareState::Active) => stmt.plain(" AND state = 'active'"),
        Some(state) => stmt.push(" AND state <> 'active' AND state = {}", word(state)),
        None => stmt,
    };
    if let Some(item) = &filter.item {
        // Ids are indexed under their connection, keys by themselves.
        stmt = stmt.push(
            " AND id IN (\
             SELECT s.id FROM connections c JOIN shares s ON s.tenant_id = c.tenant_id \
             AND s.left_connection = c.id AND s.left_id = {} WHERE c.tenant_id = $1 \
             UNION ALL SELECT s.id FROM connections c JOIN shares s ON s.tenant_id = c.tenant_id \
             AND s.right_connection = c.id AND s.right_id = {} WHERE c.tenant_id = $1 \
             UNION ALL SELECT id FROM shares WHERE tenant_id = $1 AND left_key = {} AND left_key <> left_id \
             UNION ALL SELECT id FROM shares WHERE tenant_id = $1 AND right_key = {} \
             AND right_key <> right_id)",
            item,
        );
    }
    if let Some(after) = after {
        stmt = stmt.push(" AND id < {}", after);
    }
    stmt.push(" ORDER BY id DESC LIMIT {}", limit)
}

/// How many shares there are in each state that has any.
pub(crate) fn counts(tenant: TenantId) -> Stmt {
    const SQL: Text = Text::both("SELECT state, count(*) FROM shares WHERE tenant_id = $1 GROUP BY state");
    Stmt::new(SQL, args![tenant])
}

/// One line of [`counts`].
pub(crate) struct Count(pub(crate) ShareState, pub(crate) i64);

impl Record for Count {
    const NOUN: &'static str = "share count";
    fn read(row: &mut Row) -> Result<Self, Wrong> {
        Ok(Self(row.word()?, row.take()?))
    }
}

impl Record for Share {
    const NOUN: &'static str = "share";
    fn read(row: &mut Row) -> Result<Self, Wrong> {
        Ok(Self {
            tenant: row.take()?,
            id: row.take()?,
            profile: row.take()?,
            left_connection: row.take()?,
            right_connection: row.take()?,
            left: read_end(row)?,
            right: read_end(row)?,
            source: row.word()?,
            origin: row.word()?,
            state: row.word()?,
            reason: row.take()?,
            creating_at: row.take()?,
            missing_at: row.take()?,
            troubled: row.take()?,
            base: row.take()?,
            created_at: row.take()?,
            updated_at: row.take()?,
        })
    }
}

fn read_end(row: &mut Row) -> Result<End, Wrong> {
    let (id, kind, key, scope, url): (Option<_>, Option<_>, Option<_>, Option<_>, Option<_>) =
        (row.take()?, row.take()?, row.take()?, row.take()?, row.take()?);
    let at = match (id, kind, key, scope, url) {
        (Some(id), Some(kind), Some(key), Some(scope), Some(url)) => {
            Some(Locator { id, kind, key, scope, url })
        }
        (None, ..) => None,
        _ => return Err(Wrong("a whole locator")),
    };
    Ok(End { at, seen: row.take()?, heard: row.take()? })
}
