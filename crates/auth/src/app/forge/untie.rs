//! An installation is not ours any more: its tokens are forgotten, and its connection needs a person. Links are kept.
//!
//! A push of tokens may be under way that was looked up before. The grant ends as one that was taken back, which no push
//! wakes; only a code that is entered anew does ([`super::tie`]). Whichever of the two commits first, the other finds the
//! grant changed and looks again.

use bowline_connect::forge::InstallationId;
use bowline_connect::installation::StoreError;
use bowline_core::code::AUTH_APP_UNINSTALLED;
use bowline_core::commit::{Change, Commit};
use bowline_core::connection::Health;
use bowline_core::finding::{Cause, Occurrence};
use bowline_core::grant::{Grant, GrantEvent, GrantEventKind, GrantState};
use bowline_core::installation::Installation;
use bowline_core::port;
use bowline_core::work::Entity;
use bowline_core::{EventId, FindingId, TenantId, Timestamp};

use super::{ForgeSites, document, told};

/// How often an untie is begun anew because something has changed under it: tokens come with every event.
const TRIES: u32 = 8;

impl ForgeSites {
    /// Unties an installation of a tenant; says whether it had it.
    pub async fn untie_of(
        &self,
        tenant: TenantId,
        installation: &InstallationId,
    ) -> Result<bool, StoreError> {
        self.untied(installation, |row| row.tenant == tenant).await
    }

    /// Says whether it was ours.
    pub(super) async fn untie(&self, installation: &InstallationId) -> Result<bool, StoreError> {
        self.untied(installation, |_| true).await
    }

    async fn untied(
        &self,
        installation: &InstallationId,
        is_meant: impl Fn(&Installation) -> bool,
    ) -> Result<bool, StoreError> {
        let mut tries = 0;
        loop {
            let row = self.row(installation).await.map_err(told)?;
            let Some(row) = row.filter(&is_meant) else { return Ok(false) };
            let (tenant, at) = (row.tenant, self.ports.clock.now());
            let mut changes = vec![Change::DropInstallation { id: row.id, revision: row.revision }];
            changes.extend(self.left(&row, at).await.map_err(told)?);
            match self.ports.commits.commit(Commit { tenant, fence: None, changes, at }).await {
                Ok(()) => return Ok(true),
                // A token came, or the connection was looked at, at the same time.
                Err(port::StoreError::Conflict(_)) if tries < TRIES => tries += 1,
                Err(error) => return Err(told(error)),
            }
        }
    }

    async fn left(&self, row: &Installation, at: Timestamp) -> Result<Vec<Change>, port::StoreError> {
        let mut changes = Vec::new();
        let grant = document::read(row).ok().and_then(|remote| remote.grant);
        if let Some(id) = grant
            && let Some(grant) = self.grants.grant(row.tenant, id).await?
        {
            changes.extend(self.taken_back(grant, at));
        }
        let connection = match row.connection {
            Some(id) => self.ports.registry.connection(row.tenant, id).await?,
            None => None,
        };
        if let Some(connection) = connection {
            let health = Health::NeedsAttention { code: AUTH_APP_UNINSTALLED };
            let (connection, revision) = (connection.id, connection.revision);
            changes.push(Change::Health { connection, revision, health, identity: None });
            let id = FindingId::new(at, self.ports.entropy.as_ref());
            let cause = Cause::of(AUTH_APP_UNINSTALLED).at(connection);
            changes.push(Change::Raise(Box::new(Occurrence { id, cause, entity: None, words: None })));
        }
        Ok(changes)
    }

    /// A grant without tokens, and the line of its history.
    fn taken_back(&self, grant: Grant, at: Timestamp) -> Vec<Change> {
        let (state, code) = (GrantState::Revoked, Some(AUTH_APP_UNINSTALLED));
        let event = GrantEvent {
            tenant: grant.tenant,
            id: EventId::new(at, self.ports.entropy.as_ref()),
            grant: grant.id,
            kind: GrantEventKind::Revoked,
            state,
            code: code.clone(),
            words: None,
            at,
        };
        let mut changes: Vec<Change> = grant.secret.map(Change::DropSecret).into_iter().collect();
        changes.push(Change::Settle { entity: Entity::Grant(grant.id), except: Vec::new() });
        let over = Grant { secret: None, access_until: None, state, reason: code, since: at, ..grant };
        changes.push(Change::PutGrant(Box::new(over)));
        changes.push(Change::NoteGrant(Box::new(event)));
        changes
    }
}
