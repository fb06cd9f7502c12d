//! `commands`: the journal of calls that change a tool.

use bowline_core::command::{Command, CommandState};
use bowline_core::{Code, CommandId, ShareId, TenantId, Timestamp};

use crate::arg::{Arg, args, json, word};
use crate::row::{Record, Row, Wrong};
use crate::stmt::{Stmt, Text};

macro_rules! columns {
    () => {
        "tenant_id, id, share_id, target, kind, state, revision, fields, before, comment, sent_at, \
         code"
    };
}

/// Rows in state `sending`, oldest first.
pub(crate) fn sending(tenant: TenantId, share: ShareId) -> Stmt {
    const SQL: Text = Text::both(concat!(
        "SELECT ",
        columns!(),
        " FROM commands WHERE tenant_id = $1 AND share_id = $2 AND state = 'sending' ORDER BY sent_at, id"
    ));
    Stmt::new(SQL, args![tenant, share])
}

pub(crate) fn add(tenant: TenantId, command: &Command) -> Stmt {
    const SQL: Text = Text::both(concat!(
        "INSERT INTO commands (",
        columns!(),
        ", settled_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
    ));
    let c = command;
    let args = args![
        tenant,
        c.id,
        c.share,
        word(c.target),
        word(c.kind),
        word(c.state),
        c.revision,
        json(&c.fields),
        c.before.as_ref().map_or(Arg::Text(None), json),
        c.comment.as_ref(),
        c.sent_at,
        c.code.as_ref(),
        (c.state != CommandState::Sending).then_some(c.sent_at),
    ];
    Stmt::new(SQL, args).unique("command")
}

pub(crate) fn settle(
    tenant: TenantId,
    id: CommandId,
    state: CommandState,
    code: Option<&Code>,
    at: Timestamp,
) -> Stmt {
    const SQL: Text = Text::both(
        "UPDATE commands SET state = $3, code = $4, settled_at = $5 WHERE tenant_id = $1 AND id = $2",
    );
    // It may still be carried out: the wait for it counts from here, not from before the plan it was a part of.
    const OPEN: Text = Text::both(
        "UPDATE commands SET state = $3, code = $4, sent_at = $5, settled_at = NULL WHERE tenant_id = $1 AND id = $2",
    );
    let sql = if state == CommandState::Sending { OPEN } else { SQL };
    Stmt::new(sql, args![tenant, id, word(state), code, at])
}

/// Forgets commands that were settled before a time.
pub(crate) fn expire(tenant: TenantId, before: Timestamp, limit: u32) -> Stmt {
    const SQL: Text = Text::both(
        "DELETE FROM commands WHERE tenant_id = $1 AND id IN (SELECT id FROM commands \
         WHERE tenant_id = $1 AND settled_at <= $2 ORDER BY settled_at LIMIT $3)",
    );
    Stmt::new(SQL, args![tenant, before, limit])
}

impl Record for Command {
    const NOUN: &'static str = "command";
    fn read(row: &mut Row) -> Result<Self, Wrong> {
        Ok(Self {
            tenant: row.take()?,
            id: row.take()?,
            share: row.take()?,
            target: row.word()?,
            kind: row.word()?,
            state: row.word()?,
            revision: row.take()?,
            fields: row.json()?,
            before: row.opt_json()?,
            comment: row.take()?,
            sent_at: row.take()?,
            code: row.take()?,
        })
    }
}
