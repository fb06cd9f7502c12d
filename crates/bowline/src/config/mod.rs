//! Configuration: one TOML file, every key also in the environment, nothing misspelt in silence.
//!
//! `config.default.toml` is the list of keys: what is not in it is unknown. Each section is a file here.

mod data;
mod keys;
mod log;
mod net;
mod server;
mod source;
mod store;
mod sync;

use std::path::Path;

use serde::Deserialize;

pub use data::Data;
pub use keys::Keys;
pub use log::{Format, Log};
pub use net::Net;
pub use server::{LivePage, Server};
pub use source::{Problem, Problems};
pub use store::Store;
pub use sync::{Retain, Sync};

/// Every key with its default and its meaning.
pub const DEFAULTS: &str = include_str!("config.default.toml");

/// The whole configuration.
#[derive(Clone, Debug, Deserialize)]
pub struct Config {
    /// Where to listen, and for whom.
    pub server: Server,
    /// The data folder.
    pub data: Data,
    /// The database.
    pub store: Store,
    /// The key file.
    pub keys: Keys,
    /// Outbound calls.
    pub net: Net,
    /// The engine.
    pub sync: Sync,
    /// Logs.
    pub log: Log,
}

impl Config {
    /// Reads a file, if there is one, and the environment.
    pub fn load(file: Option<&Path>, environment: &[(String, String)]) -> Result<Self, Problems> {
        source::read(file, environment)
    }

    /// The configuration of a machine where nobody set anything.
    pub fn defaults() -> Result<Self, Problems> {
        Self::load(None, &[])
    }

    /// As TOML, without passwords.
    pub fn show(&self) -> String {
        let Self { server, data, store, keys, net, sync, log } = self;
        [
            server.show(),
            data.show(),
            store.show(),
            keys.show(),
            net.show(),
            sync.show(),
            log.show(),
        ]
        .join("\n")
    }
}

#[cfg(test)]
mod tests;
