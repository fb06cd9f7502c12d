//! `keys` and `secrets`: ciphertext that only `auth` asks for.

use bowline_core::commit::{KeyKind, WrappedKey};
use bowline_core::port::StoreError;
use bowline_core::secret::Sealed;
use bowline_core::{SecretId, TenantId};

use crate::arg::args;
use crate::row::{Record, Row, Wrong};
use crate::stmt::{Stmt, Text};

pub(crate) fn list(tenant: TenantId, kind: KeyKind) -> Stmt {
    const SQL: Text = Text::both(
        "SELECT kind, version, wrapped FROM keys WHERE tenant_id = $1 AND kind = $2 ORDER BY version",
    );
    Stmt::new(SQL, args![tenant, kind.word()])
}

/// Fails if the version exists: whoever lost the race must read the winner's key, not go on with its own.
pub(crate) fn add(tenant: TenantId, key: &WrappedKey) -> Stmt {
    const SQL: Text =
        Text::both("INSERT INTO keys (tenant_id, kind, version, wrapped) VALUES ($1, $2, $3, $4)");
    Stmt::new(SQL, args![tenant, key.kind.word(), key.version, key.wrapped.clone()]).unique("key version")
}

/// Puts another wrapping in the place of one; fails if another is there by now.
pub(crate) fn rewrap(tenant: TenantId, key: &WrappedKey, was: &Sealed) -> Stmt {
    const SQL: Text = Text::both(
        "UPDATE keys SET wrapped = $5 WHERE tenant_id = $1 AND kind = $2 AND version = $3 AND wrapped = $4",
    );
    let args = args![tenant, key.kind.word(), key.version, was.clone(), key.wrapped.clone()];
    Stmt::new(SQL, args).hit_or(StoreError::Conflict("wrapping"))
}

impl Record for WrappedKey {
    const NOUN: &'static str = "key";
    fn read(row: &mut Row) -> Result<Self, Wrong> {
        let word: String = row.take()?;
        let kind = [KeyKind::Data, KeyKind::Fingerprint]
            .into_iter()
            .find(|kind| kind.word() == word)
            .ok_or(Wrong("a known word"))?;
        Ok(Self { kind, version: row.take()?, wrapped: row.take()? })
    }
}

pub(crate) fn secret(tenant: TenantId, id: SecretId) -> Stmt {
    const SQL: Text = Text::both("SELECT sealed FROM secrets WHERE tenant_id = $1 AND id = $2");
    Stmt::new(SQL, args![tenant, id])
}

pub(crate) fn put_secret(tenant: TenantId, id: SecretId, sealed: &Sealed) -> Stmt {
    const SQL: Text = Text::both(
        "INSERT INTO secrets (tenant_id, id, sealed) VALUES ($1, $2, $3) \
         ON CONFLICT (tenant_id, id) DO UPDATE SET sealed = excluded.sealed",
    );
    Stmt::new(SQL, args![tenant, id, sealed.clone()])
}

pub(crate) fn drop_secret(tenant: TenantId, id: SecretId) -> Stmt {
    const SQL: Text = Text::both("DELETE FROM secrets WHERE tenant_id = $1 AND id = $2");
    Stmt::new(SQL, args![tenant, id])
}
