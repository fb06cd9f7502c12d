//! `findings` and `finding_entities`: one row per cause, one per entity it hits now.
//!
//! `findings.entities` counts the second table, so that a list need not. Whoever changes entities of a finding
//! holds its row first; each later statement then sees what others committed before, and the count stays true.

use bowline_core::finding::{Cause, Finding, Occurrence};
use bowline_core::work::Entity;
use bowline_core::{Code, FindingId, TenantId, Timestamp};

use crate::arg::{Arg, args};
use crate::row::{Record, Row, Wrong};
use crate::stmt::{Stmt, Text};

macro_rules! columns {
    () => {
        "tenant_id, id, code, connection_id, profile_id, subject, state, entities, seen, words, first_at, \
         last_at"
    };
}

/// Whether a cause is not in a list of them: `$3` holds the keys, each between two separators.
macro_rules! unless_named {
    ($position:literal) => {
        concat!($position, "($3, '\u{1f}' || cause || '\u{1f}') = 0")
    };
}

pub(crate) fn raise(tenant: TenantId, occurrence: &Occurrence, at: Timestamp) -> Vec<Stmt> {
    const FINDING: Text = Text::both(
        "INSERT INTO findings (tenant_id, id, cause, code, connection_id, profile_id, subject, state, whole, \
         entities, seen, words, first_at, last_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8, 0, 1, $9, $10, $10) \
         ON CONFLICT (tenant_id, cause) DO UPDATE SET state = 'open', \
         whole = (findings.whole OR excluded.whole), seen = findings.seen + 1, \
         words = CASE WHEN findings.state = 'open' THEN COALESCE(excluded.words, findings.words) \
         ELSE excluded.words END, \
         last_at = excluded.last_at",
    );
    const COUNT: Text = Text::both(
        "UPDATE findings SET entities = entities + 1 WHERE tenant_id = $1 AND cause = $2 AND NOT EXISTS (\
         SELECT 1 FROM finding_entities e WHERE e.tenant_id = $1 AND e.finding_id = findings.id \
         AND e.entity = $3)",
    );
    const ENTITY: Text = Text::both(
        "INSERT INTO finding_entities (tenant_id, finding_id, entity, share_id) \
         SELECT tenant_id, id, $3, $4 FROM findings WHERE tenant_id = $1 AND cause = $2 \
         ON CONFLICT DO NOTHING",
    );
    let Occurrence { id, cause, entity, words } = occurrence;
    let Cause { code, connection, profile, subject } = cause;
    let finding = args![
        tenant,
        *id,
        cause,
        code,
        *connection,
        *profile,
        subject.as_ref(),
        entity.is_none(),
        words.clone(),
        at,
    ];
    let mut stmts = vec![Stmt::new(FINDING, finding).unique("finding")];
    if let Some(entity) = entity {
        let share = if let Entity::Share(share) = entity { Some(*share) } else { None };
        stmts.push(Stmt::new(COUNT, args![tenant, cause, entity]));
        stmts.push(Stmt::new(ENTITY, args![tenant, cause, entity, share]));
    }
    stmts
}

/// The entity is free of all causes but the named ones; what hits nothing any more is resolved.
pub(crate) fn settle(tenant: TenantId, entity: &Entity, except: &[String]) -> Vec<Stmt> {
    const HOLD: Text = Text::both(
        "UPDATE findings SET entities = entities WHERE tenant_id = $1 AND id IN (\
         SELECT finding_id FROM finding_entities WHERE tenant_id = $1 AND entity = $2)",
    );
    macro_rules! count {
        ($position:literal) => {
            concat!(
                "UPDATE findings SET entities = entities - 1, \
                 state = CASE WHEN entities <= 1 AND NOT whole THEN 'resolved' ELSE state END \
                 WHERE tenant_id = $1 AND ",
                unless_named!($position),
                " AND id IN (SELECT finding_id FROM finding_entities WHERE tenant_id = $1 AND entity = $2)"
            )
        };
    }
    macro_rules! free {
        ($position:literal) => {
            concat!(
                "DELETE FROM finding_entities WHERE tenant_id = $1 AND entity = $2 AND finding_id IN (\
                 SELECT id FROM findings WHERE tenant_id = $1 AND ",
                unless_named!($position),
                ")"
            )
        };
    }
    const COUNT: Text = Text { lite: count!("instr"), pg: count!("strpos") };
    const FREE: Text = Text { lite: free!("instr"), pg: free!("strpos") };
    let named: String = except.iter().flat_map(|key| ["\u{1f}", key, "\u{1f}"]).collect();
    vec![
        Stmt::new(HOLD, args![tenant, entity]),
        Stmt::new(COUNT, args![tenant, entity, &named]),
        Stmt::new(FREE, args![tenant, entity, &named]),
    ]
}

/// A cause is over, whatever it hit.
pub(crate) fn settle_cause(tenant: TenantId, key: &str) -> Vec<Stmt> {
    resolve(args![tenant, key, None::<FindingId>])
}

/// A person says so.
pub(crate) fn settle_finding(tenant: TenantId, id: FindingId) -> Vec<Stmt> {
    resolve(args![tenant, None::<&str>, id])
}

fn resolve(which: Vec<Arg>) -> Vec<Stmt> {
    const FINDING: Text = Text::both(
        "UPDATE findings SET state = 'resolved', whole = FALSE, entities = 0 \
         WHERE tenant_id = $1 AND (cause = $2 OR id = $3)",
    );
    const SHARES: Text = Text::both(
        "UPDATE shares SET troubled = FALSE WHERE tenant_id = $1 AND id IN (\
         SELECT e.share_id FROM findings f \
         JOIN finding_entities e ON e.tenant_id = f.tenant_id AND e.finding_id = f.id \
         WHERE f.tenant_id = $1 AND (f.cause = $2 OR f.id = $3) AND NOT EXISTS (\
         SELECT 1 FROM finding_entities o WHERE o.tenant_id = $1 AND o.entity = e.entity \
         AND o.finding_id <> e.finding_id))",
    );
    const ENTITIES: Text = Text::both(
        "DELETE FROM finding_entities WHERE tenant_id = $1 AND finding_id IN (\
         SELECT id FROM findings WHERE tenant_id = $1 AND (cause = $2 OR id = $3))",
    );
    [FINDING, SHARES, ENTITIES].into_iter().map(|text| Stmt::new(text, which.clone())).collect()
}

pub(crate) fn get(tenant: TenantId, id: FindingId) -> Stmt {
    const SQL: Text =
        Text::both(concat!("SELECT ", columns!(), " FROM findings WHERE tenant_id = $1 AND id = $2"));
    Stmt::new(SQL, args![tenant, id])
}

pub(crate) fn entities(tenant: TenantId, id: FindingId, limit: u32) -> Stmt {
    const SQL: Text = Text::both(
        "SELECT entity FROM finding_entities WHERE tenant_id = $1 AND finding_id = $2 \
         ORDER BY entity LIMIT $3",
    );
    Stmt::new(SQL, args![tenant, id, limit])
}

/// Where a page of findings ended: whether that one was open, when it was last noticed, and which it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) open: bool,
    pub(crate) last_at: Timestamp,
    pub(crate) id: FindingId,
}

/// Open ones first, the most recent first; with `all`, resolved ones too.
pub(crate) fn list(tenant: TenantId, all: bool, after: Option<Place>, limit: u32) -> Stmt {
    const SQL: Text = Text::both(concat!("SELECT ", columns!(), " FROM findings WHERE tenant_id = $1"));
    let mut stmt = Stmt::new(SQL, args![tenant]);
    if !all {
        stmt = stmt.plain(" AND state = 'open'");
    }
    if let Some(Place { open, last_at, id }) = after {
        stmt = stmt
            .push(" AND (CASE state WHEN 'open' THEN 1 ELSE 0 END, last_at, id) < ({}, ", i64::from(open))
            .push("{}, ", last_at)
            .push("{})", id);
    }
    stmt.push(
        " ORDER BY CASE state WHEN 'open' THEN 1 ELSE 0 END DESC, last_at DESC, id DESC LIMIT {}",
        limit,
    )
}

/// How many findings are open, by code.
pub(crate) fn counts(tenant: TenantId) -> Stmt {
    const SQL: Text = Text::both(
        "SELECT code, count(*) FROM findings WHERE tenant_id = $1 AND state = 'open' GROUP BY code ORDER BY code",
    );
    Stmt::new(SQL, args![tenant])
}

/// One line of [`counts`].
pub(crate) struct Count(pub(crate) Code, pub(crate) i64);

impl Record for Count {
    const NOUN: &'static str = "finding count";
    fn read(row: &mut Row) -> Result<Self, Wrong> {
        Ok(Self(row.take()?, row.take()?))
    }
}

/// Forgets findings that were resolved and not noticed since a time.
pub(crate) fn expire(tenant: TenantId, before: Timestamp, limit: u32) -> Stmt {
    const SQL: Text = Text::both(
        "DELETE FROM findings WHERE tenant_id = $1 AND id IN (SELECT id FROM findings \
         WHERE tenant_id = $1 AND state = 'resolved' AND last_at <= $2 ORDER BY last_at LIMIT $3)",
    );
    Stmt::new(SQL, args![tenant, before, limit])
}

impl Record for Finding {
    const NOUN: &'static str = "finding";
    fn read(row: &mut Row) -> Result<Self, Wrong> {
        Ok(Self {
            tenant: row.take()?,
            id: row.take()?,
            cause: Cause {
                code: row.take()?,
                connection: row.take()?,
                profile: row.take()?,
                subject: row.take()?,
            },
            state: row.word()?,
            open: row.take()?,
            seen: row.take()?,
            words: row.take()?,
            first_at: row.take()?,
            last_at: row.take()?,
        })
    }
}
