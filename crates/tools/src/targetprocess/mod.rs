//! Targetprocess as a tool.
//!
//! Queries go through API v2 (names in camelCase, nulls omitted). Items are written and read through v1 (names in
//! PascalCase, references by id only): the same list of fields is asked for when an item is read and when it is read
//! back after a write, so that the two cannot differ. [`site`] sends and evens out the names to camelCase. What a
//! field is stands in `field`, how a query is put together without being open to injection in `query`. Comments and
//! assignments are resources of their own.

mod assignment;
mod catalogue;
mod changed;
mod comment;
mod date;
mod field;
mod hint;
mod kind;
mod list;
mod plan;
mod query;
mod read;
mod refusal;
mod site;
mod steps;
mod tool;
mod write;

pub(crate) use hint::TargetprocessHints;
pub(crate) use tool::TargetprocessTool;
