//! Who sends: from the two parts of a webhook's path to the connection they belong to.

use bowline_auth::intake;
use bowline_core::ConnectionId;
use bowline_core::commit::DirectoryKind;
use bowline_core::connection::Connection;
use bowline_core::port::StoreError;
use uuid::Uuid;

use crate::app::App;

/// The connection that a path leads to, if its token is right and still valid.
///
/// An unknown connection and a wrong token are one thing here: no such key in the directory.
pub(super) async fn find(app: &App, connection: &str, token: &str) -> Result<Option<Connection>, StoreError> {
    // A path that names no connection is looked up like any other, so that it takes as long.
    let named = connection.parse().unwrap_or(ConnectionId::from_uuid(Uuid::nil()));
    let hash = intake::hook_hash(named, token);
    let registry = &app.ports.registry;
    let Some(entry) = registry.directory(DirectoryKind::Hook, &hash).await? else { return Ok(None) };
    let now = app.ports.clock.now();
    match entry.id.parse() {
        Ok(id) if entry.until.is_none_or(|until| until > now) => registry.connection(entry.tenant, id).await,
        _ => Ok(None),
    }
}
