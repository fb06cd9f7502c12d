//! `comment_pairs`: which comment mirrors which. Stored by origin and mirror, so that the id of the comment a
//! person wrote is the key whichever side it is on.

use bowline_core::comment::{CommentEnd, CommentPair, PairState};
use bowline_core::item::Side;
use bowline_core::{ConnectionId, ShareId, TenantId};

use crate::arg::{args, word};
use crate::row::{Record, Row, Wrong};
use crate::stmt::{Stmt, Text};

macro_rules! columns {
    () => {
        "tenant_id, share_id, origin, origin_id, mirror_id, origin_body, mirror_body, origin_seen_at, \
         mirror_seen_at, state"
    };
}

pub(crate) fn of_share(tenant: TenantId, share: ShareId) -> Stmt {
    const SQL: Text = Text::both(concat!(
        "SELECT ",
        columns!(),
        " FROM comment_pairs WHERE tenant_id = $1 AND share_id = $2 ORDER BY origin, origin_id"
    ));
    Stmt::new(SQL, args![tenant, share])
}

pub(crate) fn put(tenant: TenantId, pair: &CommentPair) -> Stmt {
    const SQL: Text = Text::both(concat!(
        "INSERT INTO comment_pairs (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         ON CONFLICT (tenant_id, share_id, origin, origin_id) DO UPDATE SET \
         mirror_id = excluded.mirror_id, origin_body = excluded.origin_body, \
         mirror_body = excluded.mirror_body, origin_seen_at = excluded.origin_seen_at, \
         mirror_seen_at = excluded.mirror_seen_at, state = excluded.state"
    ));
    let origin = pair.end(pair.origin);
    let mirror = pair.end(pair.origin.other());
    let args = args![
        tenant,
        pair.share,
        word(pair.origin),
        pair.origin_id(),
        mirror.id.as_ref(),
        origin.body,
        mirror.body,
        origin.seen_at,
        mirror.seen_at,
        pair.state.word(),
    ];
    Stmt::new(SQL, args)
}

/// The shares whose pairs hold a comment of a connection, on either side.
pub(crate) fn shares_of(tenant: TenantId, connection: ConnectionId, comment: &str) -> Stmt {
    const SQL: Text = Text::both(
        "SELECT s.id FROM comment_pairs p JOIN shares s ON s.tenant_id = p.tenant_id AND s.id = p.share_id \
         WHERE p.tenant_id = $1 AND p.origin_id = $3 AND $2 = \
         (CASE p.origin WHEN 'left' THEN s.left_connection ELSE s.right_connection END) \
         UNION SELECT s.id FROM comment_pairs p \
         JOIN shares s ON s.tenant_id = p.tenant_id AND s.id = p.share_id \
         WHERE p.tenant_id = $1 AND p.mirror_id = $3 AND $2 = \
         (CASE p.origin WHEN 'left' THEN s.right_connection ELSE s.left_connection END) \
         ORDER BY 1 LIMIT 1",
    );
    Stmt::new(SQL, args![tenant, connection, comment])
}

impl Record for CommentPair {
    const NOUN: &'static str = "comment pair";
    fn read(row: &mut Row) -> Result<Self, Wrong> {
        let (tenant, share, origin) = (row.take()?, row.take()?, row.word()?);
        let (origin_id, mirror_id): (String, _) = (row.take()?, row.take()?);
        let (origin_body, mirror_body) = (row.take()?, row.take()?);
        let (origin_seen_at, mirror_seen_at) = (row.take()?, row.take()?);
        let id = (!origin_id.is_empty()).then_some(origin_id);
        let first = CommentEnd { id, body: origin_body, seen_at: origin_seen_at };
        let second = CommentEnd { id: mirror_id, body: mirror_body, seen_at: mirror_seen_at };
        let (left, right) = match origin {
            Side::Left => (first, second),
            Side::Right => (second, first),
        };
        let word: String = row.take()?;
        let state = [PairState::Active, PairState::Tombstoned]
            .into_iter()
            .find(|state| state.word() == word)
            .ok_or(Wrong("a known word"))?;
        Ok(Self { tenant, share, origin, left, right, state })
    }
}
