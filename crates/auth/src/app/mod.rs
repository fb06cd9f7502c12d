//! Our app in the sites that have installed it: keeps installations for `connect`, sealed and each with its tenant.
//!
//! A lifecycle call is one commit: the token it used up, the row, the secrets, and the connection that stands for the site
//! become durable together ([`Sites`] implements `connect`'s port over the ports of `core`). What such a call may change is
//! decided in `connect`; here is where it is put. A site is found by the hash of its client key, never by its address.

pub mod acting;
mod connection;
mod document;
mod exchange;
pub mod forge;
mod forget;
mod home;
mod plan;
mod secrets;

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use bowline_connect::installation::{
    Change, ClientKey, Committed, Installation, Installations, Revision, StoreError, Stored, UsedToken,
};
use bowline_core::commit::{Commit, DirectoryKind};
use bowline_core::connection::Connection;
use bowline_core::port::{self, Clock, Commits, Entropy, Registry, Seal, SealError, Vault};
use bowline_core::secret::Sealed;
use bowline_core::{TenantId, Timestamp, crash, installation};
use uuid::Uuid;

pub use exchange::SiteExchange;
pub use forget::Forgotten;

use crate::token::sha256;

/// What keeping installations needs from the world.
#[derive(Clone)]
pub struct Ports {
    /// Reads rows.
    pub rows: Arc<dyn port::Installations>,
    /// Reads what is configured.
    pub registry: Arc<dyn Registry>,
    /// Reads sealed rows.
    pub vault: Arc<dyn Vault>,
    /// Seals and opens.
    pub seal: Arc<dyn Seal>,
    /// Writes.
    pub commits: Arc<dyn Commits>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives randomness.
    pub entropy: Arc<dyn Entropy>,
}

/// Keeps installations.
pub struct Sites {
    ports: Ports,
    tenant: Option<String>,
    /// What is opened where there is nothing to open.
    nobodys: OnceLock<Sealed>,
}

/// How many rows are wiped at once.
const BATCH: u32 = 100;

impl Sites {
    /// Over one database. New sites join the tenant of this name, which is made with the first of them; without a name each
    /// gets a tenant of its own.
    pub fn new(ports: Ports, tenant: Option<String>) -> Self {
        Self { ports, tenant, nobodys: OnceLock::new() }
    }

    /// What it was made over.
    pub const fn ports(&self) -> &Ports {
        &self.ports
    }

    /// The row of a site, in whatever state.
    pub async fn row(
        &self,
        client_key: &ClientKey,
    ) -> Result<Option<installation::Installation>, port::StoreError> {
        let hash = sha256(client_key.as_str().as_bytes());
        let found = self.ports.registry.directory(DirectoryKind::Site, &hash).await?;
        let Some(entry) = found else {
            // As much is asked for a site that nobody knows as for one that is there, so that an answer's time does not tell
            // them apart; for refusals, see `Installations::spend`.
            let nobody = bowline_core::InstallationId::from_uuid(Uuid::nil());
            self.ports.rows.installation(TenantId::NOBODY, nobody).await?;
            return Ok(None);
        };
        let unreadable = |_| port::StoreError::Unreadable("the directory's entry of a site".to_owned());
        let id = entry.id.parse().map_err(unreadable)?;
        self.ports.rows.installation(entry.tenant, id).await
    }

    /// The connection that stands for a site; none for a product that is not synced, or if a person dropped it.
    pub async fn connection(&self, client_key: &ClientKey) -> Result<Option<Connection>, port::StoreError> {
        let Some(row) = self.row(client_key).await? else { return Ok(None) };
        match row.connection {
            Some(id) => self.ports.registry.connection(row.tenant, id).await,
            None => Ok(None),
        }
    }

    /// The tenant of a site.
    pub async fn tenant(&self, client_key: &ClientKey) -> Result<Option<TenantId>, port::StoreError> {
        Ok(self.row(client_key).await?.map(|row| row.tenant))
    }

    /// Rows with what their documents say, tenant by tenant, at most so many. No secret is opened. Rows that cannot be read
    /// are left out, and logged.
    pub async fn overview(
        &self,
        limit: usize,
    ) -> Result<Vec<(installation::Installation, Installation)>, StoreError> {
        let mut all = Vec::new();
        for tenant in self.ports.rows.installed().await.map_err(told)? {
            let left = u32::try_from(limit.saturating_sub(all.len())).unwrap_or(u32::MAX);
            if left == 0 {
                break;
            }
            let rows = self.ports.rows.installations(tenant, None, left).await.map_err(told)?;
            for row in rows.into_iter().filter(|row| !forge::is_forge(row)) {
                match document::read(&row, secrets::Opened::default()) {
                    Ok(read) => all.push((row, read)),
                    Err(error) => {
                        tracing::error!(%tenant, installation = %row.id, %error, "a site is not listed");
                    }
                }
            }
        }
        Ok(all)
    }

    /// What a token is that was used before.
    async fn known(&self, used: &UsedToken, now: Timestamp) -> Result<Option<Committed>, StoreError> {
        let before = self.ports.rows.used_token(&used.token, now).await.map_err(told)?;
        Ok(before.map(|before| match before.body == used.body {
            true => Committed::Repeated,
            false => Committed::Replayed,
        }))
    }

    /// A row without the secret before, as a commit. A document that cannot be read stays as it is; the secret goes all the
    /// same.
    fn wiped(row: installation::Installation, at: Timestamp) -> Option<Commit> {
        use bowline_core::commit::Change;
        let replaced = row.previous?;
        let document = document::without_previous(&row).unwrap_or_else(|error| {
            tracing::error!(tenant = %row.tenant, installation = %row.id, %error, "a replaced secret is wiped all the same");
            row.document.clone()
        });
        let tenant = row.tenant;
        let row = installation::Installation { previous: None, document, ..row };
        let changes = vec![Change::PutInstallation(Box::new(row)), Change::DropSecret(replaced.secret)];
        Some(Commit { tenant, fence: None, changes, at })
    }

    /// Wipes what has had its time in one tenant; says how many rows. A row that cannot be written does not keep the others.
    async fn wipe_tenant(&self, tenant: TenantId, now: Timestamp) -> Result<usize, StoreError> {
        let (mut wiped, mut first) = (0, None);
        loop {
            let rows = self.ports.rows.outdated(tenant, now, BATCH).await.map_err(told)?;
            let (full, before) = (rows.len() >= BATCH as usize, wiped);
            for row in rows {
                let id = row.id;
                let Some(commit) = Self::wiped(row, now) else { continue };
                match self.ports.commits.commit(commit).await {
                    Ok(()) => wiped += 1,
                    // A lifecycle call has just changed the row.
                    Err(port::StoreError::Conflict(_)) => {}
                    Err(error) => {
                        tracing::error!(%tenant, installation = %id, %error, "a replaced secret is not wiped");
                        first.get_or_insert(told(error));
                    }
                }
            }
            if !full || wiped == before {
                return first.map_or(Ok(wiped), Err);
            }
        }
    }
}

#[async_trait]
impl Installations for Sites {
    async fn find(&self, client_key: &ClientKey) -> Result<Option<Stored>, StoreError> {
        let Some(row) = self.row(client_key).await.map_err(told)? else { return Ok(None) };
        let opened = self.opened(&row).await.map_err(unsealed)?;
        let installation = document::read(&row, opened)?;
        Ok(Some(Stored { installation: Arc::new(installation), revision: Revision(row.revision) }))
    }

    async fn spend(&self, found: Option<&Stored>) -> Result<(), StoreError> {
        let found = found.map(|stored| &stored.installation);
        if found.is_none() {
            document::read_nobodys()?;
        }
        let opened =
            |it: &Installation| usize::from(it.secret.is_some()) + usize::from(it.previous.is_some());
        self.open_nothing(secrets::MOST - found.map_or(0, |found| opened(found))).await.map_err(unsealed)
    }

    async fn commit(&self, change: Change, now: Timestamp) -> Result<Committed, StoreError> {
        if let Some(used) = &change.used
            && let Some(known) = self.known(used, now).await?
        {
            return Ok(known);
        }
        let Some(commit) = self.plan(&change, now).await? else { return Ok(Committed::Stale) };
        crash::point("app.commit.before");
        let outcome = self.ports.commits.commit(commit).await;
        crash::point("app.commit.after");
        match (outcome, &change.used) {
            (Ok(()), _) => Ok(Committed::Done),
            // Somebody else used it up just now.
            (Err(port::StoreError::Conflict("used token")), Some(used)) => {
                Ok(self.known(used, now).await?.unwrap_or(Committed::Stale))
            }
            // The row, the connection, or a name was changed or taken meanwhile.
            (Err(port::StoreError::Conflict(_)), _) => Ok(Committed::Stale),
            (Err(error), _) => Err(told(error)),
        }
    }

    async fn use_token(&self, used: UsedToken, now: Timestamp) -> Result<Committed, StoreError> {
        let token = installation::UsedToken { token: used.token, body: used.body, until: used.until };
        match self.ports.rows.use_token(&token, now).await {
            Ok(()) => Ok(Committed::Done),
            Err(port::StoreError::Conflict(_)) => {
                Ok(self.known(&used, now).await?.unwrap_or(Committed::Stale))
            }
            Err(error) => Err(told(error)),
        }
    }

    /// Rows of all tenants. With many tenants this reads a little of each: it is for operators and tests.
    async fn list(&self, after: Option<&ClientKey>, limit: usize) -> Result<Vec<Installation>, StoreError> {
        let after = after.map(ClientKey::as_str);
        let most = u32::try_from(limit).unwrap_or(u32::MAX);
        let mut all = Vec::new();
        for tenant in self.ports.rows.installed().await.map_err(told)? {
            all.extend(self.ports.rows.installations(tenant, after, most).await.map_err(told)?);
        }
        all.retain(|row| !forge::is_forge(row));
        all.sort_by(|one, other| one.client_key.cmp(&other.client_key));
        all.truncate(limit);
        let mut read = Vec::with_capacity(all.len());
        for row in all {
            let opened = self.opened(&row).await.map_err(unsealed)?;
            read.push(document::read(&row, opened)?);
        }
        Ok(read)
    }

    async fn wipe(&self, now: Timestamp) -> Result<usize, StoreError> {
        let forgotten = self.ports.rows.forget_tokens(now).await.map_err(told)?;
        let mut wiped = usize::try_from(forgotten).unwrap_or(usize::MAX);
        let mut first = None;
        for tenant in self.ports.rows.installed().await.map_err(told)? {
            match self.wipe_tenant(tenant, now).await {
                Ok(rows) => wiped += rows,
                Err(error) => {
                    tracing::error!(%tenant, %error, "what has had its time is not wiped");
                    first.get_or_insert(error);
                }
            }
        }
        first.map_or(Ok(wiped), Err)
    }
}

/// The store's words quote no row.
fn told(error: port::StoreError) -> StoreError {
    StoreError(error.to_string())
}

fn unsealed(error: SealError) -> StoreError {
    StoreError(error.to_string())
}
