//! Our Forge app in the sites that have installed it: keeps codes and installations for `connect`, each with its tenant.
//!
//! Forge shares no secret with the app and tells nobody of its end. So an installation is ours once an administrator has
//! entered a code that was made for a tenant ([`tie`]), and what calls are signed with comes with its calls: a grant of the
//! kind that is pushed ([`crate::life`]). Codes and installations are found by hashes in the directory.

mod document;
mod tie;
mod untie;

use std::sync::Arc;

use async_trait::async_trait;
use bowline_connect::forge::{
    AppId, CodeHash, InstallationId, Invoked, Offer, Once, Remotes, Taken, Used, What,
};
use bowline_connect::installation::StoreError;
use bowline_core::commit::{Change, Commit, DirectoryKind};
use bowline_core::connection::Connection;
use bowline_core::feature::Feature;
use bowline_core::grant::Provider;
use bowline_core::installation::{Installation, UsedToken};
use bowline_core::port::{self, Grants, SealError};
use bowline_core::secret::Secret;
use bowline_core::{TenantId, Timestamp};
use url::Url;

pub use document::Remote;
pub(super) use document::is_forge;

use super::{Ports, Sites, told};
use crate::life::Life;
use crate::scopes::{self, Kind};
use crate::token::sha256;

/// Which app, and where its calls go.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Forge's name for the app.
    pub app: AppId,
    /// Atlassian's API gateway: tokens are shown there and nowhere else.
    pub gateway: Url,
}

/// How many rows of one tenant are looked at.
const MOST: u32 = 10_000;

/// Keeps the installations of our Forge app.
pub struct ForgeSites {
    ports: Ports,
    life: Arc<Life>,
    grants: Arc<dyn Grants>,
    facts: Facts,
}

/// The scopes of Jira that the app asks for: what two-way sync needs.
pub fn product_scopes() -> Vec<String> {
    scopes::smallest(Provider::Forge, &Feature::ALL, Kind::Classic)
}

impl ForgeSites {
    /// Over one database.
    pub fn new(ports: Ports, life: Arc<Life>, grants: Arc<dyn Grants>, facts: Facts) -> Self {
        Self { ports, life, grants, facts }
    }

    /// Forge's name for the app.
    pub fn app(&self) -> &AppId {
        &self.facts.app
    }

    /// The row of an installation that is ours.
    pub async fn row(&self, installation: &InstallationId) -> Result<Option<Installation>, port::StoreError> {
        let hash = sha256(installation.as_str().as_bytes());
        let found = self.ports.registry.directory(DirectoryKind::Remote, &hash).await?;
        let Some(entry) = found else { return Ok(None) };
        let unreadable =
            |_| port::StoreError::Unreadable("the directory's entry of an installation".to_owned());
        let id = entry.id.parse().map_err(unreadable)?;
        self.ports.rows.installation(entry.tenant, id).await
    }

    /// The connection that stands for an installation; none where Jira is not among its products, or if a person dropped it.
    pub async fn connection(
        &self,
        installation: &InstallationId,
    ) -> Result<Option<Connection>, port::StoreError> {
        let Some(row) = self.row(installation).await? else { return Ok(None) };
        match row.connection {
            Some(id) => self.ports.registry.connection(row.tenant, id).await,
            None => Ok(None),
        }
    }

    /// Takes in what came with a call of an installation that is ours: the app's token, and which version called. The user's
    /// token is kept nowhere.
    pub async fn heard(&self, taken: &Taken) -> Result<(), SealError> {
        let Some(mut row) = self.row(&taken.installation).await? else { return Ok(()) };
        let Ok(mut remote) = document::read(&row) else { return Ok(()) };
        if let (Some(token), Some(grant)) = (fit(taken.invoked.system_token.as_ref()), remote.grant) {
            match self.life.push(row.tenant, grant, token).await {
                // A person has dropped the connection, and its grant with it.
                Err(SealError::Store(port::StoreError::NotFound(_))) => {}
                done => done?,
            }
        }
        if !remote.notice(&taken.invoked.invocation) {
            return Ok(());
        }
        let (tenant, at) = (row.tenant, self.ports.clock.now());
        row.document = document::write(&remote)?;
        let changes = vec![Change::PutInstallation(Box::new(row))];
        match self.ports.commits.commit(Commit { tenant, fence: None, changes, at }).await {
            // Another call has just said the same.
            Ok(()) | Err(port::StoreError::Conflict(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

impl Sites {
    /// Installations of our Forge app with what their documents say, tenant by tenant, at most so many. Those that cannot
    /// be read are left out. They are there whether the app is served or not.
    pub async fn remotes(&self, limit: usize) -> Result<Vec<(Installation, Remote)>, port::StoreError> {
        let mut all = Vec::new();
        for tenant in self.ports.rows.installed().await? {
            let rows = self.ports.rows.installations(tenant, None, MOST).await?;
            let read =
                rows.into_iter().filter_map(|row| document::read(&row).ok().map(|remote| (row, remote)));
            all.extend(read.take(limit.saturating_sub(all.len())));
        }
        Ok(all)
    }
}

/// A token that fits into a header; others are none.
fn fit(token: Option<&Secret>) -> Option<&Secret> {
    token.filter(|token| {
        let bytes = token.expose();
        !bytes.is_empty() && bytes.iter().all(u8::is_ascii_graphic)
    })
}

#[async_trait]
impl Remotes for ForgeSites {
    async fn use_once(&self, once: &Once, now: Timestamp) -> Result<Used, StoreError> {
        let what: &[u8] = match once.what {
            What::Token => b"forge token ",
            What::Event => b"forge event ",
        };
        let name = [what, once.name.as_slice(), once.installation.as_str().as_bytes()].concat();
        let used = UsedToken { token: sha256(&name), body: once.name, until: once.until };
        match self.ports.rows.use_token(&used, now).await {
            Ok(()) => Ok(Used::First),
            Err(port::StoreError::Conflict(_)) => Ok(Used::Again),
            Err(error) => Err(told(error)),
        }
    }

    async fn offer(&self, offer: Offer) -> Result<(), StoreError> {
        let tenant = owner(&offer.owner)?;
        let at = self.ports.clock.now();
        let id = bowline_core::InstallationId::new(at, self.ports.entropy.as_ref()).to_string();
        let (kind, hash, until) = (DirectoryKind::PairingCode, offer.code.0, Some(offer.until));
        let changes = vec![Change::PutDirectory { kind, hash, id, until }];
        let commit = Commit { tenant, fence: None, changes, at };
        self.ports.commits.commit(commit).await.map_err(told)
    }

    async fn offered(&self, code: &CodeHash, now: Timestamp) -> Result<Option<Offer>, StoreError> {
        let found = self.ports.registry.directory(DirectoryKind::PairingCode, &code.0).await.map_err(told)?;
        let offer = found.and_then(|entry| {
            let until = entry.until.filter(|until| *until > now)?;
            Some(Offer { code: *code, owner: entry.tenant.to_string(), until })
        });
        Ok(offer)
    }

    async fn pair(
        &self,
        installation: &InstallationId,
        invoked: &Invoked,
        code: &CodeHash,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.tie(installation, invoked, (code, now)).await
    }

    async fn owner(&self, installation: &InstallationId) -> Result<Option<String>, StoreError> {
        let hash = sha256(installation.as_str().as_bytes());
        let found = self.ports.registry.directory(DirectoryKind::Remote, &hash).await.map_err(told)?;
        Ok(found.map(|entry| entry.tenant.to_string()))
    }

    async fn unpair(&self, installation: &InstallationId) -> Result<bool, StoreError> {
        self.untie(installation).await
    }

    async fn wipe(&self, now: Timestamp) -> Result<usize, StoreError> {
        let forgotten = self.ports.rows.forget_tokens(now).await.map_err(told)?;
        Ok(usize::try_from(forgotten).unwrap_or(usize::MAX))
    }
}

/// Whose something is, in the port's words.
fn owner(text: &str) -> Result<TenantId, StoreError> {
    text.parse().map_err(|_| StoreError("the owner of a code is no tenant".to_owned()))
}
