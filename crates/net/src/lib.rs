//! The only crate that opens outbound connections.
//!
//! Two doors: the guarded [`Pipeline`] through which every vendor call goes, and [`plain`], a bare client for
//! calls between our own programs (CLI to API, simulator to webhook receiver), which attaches no credentials.
//! What a credential looks like, and what a 401 says about it, is not known here: the pipeline asks the port `Signer`,
//! which `auth` implements.

mod address;
mod allow;
mod budget;
mod classify;
mod exchange;
mod gate;
mod guard;
mod headers;
mod lanes;
mod lease;
mod left;
mod line;
mod observe;
mod patience;
mod pipeline;
pub mod plain;
mod points;
mod purse;
mod queue;
mod reach;
mod resolve;
mod retry_after;
mod streams;
mod target;
mod trouble;
mod wire;
mod wires;

pub use allow::{AllowRule, BadRule};
pub use exchange::Exchanger;
pub use headers::Extra;
pub use lanes::within;
pub use lease::Sharing;
pub use observe::{Attempt, Observer};
pub use patience::{RealTime, Sleeper};
pub use pipeline::{Pipeline, Settings, World};
pub use resolve::{Resolver, SystemResolver};
pub use wires::is_pair;

/// Chooses the TLS library for the whole process. Call it first thing in `main`; calling it again does nothing.
pub fn start() {
    // An error says that a provider was chosen before, which is all that is wanted.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}
