//! Forgetting a site that has removed the app: its row, what it was found by, what it shared, and the connection that stood for
//! it. If the site installs the app once more, it is a site that nobody knows.

use bowline_connect::installation::{ClientKey, StoreError};
use bowline_core::code::AUTH_APP_UNINSTALLED;
use bowline_core::commit::{Change, Commit};
use bowline_core::finding::Cause;
use bowline_core::port;

use super::{Sites, document, secrets, told};

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgotten {
    /// It is forgotten.
    Done,
    /// Nobody knows it.
    Unknown,
    /// It has the app: only what is gone is forgotten.
    Installed,
    /// A profile uses its connection.
    Used,
    /// It was changed meanwhile: look again.
    Changed,
}

impl Sites {
    /// Forgets a site that has removed the app, in one commit.
    pub async fn forget(&self, client_key: &ClientKey) -> Result<Forgotten, StoreError> {
        let Some(row) = self.row(client_key).await.map_err(told)? else { return Ok(Forgotten::Unknown) };
        // Nothing is opened: what cannot be opened can be forgotten all the same.
        if document::read(&row, secrets::Opened::default())?.is_live() {
            return Ok(Forgotten::Installed);
        }
        let mut changes = vec![Change::DropInstallation { id: row.id, revision: row.revision }];
        let replaced = row.previous.map(|replaced| replaced.secret);
        changes.extend(row.secret.into_iter().chain(replaced).map(Change::DropSecret));
        if let Some(connection) = row.connection {
            let key = Cause::of(AUTH_APP_UNINSTALLED).at(connection).key();
            changes.extend([Change::DropConnection(connection), Change::SettleCause { key }]);
        }
        let commit = Commit { tenant: row.tenant, fence: None, changes, at: self.ports.clock.now() };
        match self.ports.commits.commit(commit).await {
            Ok(()) => Ok(Forgotten::Done),
            Err(port::StoreError::Conflict("revision")) => Ok(Forgotten::Changed),
            Err(port::StoreError::Conflict(_)) => Ok(Forgotten::Used),
            Err(error) => Err(told(error)),
        }
    }
}
