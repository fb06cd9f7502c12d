//! Jira Cloud and Jira Data Center as a tool.
//!
//! One adapter with two faces ([`value::Face`]): the calls differ in `bowline_jira`, the values in `value`. What
//! lives here besides: which field is what (`kind`), reading (`read`), lists of changes (`changed`), finding our own
//! create again (`marked`), writing (`write`), the workflow (`steps`) and the catalogue.

mod catalogue;
mod changed;
mod hint;
mod kind;
mod marked;
mod read;
mod refusal;
mod steps;
mod tool;
mod value;
mod write;

pub(crate) use hint::JiraHints;
pub(crate) use tool::JiraTool;
