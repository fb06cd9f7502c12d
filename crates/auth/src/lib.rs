//! Every way to prove who we are, and the sealing of secrets. A security review reads this crate.
//!
//! Three parts: **at rest** ([`keyfile`] and [`Sealer`]: a key file wraps one data key and one fingerprint
//! key per tenant), **outbound** ([`CredentialSigner`], called by `net` for every attempt; [`oauth1`; what an answer
//! says about the way in: [`attribution`]), and **inbound**
//! ([`intake`] for webhook deliveries, [`bearer`] for our own API). No connection is opened here, and no log
//! line is written: what this crate holds has no business in either.

pub mod attribution;
pub mod bearer;
mod cache;
mod envelope;
mod error;
mod file;
mod fingerprint;
pub mod intake;
pub mod keyfile;
mod methods;
pub mod oauth1;
mod percent;
mod sealer;
mod secrets;
mod signer;
mod system;
mod token;

pub use error::Error;
pub use sealer::Sealer;
pub use secrets::Secrets;
pub use signer::CredentialSigner;
pub use system::{SystemClock, SystemEntropy};
