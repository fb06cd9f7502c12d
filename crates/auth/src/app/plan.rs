//! A lifecycle change as a commit.

use bowline_connect::installation::{Change, Revision, StoreError};
use bowline_core::commit::{self, Commit, DirectoryKind};
use bowline_core::installation::{Installation, Replaced, UsedToken};
use bowline_core::{InstallationId, Timestamp};

use super::secrets::Placed;
use super::{Sites, document, told, unsealed};
use crate::token::sha256;

impl Sites {
    /// Everything that the change makes durable; `None` if the row is not the one it was made from.
    pub(super) async fn plan(&self, change: &Change, at: Timestamp) -> Result<Option<Commit>, StoreError> {
        let it = &change.installation;
        let before = self.row(&it.client_key).await.map_err(told)?;
        let revision = before.as_ref().map(|row| Revision(row.revision));
        if revision != change.expected {
            return Ok(None);
        }
        // What makes the commit fail comes first.
        let mut changes: Vec<commit::Change> = change
            .used
            .iter()
            .map(|used| {
                commit::Change::UseToken(UsedToken { token: used.token, body: used.body, until: used.until })
            })
            .collect();
        let (tenant, id) = match &before {
            Some(row) => (row.tenant, row.id),
            None => {
                let (tenant, made) = self.home(it, at).await?;
                changes.extend(made.map(commit::Change::AddTenant));
                (tenant, InstallationId::new(at, self.ports.entropy.as_ref()))
            }
        };
        let mut placed = Placed::over(self, tenant, before.as_ref(), at).await.map_err(unsealed)?;
        let secret = placed.place(it.secret.as_ref()).await.map_err(unsealed)?;
        let previous = it.previous.as_ref();
        let replaced = placed.place(previous.map(|previous| &previous.secret)).await.map_err(unsealed)?;
        let replaced = replaced.zip(previous);
        let mut row = Installation {
            tenant,
            id,
            client_key: it.client_key.as_str().to_owned(),
            connection: before.as_ref().and_then(|row| row.connection),
            secret,
            previous: replaced.map(|(secret, previous)| Replaced { secret, until: previous.until }),
            document: document::write(it)?,
            revision: before.as_ref().map_or(0, |row| row.revision),
        };
        let standing = self.standing(&mut row, it, at).await.map_err(told)?;
        if before.is_none() {
            let hash = sha256(it.client_key.as_str().as_bytes());
            let (kind, id) = (DirectoryKind::Site, id.to_string());
            changes.push(commit::Change::PutDirectory { kind, hash, id, until: None });
        }
        changes.push(commit::Change::PutInstallation(Box::new(row)));
        changes.extend(placed.finish());
        changes.extend(standing);
        Ok(Some(Commit { tenant, fence: None, changes, at }))
    }
}
