//! A share as the API shows it: both ends, how far it has come, and why it stands still.

use bowline_core::share::{Origin, Share, ShareState};
use bowline_core::{Code, ConnectionId, ProfileId, ShareId, Side, Timestamp};
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct View {
    id: ShareId,
    profile: ProfileId,
    state: ShareState,
    reason: Option<Reason>,
    /// Whether an open finding is about it.
    troubled: bool,
    left: End,
    right: End,
    /// The end that existed first.
    source: Side,
    origin: Origin,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Serialize)]
struct Reason {
    code: Code,
    title: String,
    remedy: Option<&'static str>,
}

/// One end; everything but the connection is unknown until the item was created.
#[derive(Serialize)]
struct End {
    connection: ConnectionId,
    id: Option<String>,
    key: Option<String>,
    kind: Option<String>,
    scope: Option<String>,
    url: Option<String>,
}

impl From<Share> for View {
    fn from(share: Share) -> Self {
        Self {
            id: share.id,
            profile: share.profile,
            state: share.state,
            reason: share.reason.clone().map(|code| Reason {
                title: code.title().to_owned(),
                remedy: code.find().map(|entry| entry.remedy),
                code,
            }),
            troubled: share.troubled,
            left: end(&share, Side::Left),
            right: end(&share, Side::Right),
            source: share.source,
            origin: share.origin,
            created_at: share.created_at,
            updated_at: share.updated_at,
        }
    }
}

fn end(share: &Share, side: Side) -> End {
    let at = share.end(side).at.clone();
    let connection = share.connection(side);
    match at {
        None => End { connection, id: None, key: None, kind: None, scope: None, url: None },
        Some(at) => End {
            connection,
            id: Some(at.id),
            key: Some(at.key),
            kind: Some(at.kind),
            scope: Some(at.scope),
            url: Some(at.url),
        },
    }
}
