//! What is measured, one after the other: edits that wait for each other, edits at an even pace, edits all at once.

pub(crate) mod alone;
pub(crate) mod burst;
pub(crate) mod pace;
