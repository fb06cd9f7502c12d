//! What is known of a connection's secret: its end, as a person says it, and what goes with it.

use bowline_core::Timestamp;
use bowline_core::commit::Change;
use bowline_core::connection::Connection;
use bowline_core::credential::{Credential, Known};

use crate::app::App;
use crate::problem::Problem;

/// What is known of it so far.
async fn known(app: &App, connection: &Connection) -> Result<Option<Credential>, Problem> {
    let all = app.ports.grants.credentials(connection.tenant).await?;
    Ok(all.into_iter().find(|row| row.connection == connection.id))
}

/// What goes with a connection that is forgotten.
pub(super) async fn forgotten(app: &App, connection: &Connection) -> Result<Option<Change>, Problem> {
    Ok(known(app, connection).await?.as_ref().and_then(Credential::left_over).map(Change::DropSecret))
}

/// What is to be stored of a connection's secret.
pub(super) async fn entered(
    app: &App,
    connection: &Connection,
    expires_at: Timestamp,
) -> Result<Vec<Change>, Problem> {
    let now = app.ports.clock.now();
    if expires_at <= now {
        return Err(Problem::bad_request("`expires_at` lies in the past."));
    }
    let known = known(app, connection).await?;
    let mut changes: Vec<Change> =
        known.as_ref().and_then(Credential::left_over).map(Change::DropSecret).into_iter().collect();
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
        held_by: None,
        revision: known.map_or(0, |row| row.revision),
    };
    changes.push(Change::PutCredential(Box::new(row)));
    Ok(changes)
}
