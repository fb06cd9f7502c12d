//! What can be done to issues, the same for the API and for people at the control API.
//!
//! A deed reads a request's body, refuses it whole or does it whole, and announces it to the webhooks. Who may do it
//! and how the answer looks is decided by the routes.

pub(crate) mod account;
pub(crate) mod adopt;
pub(crate) mod agile;
pub(crate) mod along;
pub(crate) mod archive;
pub(crate) mod attachment;
pub(crate) mod batch;
pub(crate) mod board;
pub(crate) mod comment;
pub(crate) mod component;
pub(crate) mod create;
pub(crate) mod crowd;
pub(crate) mod field;
pub(crate) mod gradation;
pub(crate) mod hours;
pub(crate) mod link;
pub(crate) mod option;
pub(crate) mod parent;
pub(crate) mod project;
pub(crate) mod property;
pub(crate) mod relocate;
pub(crate) mod remote;
pub(crate) mod remove;
pub(crate) mod secrecy;
pub(crate) mod sprint;
pub(crate) mod transition;
pub(crate) mod update;
pub(crate) mod version;
pub(crate) mod worklog;

use crate::frame::table::{Name, Names};

/// Names of fields, as a write keeps them.
fn named(names: &mut Names, fields: &[String]) -> Box<[Name]> {
    fields.iter().map(|field| names.intern(field)).collect()
}
