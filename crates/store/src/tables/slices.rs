//! `slices` and `holds`: system tables; who has which part of a limit, and waits that vendors asked for.
//!
//! Everything about one limit happens behind its anchor, the row of nobody, which whoever leases holds until the commit. So two that
//! lease at once cannot both count what the other had before.

use bowline_core::Timestamp;
use bowline_core::port::{Hold, SliceAsk};

use crate::arg::args;
use crate::row::{Record, Row, Wrong};
use crate::stmt::{Stmt, Text};

/// How many statements lease one slice.
pub(crate) const STEPS: usize = 5;

/// Leases a slice; its own row, the others' and the holds come from the last two statements.
pub(crate) fn lease(ask: &SliceAsk) -> [Stmt; STEPS] {
    [anchor(ask), end(ask), take(ask), rows(ask), holds(ask)]
}

fn anchor(ask: &SliceAsk) -> Stmt {
    const SQL: Text = Text::both(
        "INSERT INTO slices (name, owner, part, wants, spent, seen, size, until_at) \
         VALUES ($1, '', 0, 0, 0, 0, 0, $2) ON CONFLICT (name, owner) DO UPDATE SET until_at = excluded.until_at",
    );
    Stmt::new(SQL, args![ask.name.as_str(), ask.until])
}

/// What ran out is free; what was spent under it stays counted until its window ends.
fn end(ask: &SliceAsk) -> Stmt {
    const SQL: Text = Text::both(
        "UPDATE slices SET part = 0, wants = 0 WHERE name = $1 AND until_at <= $2 AND owner <> ''",
    );
    Stmt::new(SQL, args![ask.name.as_str(), ask.now])
}

/// Cuts the whole in the ratio of what is wanted, in tens, each at least one ten; takes no more than the others have left, and no
/// less than what is in use.
fn take(ask: &SliceAsk) -> Stmt {
    macro_rules! sql {
        ($least:literal, $most:literal) => {
            concat!(
                "INSERT INTO slices (name, owner, part, wants, spent, seen, size, resets_at, until_at) \
                 SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), ",
                $most,
                "(CAST($3 AS BIGINT), ",
                $least,
                "(100 - others.parts, CASE WHEN others.wants = 0 THEN 100 ELSE ",
                $most,
                "(10, ",
                $least,
                "(100 - 10 * others.number, (20 * CAST($4 AS BIGINT) + others.wants + $4) / (2 * (others.wants + $4)) * 10)) END)), \
                 CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), \
                 CAST($8 AS BIGINT), CAST($9 AS BIGINT) \
                 FROM (SELECT CAST(COALESCE(sum(part), 0) AS BIGINT) AS parts, \
                 CAST(COALESCE(sum(wants), 0) AS BIGINT) AS wants, \
                 CAST(COALESCE(sum(CASE WHEN wants > 0 THEN 1 ELSE 0 END), 0) AS BIGINT) AS number \
                 FROM slices WHERE name = $1 AND owner <> $2) AS others WHERE true \
                 ON CONFLICT (name, owner) DO UPDATE SET part = excluded.part, wants = excluded.wants, \
                 spent = excluded.spent, seen = excluded.seen, size = excluded.size, \
                 resets_at = excluded.resets_at, until_at = excluded.until_at"
            )
        };
    }
    const SQL: Text = Text { lite: sql!("min", "max"), pg: sql!("LEAST", "GREATEST") };
    let (keeps, wants) = (i64::from(ask.keeps), i64::from(ask.wants.max(1)));
    Stmt::new(
        SQL,
        args![
            ask.name.as_str(),
            ask.owner.as_str(),
            keeps,
            wants,
            ask.spent,
            ask.seen,
            ask.size,
            ask.resets,
            ask.until
        ],
    )
}

fn rows(ask: &SliceAsk) -> Stmt {
    const SQL: Text = Text::both(
        "SELECT owner, part, wants, spent, seen, size, resets_at FROM slices WHERE name = $1 AND owner <> ''",
    );
    Stmt::new(SQL, args![ask.name.as_str()])
}

fn holds(ask: &SliceAsk) -> Stmt {
    const SQL: Text = Text::both("SELECT what, until_at FROM holds WHERE name = $1 AND until_at > $2");
    Stmt::new(SQL, args![ask.name.as_str(), ask.now])
}

/// Its rows are another's from now on, whom nobody is.
pub(crate) fn retire(owner: &str, now: Timestamp) -> Stmt {
    const SQL: Text =
        Text::both("UPDATE slices SET owner = $2, part = 0, wants = 0, until_at = $3 WHERE owner = $1");
    Stmt::new(SQL, args![owner, format!("{owner}/{}", now.as_microsecond()), now])
}

pub(crate) fn hold(hold: &Hold) -> Stmt {
    const SQL: Text = Text::both(
        "INSERT INTO holds (name, what, until_at) VALUES ($1, $2, $3) \
         ON CONFLICT (name, what) DO UPDATE SET until_at = excluded.until_at \
         WHERE holds.until_at < excluded.until_at",
    );
    Stmt::new(SQL, args![hold.name.as_str(), hold.what.as_str(), hold.until])
}

/// A row whose lease is over, and the window in which it spent, tells nothing any more. An anchor may go with the last of its
/// limit: who leases next makes another.
pub(crate) fn forget(now: Timestamp) -> [Stmt; 2] {
    const SLICES: Text =
        Text::both("DELETE FROM slices WHERE until_at <= $1 AND (resets_at IS NULL OR resets_at <= $1)");
    const HOLDS: Text = Text::both("DELETE FROM holds WHERE until_at <= $1");
    [Stmt::new(SLICES, args![now]), Stmt::new(HOLDS, args![now])]
}

/// One owner's row.
pub(crate) struct SliceRow {
    pub(crate) owner: String,
    pub(crate) part: i64,
    pub(crate) wants: i64,
    pub(crate) spent: i64,
    pub(crate) seen: i64,
    pub(crate) size: i64,
    pub(crate) resets: Option<Timestamp>,
}

impl Record for SliceRow {
    const NOUN: &'static str = "slice";
    fn read(row: &mut Row) -> Result<Self, Wrong> {
        Ok(Self {
            owner: row.take()?,
            part: row.take()?,
            wants: row.take()?,
            spent: row.take()?,
            seen: row.take()?,
            size: row.take()?,
            resets: row.take()?,
        })
    }
}

/// A hold of a limit.
pub(crate) struct HeldRow(pub(crate) String, pub(crate) Timestamp);

impl Record for HeldRow {
    const NOUN: &'static str = "hold";
    fn read(row: &mut Row) -> Result<Self, Wrong> {
        Ok(Self(row.take()?, row.take()?))
    }
}
