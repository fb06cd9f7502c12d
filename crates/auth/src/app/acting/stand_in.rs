//! A grant that has no row: what a site lets the app do for its people.
//!
//! A person who is acted for is named by a grant all over ([`bowline_core::delegation::Delegate`]), and here nobody has given one. So
//! one stands in whose id is the installation's in the place of a number: ids are UUIDs of version 7, these of version 8,
//! which RFC 9562 leaves to whoever makes them. No row of the table of grants can ever have such an id.

use bowline_core::{GrantId, InstallationId};
use uuid::Uuid;

/// Versions of UUIDs.
const ROWS: u8 = 7;
const STAND_INS: u8 = 8;

/// The grant that stands in for an installation.
pub(crate) fn grant_of(installation: InstallationId) -> GrantId {
    GrantId::from_uuid(of_version(installation.uuid(), STAND_INS))
}

/// The installation that a grant stands in for; `None` for one that has a row.
pub(crate) fn installation_of(grant: GrantId) -> Option<InstallationId> {
    let is_stand_in = grant.uuid().get_version_num() == usize::from(STAND_INS);
    is_stand_in.then(|| InstallationId::from_uuid(of_version(grant.uuid(), ROWS)))
}

fn of_version(uuid: Uuid, version: u8) -> Uuid {
    let mut bytes = uuid.into_bytes();
    if let Some(byte) = bytes.get_mut(6) {
        *byte = (*byte & 0x0f) | (version << 4);
    }
    Uuid::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use bowline_core::port::Clock as _;

    use super::*;
    use crate::{SystemClock, SystemEntropy};

    #[test]
    fn a_stand_in_leads_back_to_its_installation_and_no_row_is_one() {
        let now = SystemClock.now();
        let (one, other) =
            (InstallationId::new(now, &SystemEntropy), InstallationId::new(now, &SystemEntropy));
        assert_eq!(installation_of(grant_of(one)), Some(one));
        assert_ne!(grant_of(one), grant_of(other));
        assert_ne!(grant_of(one).uuid(), one.uuid());
        assert_eq!(installation_of(GrantId::new(now, &SystemEntropy)), None);
        assert_eq!(installation_of(GrantId::from_uuid(one.uuid())), None);
        assert_eq!(installation_of(GrantId::from_uuid(Uuid::nil())), None);
    }
}
