//! Jira's REST API, for Cloud and for Data Center: wire types, typed calls, JQL and webhook bodies.
//!
//! What lives here: the vendor's names and shapes, and the differences between the two faces ([`Deployment`]).
//! What does not: what a field means to anybody (`tools`), how a call is sent, signed and repeated (`net`,
//! `auth`): everything goes through [`bowline_core::port::Outbound`], so this crate holds no secret and no HTTP
//! client.

mod agile;
mod bulk;
mod comments;
mod error;
mod files;
mod hooks;
mod issues;
mod jql;
mod links;
mod meta;
mod paged;
mod pages;
mod projects;
mod properties;
mod queries;
mod search;
mod server;
mod site;
pub mod time;
mod transitions;
mod url;
mod users;
pub mod webhook;
pub mod wire;
mod workflows;
mod worklogs;

pub use agile::NewSprint;
pub use bulk::{MOST_CREATED, NewIssue};
pub use comments::NewComment;
pub use error::{Error, Refusal};
pub use files::{Content, Files, NewFile};
pub use issues::{Edit, IssueAsk};
pub use jql::{Field, Jql, Sort};
pub use paged::Paged;
pub use search::{Search, SearchPage};
pub use site::{Deployment, Jira};
pub use users::Assignable;
