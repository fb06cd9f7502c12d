//! The wall clock of this machine: the service and the simulators stamp what they do with the same one.

use jiff::Timestamp;

/// Now.
#[expect(
    clippy::disallowed_methods,
    reason = "compared with times that other processes took from the same clock"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
