//! `oauth_clients`: our registrations at providers of tokens.

use bowline_core::grant::OauthClient;
use bowline_core::port::StoreError;
use bowline_core::{OauthClientId, TenantId};

use crate::arg::{args, json, word};
use crate::row::{Record, Row, Wrong};
use crate::stmt::{Stmt, Text};

macro_rules! columns {
    () => {
        "tenant_id, id, name, provider, issuer, api_url, client_id, secret_id, scopes, revision, created_at"
    };
}

pub(crate) fn get(tenant: TenantId, id: OauthClientId) -> Stmt {
    const SQL: Text =
        Text::both(concat!("SELECT ", columns!(), " FROM oauth_clients WHERE tenant_id = $1 AND id = $2"));
    Stmt::new(SQL, args![tenant, id])
}

pub(crate) fn list(tenant: TenantId) -> Stmt {
    const SQL: Text =
        Text::both(concat!("SELECT ", columns!(), " FROM oauth_clients WHERE tenant_id = $1 ORDER BY name"));
    Stmt::new(SQL, args![tenant])
}

/// New at revision 1; or changed at the next one, if it still stands at the revision it was read at.
pub(crate) fn put(tenant: TenantId, client: &OauthClient) -> Stmt {
    const NEW: Text = Text::both(concat!(
        "INSERT INTO oauth_clients (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1 + $10, $11)"
    ));
    const CHANGED: Text = Text::both(
        "UPDATE oauth_clients SET name = $3, provider = $4, issuer = $5, api_url = $6, client_id = $7, \
         secret_id = $8, scopes = $9, revision = 1 + $10 WHERE tenant_id = $1 AND id = $2 AND revision = $10",
    );
    let args = args![
        tenant,
        client.id,
        &client.name,
        word(client.provider),
        &client.issuer,
        client.api_url.as_ref(),
        &client.client_id,
        client.secret,
        json(&client.scopes),
        client.revision,
    ];
    match client.revision {
        0 => Stmt::new(NEW, args).also(client.created_at),
        _ => Stmt::new(CHANGED, args).hit_or(StoreError::Conflict("revision")),
    }
    .unique("OAuth client")
}

/// Fails while a grant was given to it.
pub(crate) fn drop(tenant: TenantId, id: OauthClientId) -> Stmt {
    const SQL: Text = Text::both("DELETE FROM oauth_clients WHERE tenant_id = $1 AND id = $2");
    Stmt::new(SQL, args![tenant, id]).foreign(StoreError::Conflict("a grant was given to the OAuth client"))
}

impl Record for OauthClient {
    const NOUN: &'static str = "OAuth client";
    fn read(row: &mut Row) -> Result<Self, Wrong> {
        Ok(Self {
            tenant: row.take()?,
            id: row.take()?,
            name: row.take()?,
            provider: row.word()?,
            issuer: row.take()?,
            api_url: row.take()?,
            client_id: row.take()?,
            secret: row.take()?,
            scopes: row.json()?,
            revision: row.take()?,
            created_at: row.take()?,
        })
    }
}
