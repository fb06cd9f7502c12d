//! `activities`: the lines people read about what sync did.

use bowline_core::activity::Activity;
use bowline_core::{EventId, TenantId, Timestamp};

use crate::arg::{args, json, word};
use crate::row::{Record, Row, Wrong};
use crate::stmt::{Stmt, Text};

macro_rules! columns {
    () => {
        "tenant_id, id, share_id, deed, target, left_key, right_key, fields, delay_us, code, done_at"
    };
}

pub(crate) fn note(tenant: TenantId, line: &Activity) -> Stmt {
    const SQL: Text = Text::both(concat!(
        "INSERT INTO activities (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
    ));
    let args = args![
        tenant,
        line.id,
        line.share,
        word(line.deed),
        word(line.target),
        &line.left_key,
        &line.right_key,
        json(&line.fields),
        line.delay_us,
        line.code.as_ref(),
        line.at,
    ];
    Stmt::new(SQL, args).unique("activity")
}

/// Newest first, after a line.
pub(crate) fn list(tenant: TenantId, after: Option<EventId>, limit: u32) -> Stmt {
    const SQL: Text = Text::both(concat!("SELECT ", columns!(), " FROM activities WHERE tenant_id = $1"));
    let mut stmt = Stmt::new(SQL, args![tenant]);
    if let Some(after) = after {
        stmt = stmt.push(" AND id < {}", after);
    }
    stmt.push(" ORDER BY id DESC LIMIT {}", limit)
}

/// Forgets the oldest lines if they are older than `before`. Ids rise with time, so it looks at no more than
/// `limit` rows and needs no index of its own.
pub(crate) fn expire(tenant: TenantId, before: Timestamp, limit: u32) -> Stmt {
    const SQL: Text = Text::both(
        "DELETE FROM activities WHERE tenant_id = $1 AND id IN (SELECT id FROM (SELECT id, done_at \
         FROM activities WHERE tenant_id = $1 ORDER BY id LIMIT $3) AS oldest WHERE done_at <= $2)",
    );
    Stmt::new(SQL, args![tenant, before, limit])
}

impl Record for Activity {
    const NOUN: &'static str = "activity";
    fn read(row: &mut Row) -> Result<Self, Wrong> {
        Ok(Self {
            tenant: row.take()?,
            id: row.take()?,
            share: row.take()?,
            deed: row.word()?,
            target: row.opt_word()?,
            left_key: row.take()?,
            right_key: row.take()?,
            fields: row.json()?,
            delay_us: row.take()?,
            code: row.take()?,
            at: row.take()?,
        })
    }
}
