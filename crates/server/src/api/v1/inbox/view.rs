//! A delivery as the API shows it.

use bowline_core::event::{About, Hint, InboxRow, InboxState};
use bowline_core::work::Entity;
use bowline_core::{ConnectionId, EventId, Timestamp};
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct View {
    id: EventId,
    connection: ConnectionId,
    state: InboxState,
    /// The vendor's name for the event; unknown if the delivery could not be read.
    event: Option<String>,
    /// The vendor's id of the delivery.
    delivery: Option<String>,
    about: Option<About>,
    /// What has to look at it.
    entity: Option<Entity>,
    /// Why it was ignored or parked, or what came of it.
    outcome: Option<String>,
    received_at: Timestamp,
}

impl From<InboxRow> for View {
    fn from(row: InboxRow) -> Self {
        let (event, delivery, about) = match row.hint {
            Some(Hint { event, delivery, about, .. }) => (Some(event), delivery, Some(about)),
            None => (None, None, None),
        };
        Self {
            id: row.id,
            connection: row.connection,
            state: row.state,
            event,
            delivery,
            about,
            entity: row.entity,
            outcome: row.outcome,
            received_at: row.received_at,
        }
    }
}
