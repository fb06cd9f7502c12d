//! Whether a delivery tells anything that is not known already. Asked as it comes in, and again by the look.

use bowline_core::connection::Connection;
use bowline_core::event::{About, Hint};
use bowline_core::item::Version;
use bowline_core::share::{Share, ShareState};
use bowline_core::{ConnectionId, Side};

use crate::reconcile::SWEEP_EVENT;

/// The side of a share on which an item of a connection is.
pub(crate) fn side_of(share: &Share, connection: ConnectionId, item: &str) -> Option<Side> {
    let is_it = |side: &Side| {
        share.connection(*side) == connection && share.end(*side).at.as_ref().is_some_and(|at| at.id == item)
    };
    Side::BOTH.into_iter().find(is_it)
}

/// Whether a version was dealt with: an older one was; an equal one too, unless somebody else made it, for two changes
/// in the same instant may carry the same version.
pub(crate) fn is_seen(seen: Option<Version>, connection: &Connection, hint: &Hint) -> bool {
    let (Some(version), Some(seen)) = (hint.version, seen) else { return false };
    let ours = hint.actor.is_none() || is_ours(connection, hint);
    version < seen || version == seen && ours && hint.event != SWEEP_EVENT
}

/// Whether it tells of something that was done in our name.
pub(crate) fn is_ours(connection: &Connection, hint: &Hint) -> bool {
    let identity = connection.identity.as_ref().map(|we| we.id.as_str());
    hint.actor.is_some() && hint.actor.as_deref() == identity
}

/// Whether a share needs no look for a delivery. What a share has seen never goes back, so a share read a moment ago
/// is good enough; and what a crash or a failure left open is work of its own, which stands in its own row.
pub(crate) fn is_over(share: &Share, connection: &Connection, hint: &Hint) -> bool {
    let About::Item { id, .. } = &hint.about else { return false };
    let side = side_of(share, connection.id, id);
    share.state == ShareState::Active
        && share.missing_at.is_none()
        && side.is_some_and(|side| is_seen(share.end(side).seen, connection, hint))
}
