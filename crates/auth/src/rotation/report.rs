//! What there is: a list for people, a check that everything opens, and the wrapped keys for a safe.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bowline_core::commit::{KeyKind, WrappedKey};
use bowline_core::port::{Seal as _, SealError, SealedAsk, SealedRow};
use bowline_core::secret::Shelf;
use bowline_core::tenant::Tenant;
use bowline_core::{TenantId, Timestamp};
use serde::Serialize;

use super::Rotation;
use crate::kek::Form;
use crate::keyring::KekView;
use crate::wrapped;

/// How many values are read at once.
const PAGE: u32 = 200;

/// At most so many broken places are named; the count goes on.
const NAMED: usize = 100;

/// A key of a tenant as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DataKey {
    /// `data` or `fingerprint`.
    pub kind: &'static str,
    /// Which of several.
    pub version: i32,
    /// When it was made.
    pub made_at: Timestamp,
    /// Which key-encryption key wraps it.
    pub kek: String,
    /// How many values are sealed under it; fingerprint keys seal nothing.
    pub values: i64,
}

/// The keys of one tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TenantKeys {
    /// Whose.
    pub tenant: TenantId,
    /// The tenant's name.
    pub name: String,
    /// All its keys.
    pub keys: Vec<DataKey>,
}

/// Everything there is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyList {
    /// The key-encryption keys.
    pub wrapping: Vec<KekView>,
    /// The tenants' keys.
    pub tenants: Vec<TenantKeys>,
}

/// Something that does not open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Broken {
    /// The tenant's name.
    pub tenant: String,
    /// What it is: `data key 2`, `secrets sec_…`.
    pub what: String,
    /// Why it does not open.
    pub why: String,
}

/// What a check of everything found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// How many keys opened.
    pub keys: u64,
    /// How many sealed values opened.
    pub values: u64,
    /// How many did not.
    pub failed: u64,
    /// The first of those.
    pub broken: Vec<Broken>,
}

/// A wrapped key outside of the database. Only the key-encryption key opens it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// Whose.
    pub tenant: TenantId,
    /// The tenant's name.
    pub name: String,
    /// `data` or `fingerprint`.
    pub kind: &'static str,
    /// Which of several.
    pub version: i32,
    /// When it was made.
    pub made_at: Timestamp,
    /// Which key-encryption key wraps it.
    pub kek: String,
    /// In which form: `envelope`, `cms`, `outside`.
    pub form: &'static str,
    /// The row as it stands in the database, in base64.
    pub row: String,
    /// What other programs can open: CMS in DER or what the program made, in base64.
    pub foreign: Option<String>,
}

impl Rotation {
    /// All keys, with how much is sealed under each.
    pub async fn list(&self, tenants: &[Tenant]) -> Result<KeyList, SealError> {
        let mut all = Vec::with_capacity(tenants.len());
        for tenant in tenants {
            let mut counts = BTreeMap::<i32, i64>::new();
            for count in self.keys.sealed_counts(tenant.id).await? {
                *counts.entry(count.version).or_default() += count.count;
            }
            let mut keys = Vec::new();
            for key in self.rows(tenant.id).await? {
                let parts = wrapped::parse(&key.wrapped)?;
                let values = match key.kind {
                    KeyKind::Data => counts.get(&key.version).copied().unwrap_or_default(),
                    KeyKind::Fingerprint => 0,
                };
                let (kind, made_at, kek) = (key.kind.word(), parts.made_at, parts.kek.to_owned());
                keys.push(DataKey { kind, version: key.version, made_at, kek, values });
            }
            all.push(TenantKeys { tenant: tenant.id, name: tenant.name.clone(), keys });
        }
        Ok(KeyList { wrapping: self.keyring.list().await?, tenants: all })
    }

    /// Opens every key and every sealed value, from the database and not from memory. Changes nothing.
    pub async fn verify(&self, tenants: &[Tenant]) -> Result<Verdict, SealError> {
        let mut verdict = Verdict::default();
        for tenant in tenants {
            for key in self.rows(tenant.id).await? {
                let opened = self.keyring.unwrap(tenant.id, &key).await.map(|_| ());
                let what = || format!("{} key {}", key.kind.word(), key.version);
                verdict.keys += u64::from(verdict.judge(tenant, what, opened)?);
            }
            for shelf in Shelf::ALL {
                self.verify_shelf(tenant, shelf, &mut verdict).await?;
            }
        }
        Ok(verdict)
    }

    async fn verify_shelf(
        &self,
        tenant: &Tenant,
        shelf: Shelf,
        verdict: &mut Verdict,
    ) -> Result<(), SealError> {
        let mut after = None;
        loop {
            let ask = SealedAsk { shelf, below: None, after, limit: PAGE };
            let rows = self.keys.sealed_rows(tenant.id, &ask).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = Some(last.id.clone());
            for row in rows {
                let opened = self.opens(tenant.id, shelf, &row).await;
                let what = || format!("{} {}", shelf.word(), row.id);
                verdict.values += u64::from(verdict.judge(tenant, what, opened)?);
            }
        }
    }

    async fn opens(&self, tenant: TenantId, shelf: Shelf, row: &SealedRow) -> Result<(), SealError> {
        let mut outcome = Err(SealError::Corrupt("a shelf without a purpose"));
        for purpose in shelf.purposes() {
            outcome = self.sealer.open(tenant, *purpose, &row.bound, &row.sealed).await.map(|_| ());
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }

    /// Every wrapped key of these tenants. No key is opened for it.
    pub async fn export(&self, tenants: &[Tenant]) -> Result<Vec<Exported>, SealError> {
        let mut all = Vec::new();
        for tenant in tenants {
            for key in self.rows(tenant.id).await? {
                all.push(exported(tenant, &key)?);
            }
        }
        Ok(all)
    }
}

impl Verdict {
    /// Counts what did not open; a database or a holder of keys that does not answer ends the check.
    fn judge(
        &mut self,
        tenant: &Tenant,
        what: impl FnOnce() -> String,
        opened: Result<(), SealError>,
    ) -> Result<bool, SealError> {
        match opened {
            Ok(()) => Ok(true),
            Err(error @ (SealError::Store(_) | SealError::Away(_))) => Err(error),
            Err(error) => {
                self.failed += 1;
                if self.broken.len() < NAMED {
                    let (tenant, why) = (tenant.name.clone(), error.to_string());
                    self.broken.push(Broken { tenant, what: what(), why });
                }
                Ok(false)
            }
        }
    }
}

fn exported(tenant: &Tenant, key: &WrappedKey) -> Result<Exported, SealError> {
    let parts = wrapped::parse(&key.wrapped)?;
    let (form, _) = Form::of(parts.wrapping).ok_or(SealError::Corrupt("a wrapped key of an unknown form"))?;
    Ok(Exported {
        tenant: tenant.id,
        name: tenant.name.clone(),
        kind: key.kind.word(),
        version: key.version,
        made_at: parts.made_at,
        kek: parts.kek.to_owned(),
        form: form.word(),
        row: STANDARD.encode(&key.wrapped.0),
        foreign: Form::foreign(parts.wrapping).map(|foreign| STANDARD.encode(foreign)),
    })
}
