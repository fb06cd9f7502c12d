//! `POST /api/v1/connections/{connection}/rotate-hook`: a new address for the tool's webhooks. The old one is
//! accepted for a while, so that it can be changed in the tool without losing a delivery.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bowline_core::commit::{Change, DirectoryKind};
use bowline_core::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{named, proof};
use crate::app::App;
use crate::caller::Caller;
use crate::extract::{Name, Query};
use crate::problem::Problem;

/// How long the old address is accepted, in hours, if not said otherwise: time for whoever looks after the tool.
const OVERLAP: u32 = 24;

/// An old address that lives longer than a month was not meant to be replaced.
const LONGEST_OVERLAP: u32 = 31 * 24;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    overlap_hours: Option<u32>,
}

/// The new address, shown once.
#[derive(Serialize)]
pub(super) struct Rotated {
    url: String,
    old_until: Timestamp,
}

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Name(name): Name,
    Query(ask): Query<Ask>,
) -> Result<Json<Rotated>, Problem> {
    let overlap = ask.overlap_hours.unwrap_or(OVERLAP);
    if overlap > LONGEST_OVERLAP {
        return Err(Problem::bad_request("`overlap_hours` is a number from 0 to 744."));
    }
    let connection = named(&app, &caller, &name).await?;
    let now = app.ports.clock.now();
    let overlap = SignedDuration::from_hours(i64::from(overlap));
    let old_until = now.checked_add(overlap).map_err(|_| Problem::defect())?;
    let (url, hook) = proof::new_hook(&app, connection.id);
    // There are never more than two: one that an earlier change had left to run out is not accepted any more. Of two
    // changes at once the second is refused with the connection's revision.
    let (kind, id) = (DirectoryKind::Hook, connection.id.to_string());
    let end = Change::EndDirectory { kind, id, until: old_until };
    let changes = vec![end, hook, Change::PutConnection(Box::new(connection))];
    app.write(caller.tenant, changes).await?;
    Ok(Json(Rotated { url, old_until }))
}
