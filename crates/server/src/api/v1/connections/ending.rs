//! When a secret ends, as a person says it.

use bowline_core::Timestamp;
use bowline_core::commit::Change;
use bowline_core::connection::Connection;
use bowline_core::credential::{Credential, Known};

use crate::app::App;
use crate::problem::Problem;

/// What is to be stored of a connection's secret.
pub(super) async fn entered(
    app: &App,
    connection: &Connection,
    expires_at: Timestamp,
) -> Result<Change, Problem> {
    let now = app.ports.clock.now();
    if expires_at <= now {
        return Err(Problem::bad_request("`expires_at` lies in the past."));
    }
    let known = app.ports.grants.credentials(connection.tenant).await?;
    let known = known.into_iter().find(|row| row.connection == connection.id);
    let same = known.as_ref().is_some_and(|row| row.secret == connection.secret);
    let row = Credential {
        tenant: connection.tenant,
        connection: connection.id,
        secret: connection.secret,
        stored_at: known.as_ref().filter(|_| same).map_or(now, |row| row.stored_at),
        expires_at: Some(expires_at),
        known: Known::Entered,
        vendor_id: None,
        used_at: known.as_ref().filter(|_| same).and_then(|row| row.used_at),
        asked_at: None,
        // Whoever was warned of the end before is warned of this one; the finding is settled by the next look.
        warned: known.as_ref().and_then(|row| row.warned),
        swap: None,
        held_until: None,
        revision: known.map_or(0, |row| row.revision),
    };
    Ok(Change::PutCredential(Box::new(row)))
}
