//! Every way to prove who we are, and the sealing of secrets. A security review reads this crate.
//!
//! Three parts: **at rest** ([`kek`], [`Keyring`] and [`Sealer`]: a key-encryption key wraps the data keys and the
//! fingerprint key of each tenant; [`Rotation`] turns them over), **outbound** ([`CredentialSigner`], called by `net` for every attempt; [`oauth1`; what an answer
//! says about the way in: [`attribution`]), and **inbound**
//! ([`intake`] for webhook deliveries, [`bearer`] for our own API). No connection is opened here, and no log
//! line is written: what this crate holds has no business in either.

pub mod app;
pub mod attribution;
pub mod bearer;
mod cache;
pub mod care;
pub mod certificate;
mod envelope;
mod error;
mod file;
mod fingerprint;
pub mod folder;
mod front;
pub mod intake;
pub mod kek;
pub mod keyfile;
mod keyring;
pub mod life;
mod methods;
pub mod oauth1;
mod passwords;
mod pem;
mod percent;
pub mod privacy;
mod renewing;
mod rotation;
pub mod scopes;
mod sealer;
mod secrets;
mod sessions;
mod signer;
mod system;
mod token;
mod wrapped;

pub use error::Error;
pub use front::gateway_header;
pub use keyring::{KekState, KekView, Keyring};
pub use renewing::Renewing;
pub use rotation::{
    Broken, DataKey, DataPlan, Exported, KeyList, Progress, Rotation, RotationPorts, TenantKeys, Verdict,
};
pub use sealer::Sealer;
pub use secrets::Secrets;
pub use sessions::Sessions;
pub use signer::CredentialSigner;
pub use system::{SystemClock, SystemEntropy};
