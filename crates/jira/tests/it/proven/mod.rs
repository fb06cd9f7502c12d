//! Every call against the simulators, on both products.
//!
//! Each request is written down, if the folder for that is named, and then held against Atlassian's documents by the crate
//! `oracle`: its path, its query and its body. The table in `docs/jira-calls.md` is made of what was written.

mod agile;
mod bulk;
mod calls;
mod files;
mod hooks;
mod issues;
mod world;

pub(crate) use world::{Place, administered, both, cloud, data_center};
