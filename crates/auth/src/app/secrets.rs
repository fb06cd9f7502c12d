//! The secrets that sites share with the app: opened, and put where they are kept.
//!
//! A secret that stays keeps its row, so that whoever is about to sign with it finds it. Each other one is a new row, and
//! the old rows go with the same commit.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use bowline_connect::jose::SharedSecret;
use bowline_core::commit::Change;
use bowline_core::installation::Installation;
use bowline_core::port::SealError;
use bowline_core::secret::{Purpose, Secret};
use bowline_core::{SecretId, TenantId, Timestamp};
use uuid::Uuid;

use super::Sites;

/// How many secrets a row has at most.
pub(super) const MOST: usize = 2;

/// What was opened of a row.
#[derive(Default)]
pub(super) struct Opened {
    /// The secret that counts.
    pub(super) secret: Option<SharedSecret>,
    /// The one before.
    pub(super) previous: Option<SharedSecret>,
}

/// Secrets on their way into a commit.
pub(super) struct Placed<'a> {
    sites: &'a Sites,
    tenant: TenantId,
    at: Timestamp,
    known: Vec<(SecretId, SharedSecret)>,
    /// Every row that there is, also those that could not be opened.
    before: Vec<SecretId>,
    used: Vec<SecretId>,
    /// What the commit has to write.
    pub(super) changes: Vec<Change>,
}

impl Sites {
    /// Opens the secrets of a row.
    pub(super) async fn opened(&self, row: &Installation) -> Result<Opened, SealError> {
        Ok(Opened {
            secret: self.open(row.tenant, row.secret).await?,
            previous: self.open(row.tenant, row.previous.map(|replaced| replaced.secret)).await?,
        })
    }

    /// Does `times` times what opening a secret takes: a look-up, and an opening under a key of the same kind. What is opened is
    /// no secret, was sealed when it was first needed, and is kept nowhere.
    pub(super) async fn open_nothing(&self, times: usize) -> Result<(), SealError> {
        let (tenant, purpose, id) =
            (TenantId::NOBODY, Purpose::SharedSecret, SecretId::from_uuid(Uuid::nil()));
        let row = id.to_string();
        for _ in 0..times {
            let sealed = match self.nobodys.get() {
                Some(sealed) => sealed,
                None => {
                    let plain = Secret::new(vec![0; 76]);
                    let sealed = self.ports.seal.seal(tenant, purpose, &row, &plain).await?;
                    self.nobodys.get_or_init(|| sealed)
                }
            };
            self.ports.vault.secret(tenant, id).await?;
            self.ports.seal.open(tenant, purpose, &row, sealed).await?;
        }
        Ok(())
    }

    /// One that cannot be opened, and never will be, is no secret: it proves nothing and signs nothing, and the next signed
    /// install puts another in its place. Where the keys are away for now, that is an error.
    async fn open(&self, tenant: TenantId, id: Option<SecretId>) -> Result<Option<SharedSecret>, SealError> {
        let Some(id) = id else { return Ok(None) };
        let Some(sealed) = self.ports.vault.secret(tenant, id).await? else { return Ok(None) };
        let purpose = Purpose::SharedSecret;
        let opened = self.ports.seal.open(tenant, purpose, &id.to_string(), &sealed).await;
        let unfit = |_| SealError::Corrupt("a shared secret of no usable length");
        match opened.and_then(|plain| SharedSecret::new(plain).map_err(unfit)) {
            Ok(secret) => Ok(Some(secret)),
            Err(error @ (SealError::Corrupt(_) | SealError::NoKey)) => {
                tracing::error!(%tenant, secret = %id, %error, "what a site shares with the app cannot be opened");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

impl<'a> Placed<'a> {
    /// Begins with what the row has now.
    pub(super) async fn over(
        sites: &'a Sites,
        tenant: TenantId,
        before: Option<&Installation>,
        at: Timestamp,
    ) -> Result<Self, SealError> {
        let (mut known, mut kept) = (Vec::new(), Vec::new());
        if let Some(row) = before {
            let Opened { secret, previous } = sites.opened(row).await?;
            kept.extend(row.secret);
            kept.extend(row.previous.map(|replaced| replaced.secret));
            known.extend(row.secret.zip(secret));
            known.extend(row.previous.map(|replaced| replaced.secret).zip(previous));
        }
        Ok(Self { sites, tenant, at, known, before: kept, used: Vec::new(), changes: Vec::new() })
    }

    /// Where a secret is kept from now on.
    pub(super) async fn place(
        &mut self,
        secret: Option<&SharedSecret>,
    ) -> Result<Option<SecretId>, SealError> {
        let Some(secret) = secret.map(SharedSecret::secret) else { return Ok(None) };
        let is_it =
            |known: &SharedSecret| verify_slices_are_equal(known.secret().expose(), secret.expose()).is_ok();
        let known = self.known.iter().find(|(_, known)| is_it(known)).map(|(id, _)| *id);
        let id = match known {
            Some(id) => id,
            None => self.add(secret).await?,
        };
        self.used.push(id);
        Ok(Some(id))
    }

    async fn add(&mut self, secret: &Secret) -> Result<SecretId, SealError> {
        let id = SecretId::new(self.at, self.sites.ports.entropy.as_ref());
        let (tenant, purpose) = (self.tenant, Purpose::SharedSecret);
        let sealed = self.sites.ports.seal.seal(tenant, purpose, &id.to_string(), secret).await?;
        self.changes.push(Change::PutSecret { id, sealed });
        Ok(id)
    }

    /// Everything to write: what was added, and that the rows go which nothing uses any more.
    pub(super) fn finish(self) -> Vec<Change> {
        let Self { before, used, mut changes, .. } = self;
        let left = before.into_iter().filter(|id| !used.contains(id));
        changes.extend(left.map(Change::DropSecret));
        changes
    }
}
