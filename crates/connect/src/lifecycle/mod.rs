//! Lifecycle calls: `installed`, `uninstalled`, `enabled`, `disabled`.
//!
//! [`Lifecycle::handle`] takes a call as it arrived and says what came of it. Who may change what is decided by
//! [`decide`], which is pure and can be read as a table; what the row becomes stands in `rows`. The answer is given only
//! after the row is durable.

mod handler;
mod outcome;
mod payload;
mod rows;
mod rules;
mod sites;

pub use handler::{Call, LONGEST_BODY, Lifecycle, Parts, Settings};
#[cfg(feature = "axum")]
pub(crate) use outcome::answer;
pub use outcome::{Changed, Done, Forbidden, Outcome};
pub use payload::Payload;
pub use rules::{Event, Known, Legacy, Proof, Verdict, decide};
pub use sites::Sites;
