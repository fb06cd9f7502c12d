//! What is kept of each site that installed the app, and where.
//!
//! An installation is known by the site's *client key*, which is opaque: two sites of one address, before and after an
//! import, have two. Nothing is ever found or merged by address. Whoever keeps installations implements
//! [`Installations`] and runs [`conformance`] against it.

pub mod conformance;
mod memory;
mod row;
mod store;

pub use memory::MemoryInstallations;
pub use row::{ClientKey, Installation, Previous, Product, Scheme, State};
pub use store::{Change, Committed, Installations, Revision, StoreError, Stored, UsedToken};
