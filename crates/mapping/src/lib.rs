//! The profile document and everything pure that follows from it: routings, type, field, state and user mappings,
//! transforms and comparators.
//!
//! What lives here: reading the document with problems that name the line and the fix, compiling it into
//! [`Rules`], and applying those to canonical values. What does not: any I/O; deciding what to write where
//! (`sync`); what a tool's own values look like (`tools`). `docs/profile.md` is the reference for users.

mod check;
mod compare;
mod document;
mod field;
mod fold;
mod nearest;
mod people;
mod problem;
mod rules;
#[cfg(test)]
mod samples;
mod shape;
pub mod transforms;
mod values;

pub use check::Offer;
pub use compare::{Entry as Comparator, REGISTRY as COMPARATORS};
pub use document::{CommentPolicy, Conflict, Document, KEYS, Key};
pub use field::{Carried, FieldMapping};
pub use people::{Counterpart, People};
pub use problem::{Problem, Problems};
pub use rules::{NotRouted, Reason, Route, Rules, TypeMapping};
pub use shape::{Kind, Shape};
