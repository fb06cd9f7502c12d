//! An installation is not ours any more: its tokens are forgotten, and its connection needs a person. Links are kept.

use bowline_connect::forge::InstallationId;
use bowline_connect::installation::StoreError;
use bowline_core::FindingId;
use bowline_core::code::AUTH_APP_UNINSTALLED;
use bowline_core::commit::{Change, Commit};
use bowline_core::connection::Health;
use bowline_core::finding::{Cause, Occurrence};
use bowline_core::grant::{Grant, GrantState};
use bowline_core::installation::Installation;
use bowline_core::port;
use bowline_core::work::Entity;

use super::{ForgeSites, document, told};

impl ForgeSites {
    /// Says whether it was ours.
    pub(super) async fn untie(&self, installation: &InstallationId) -> Result<bool, StoreError> {
        let Some(row) = self.row(installation).await.map_err(told)? else { return Ok(false) };
        let (tenant, at) = (row.tenant, self.ports.clock.now());
        let mut changes = vec![Change::DropInstallation { id: row.id, revision: row.revision }];
        changes.extend(self.left(&row).await.map_err(told)?);
        self.ports.commits.commit(Commit { tenant, fence: None, changes, at }).await.map_err(told)?;
        Ok(true)
    }

    async fn left(&self, row: &Installation) -> Result<Vec<Change>, port::StoreError> {
        let (mut changes, at) = (Vec::new(), self.ports.clock.now());
        let grant = document::read(row).ok().and_then(|remote| remote.grant);
        if let Some(id) = grant
            && let Some(grant) = self.grants.grant(row.tenant, id).await?
        {
            changes.extend(grant.secret.map(Change::DropSecret));
            changes.push(Change::Settle { entity: Entity::Grant(id), except: Vec::new() });
            let (state, reason) = (GrantState::NeedsReauth, Some(AUTH_APP_UNINSTALLED));
            let over = Grant { secret: None, access_until: None, state, reason, since: at, ..grant };
            changes.push(Change::PutGrant(Box::new(over)));
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
}
