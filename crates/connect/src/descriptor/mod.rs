//! The app descriptor, `atlassian-connect.json`: built from parts, and checked.
//!
//! [`check`] is for descriptors from anywhere, [`schema`] says the same as JSON Schema; what [`Builder`] builds was checked. The rules are those of
//! developer.atlassian.com/cloud/jira/platform/connect-app-descriptor; the members of each kind of module are those that
//! Atlassian's own schema names (npm `@forge/manifest` 13.7.0, `connect-jira:*` and `connect-confluence:*`).

mod builder;
mod check;
mod modules;
mod schema;
mod scope;

pub use builder::{Builder, Descriptor, Webhook};
pub use check::{Level, Problem, check};
pub use schema::schema;
pub use scope::Scope;
