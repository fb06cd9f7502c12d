//! The ports of `bowline_core::port`, one module each, on [`crate::Store`].
//!
//! Each method names the statements it needs and how their rows read; the SQL is in `tables`.

mod commits;
mod console;
mod delegations;
mod desk;
mod grants;
mod installations;
mod keys;
mod registry;
mod retention;
mod slices;
mod vault;
mod work_queue;
