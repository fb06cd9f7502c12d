//! A profile as the API shows it: a line of a list, or whole with its document.

use bowline_core::profile::{Profile, ProfileState};
use bowline_core::{ConnectionId, ProfileId, Timestamp};
use serde::Serialize;

/// A line of a list.
#[derive(Serialize)]
pub(super) struct View {
    id: ProfileId,
    name: String,
    left: ConnectionId,
    right: ConnectionId,
    state: ProfileState,
    revision: i64,
    created_at: Timestamp,
}

/// A profile with its document.
#[derive(Serialize)]
pub(super) struct Whole {
    #[serde(flatten)]
    view: View,
    document: String,
}

impl From<Profile> for View {
    fn from(profile: Profile) -> Self {
        Self {
            id: profile.id,
            name: profile.name,
            left: profile.left,
            right: profile.right,
            state: profile.state,
            revision: profile.revision,
            created_at: profile.created_at,
        }
    }
}

impl From<Profile> for Whole {
    fn from(mut profile: Profile) -> Self {
        let document = std::mem::take(&mut profile.document);
        Self { view: profile.into(), document }
    }
}
