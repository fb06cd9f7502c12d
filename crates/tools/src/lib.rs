//! Adapters: they make a vendor's tool speak Bowline's words.
//!
//! One folder for each tool, one line in [`Registry`]. What lives here: what a delivery means (`Hints`), and
//! reading and writing through a vendor's REST API (`Tool`, `Catalogue`). What does not: the HTTP client, secrets
//! and the clock (ports of `core`), and every decision about what to write (`sync`, `mapping`). A vendor's oddities
//! end here.

mod cache;
mod create;
mod jira;
mod line;
mod name;
mod probe;
mod registry;
mod rich;
mod seldom;
mod split;
mod targetprocess;

pub use registry::Registry;
