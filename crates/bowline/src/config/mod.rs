//! Configuration: one TOML file, every key also in the environment, nothing misspelt in silence.
//!
//! `config.default.toml` is the list of keys: what is not in it is unknown. Each section is a file here.

mod connect;
mod data;
mod deployment;
mod forge;
mod grants;
mod keys;
mod log;
mod net;
mod server;
mod source;
mod store;
mod sync;

use std::path::Path;

use serde::Deserialize;

pub(crate) use connect::Connect;
pub(crate) use data::Data;
pub(crate) use deployment::{Deployment, Profile, Trust};
pub(crate) use forge::Forge;
pub(crate) use grants::Grants;
pub(crate) use keys::Keys;
pub(crate) use log::{Format, Log};
pub(crate) use net::Net;
pub(crate) use server::{LivePage, Server};
pub(crate) use source::Problems;
pub(crate) use store::Store;
pub(crate) use sync::Sync;

/// Every key with its default and its meaning.
pub(crate) const DEFAULTS: &str = include_str!("config.default.toml");

/// The whole configuration.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Config {
    /// For whom this installation is.
    pub(crate) deployment: Deployment,
    /// Where to listen, and for whom.
    pub(crate) server: Server,
    /// The data folder.
    pub(crate) data: Data,
    /// The database.
    pub(crate) store: Store,
    /// What wraps every tenant's keys.
    pub(crate) keys: Keys,
    /// Outbound calls.
    pub(crate) net: Net,
    /// The life of tokens.
    pub(crate) grants: Grants,
    /// The app that sites install.
    pub(crate) connect: Connect,
    /// The remote of a Forge app.
    pub(crate) forge: Forge,
    /// The engine.
    pub(crate) sync: Sync,
    /// Logs.
    pub(crate) log: Log,
}

impl Config {
    /// Reads a file, if there is one, and the environment.
    pub(crate) fn load(file: Option<&Path>, environment: &[(String, String)]) -> Result<Self, Problems> {
        source::read(file, environment)
    }

    /// As TOML, without passwords.
    pub(crate) fn show(&self) -> String {
        let Self { deployment, server, data, store, keys, net, grants, connect, forge, sync, log } = self;
        let services = [deployment.show(), server.show(), data.show(), store.show(), keys.show(), net.show()];
        let work = [grants.show(), connect.show(), forge.show(), sync.show(), log.show()];
        services.into_iter().chain(work).collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests;
