//! The few laws that everything hangs on, in one place and by value.
//!
//! The engine calls them through [`Laws`], so that a test may replace one by a wrong one and see that the
//! simulation notices. There is only one right set: [`Laws::default`].

use bowline_core::fingerprint::Fingerprint;
use bowline_core::{CommandId, ShareId};

use crate::base::Base;

/// The laws. Production code only ever uses the default.
#[derive(Clone, Copy, Debug)]
pub struct Laws {
    /// Whether a side moved: what is read now against what was last in sync. What equals the base is our own
    /// write coming back, or nothing at all.
    pub moved: fn(now: Fingerprint, base: Fingerprint) -> bool,
    /// The new base of a side after a write: what was sent. What was read back becomes the base only where it is
    /// equal to that; otherwise it is somebody's edit and must be seen as one.
    pub rebase: fn(read: Fingerprint, sent: Fingerprint) -> Fingerprint,
    /// The base as it is stored.
    pub keep: fn(base: Base) -> Base,
    /// The marker as it is put into an item we create.
    pub mark: fn(share: ShareId) -> ShareId,
    /// The marker as it is put into a comment that we write: by it alone we know again what stands under a person's name.
    pub sign: fn(command: CommandId) -> CommandId,
}

impl Default for Laws {
    fn default() -> Self {
        Self {
            moved: |now, base| now != base,
            rebase: |_read, sent| sent,
            keep: |base| base,
            mark: |share| share,
            sign: |command| command,
        }
    }
}
