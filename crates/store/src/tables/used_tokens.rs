//! `used_tokens`: a system table; lifecycle tokens that were used, as hashes.

use bowline_core::Timestamp;
use bowline_core::installation::UsedToken;
use bowline_core::port::StoreError;

use crate::arg::args;
use crate::row::{Record, Row, Wrong};
use crate::stmt::{Stmt, Text};

pub(crate) fn find(token: &[u8; 32], now: Timestamp) -> Stmt {
    const SQL: Text = Text::both(
        "SELECT token_hash, body_hash, until_at FROM used_tokens WHERE token_hash = $1 AND until_at > $2",
    );
    Stmt::new(SQL, args![token.as_slice(), now])
}

/// Fails if the token was used before and its time is not over. Two that come at once meet at the primary key.
pub(crate) fn put(used: &UsedToken, now: Timestamp) -> Stmt {
    const SQL: Text = Text::both(
        "INSERT INTO used_tokens (token_hash, body_hash, until_at) VALUES ($1, $2, $3) \
         ON CONFLICT (token_hash) DO UPDATE SET body_hash = excluded.body_hash, until_at = excluded.until_at \
         WHERE used_tokens.until_at <= $4",
    );
    Stmt::new(SQL, args![used.token.as_slice(), used.body.as_slice(), used.until, now])
        .hit_or(StoreError::Conflict("used token"))
}

pub(crate) fn forget(now: Timestamp) -> Stmt {
    const SQL: Text = Text::both("DELETE FROM used_tokens WHERE until_at <= $1");
    Stmt::new(SQL, args![now])
}

impl Record for UsedToken {
    const NOUN: &'static str = "used token";
    fn read(row: &mut Row) -> Result<Self, Wrong> {
        let mut hash = || row.take::<Vec<u8>>()?.try_into().map_err(|_| Wrong("32 bytes"));
        let (token, body) = (hash()?, hash()?);
        Ok(Self { token, body, until: row.take()? })
    }
}
