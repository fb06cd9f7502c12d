//! What a failed probe means. It is the first call over a connection, so it is the one that meets a wrong address;
//! and unlike a call about an item, it fails for the connection as a whole.

use bowline_core::Failure;
use bowline_core::code::{NET_WRONG_ADDRESS, TOOL_NOT_FOUND};
use bowline_core::failure::Act;

/// The failure of a probe: whatever does not pass by itself waits for a person.
pub(crate) fn refused(mut failure: Failure) -> Failure {
    if failure.act == Act::Park {
        failure.act = Act::Wait;
    }
    if failure.code == TOOL_NOT_FOUND {
        failure.code = NET_WRONG_ADDRESS;
    }
    failure
}
