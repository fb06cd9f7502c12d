//! The engine: brings two items together and keeps them so.
//!
//! It looks at one entity at a time, and only ever says “look”: a webhook, a sweep and a button all end in the
//! same look, which reads both sides, compares them with what was last in sync, decides, journals, writes and
//! reads back. The decision is pure (`decide`, `comments`, `settle`, `path`); around it stands the order in which
//! things become durable (`look`, `reconcile`, `act`, `create`).
//!
//! It never sleeps, spawns, or reads the time or randomness: those are ports. Loops, leases and threads are in the
//! binary. So it runs wholly on fakes, and a simulation can stop it between any two steps.

mod act;
mod attribution;
pub mod base;
mod comments;
mod create;
pub mod decide;
mod engine;
mod gone;
mod hand;
mod intake;
mod item;
mod known;
mod laws;
mod look;
mod outcome;
mod pack;
mod path;
mod reconcile;
mod retry;
mod say;
mod settle;
mod speak;
mod steps;
mod sweep;

pub use engine::{Engine, LEASE, Options, Ports};
pub use hand::Refusal;
pub use intake::{IntakeError, Taken};
pub use laws::Laws;
pub use outcome::Outcome;
