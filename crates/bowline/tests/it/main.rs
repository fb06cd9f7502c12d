//! The real binary, as processes of its own, against simulators as processes of their own.

#[cfg(feature = "crash")]
mod crash;
mod demo;
mod house;
mod life;
mod processes;
