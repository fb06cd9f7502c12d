//! The real binary as an app that a Jira site has installed: the site's host signs what it sends and checks what it gets.

mod cli;
mod host;
#[cfg(feature = "crash")]
mod killed;
mod life;
