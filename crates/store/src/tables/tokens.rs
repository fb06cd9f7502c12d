//! `tokens`: what bearer tokens of our own API allow. Their hashes are in `directory`.

use bowline_core::commit::ApiToken;
use bowline_core::{TenantId, TokenId};

use crate::arg::{args, json};
use crate::row::{Record, Row, Wrong};
use crate::stmt::{Stmt, Text};

pub(crate) fn get(tenant: TenantId, id: TokenId) -> Stmt {
    const SQL: Text =
        Text::both("SELECT id, name, scopes, created_at FROM tokens WHERE tenant_id = $1 AND id = $2");
    Stmt::new(SQL, args![tenant, id])
}

pub(crate) fn list(tenant: TenantId) -> Stmt {
    const SQL: Text =
        Text::both("SELECT id, name, scopes, created_at FROM tokens WHERE tenant_id = $1 ORDER BY name, id");
    Stmt::new(SQL, args![tenant])
}

pub(crate) fn add(tenant: TenantId, token: &ApiToken) -> Stmt {
    const SQL: Text = Text::both(
        "INSERT INTO tokens (tenant_id, id, name, scopes, created_at) VALUES ($1, $2, $3, $4, $5)",
    );
    Stmt::new(SQL, args![tenant, token.id, &token.name, json(&token.scopes), token.created_at])
        .unique("token")
}

pub(crate) fn drop(tenant: TenantId, id: TokenId) -> Stmt {
    const SQL: Text = Text::both("DELETE FROM tokens WHERE tenant_id = $1 AND id = $2");
    Stmt::new(SQL, args![tenant, id])
}

impl Record for ApiToken {
    const NOUN: &'static str = "token";
    fn read(row: &mut Row) -> Result<Self, Wrong> {
        Ok(Self { id: row.take()?, name: row.take()?, scopes: row.json()?, created_at: row.take()? })
    }
}
