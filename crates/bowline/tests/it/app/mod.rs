//! The real binary as an app that Jira sites have installed: the host of each signs what it sends and checks what it gets.

mod acting;
mod cli;
mod crowd;
mod host;
#[cfg(feature = "crash")]
mod killed;
mod life;
mod off;
