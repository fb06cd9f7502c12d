//! A person's name that is kept of Atlassian's cloud, and Atlassian's rule for it.
//!
//! Whoever consents to an app of ours is shown by name, so their name is kept with their grant. Atlassian wants to be asked
//! about every account of which an app keeps anything, once in a cycle, and says which names are to be erased or read
//! anew ("User privacy guide for app developers"). An account id alone is no personal data in that sense.

use jiff::Timestamp;

use crate::id::{GrantId, TenantId};

/// What is known of the name that is kept with a grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The customer it belongs to.
    pub tenant: TenantId,
    /// With which grant.
    pub grant: GrantId,
    /// When the name was read.
    pub known_at: Timestamp,
    /// When Atlassian is to be asked about it next.
    pub report_at: Timestamp,
    /// When it is erased if nobody could ask until then.
    pub erase_at: Timestamp,
}
