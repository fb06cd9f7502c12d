//! Faithful simulators of Jira (Cloud, Data Center, Server), Targetprocess and Atlassian (identity provider, host of
//! Connect apps), with webhooks and fault switches.
//!
//! They are HTTP servers that keep their state in memory: start one with [`jira::start`],
//! [`targetprocess::start`] or [`atlassian::start`] and speak to it as to the product. Each has a control API below `/_sim/` (clock, faults, edits as a person,
//! requests received, webhooks sent); `GET /_sim/` describes it and this crate's README lists every body.
//!
//! Ready-made people are `admin`, `ada` and `bob`: password equal to the name, e-mail `NAME@example.com`, API token
//! `token-NAME`, personal access token `pat-NAME`. Nothing here is a secret, and nothing here checks Bowline's own
//! protocol code with that same code: the crate depends on `text` and `net` only.

pub mod atlassian;
mod confluence;
mod connect;
mod forge;
mod frame;
pub mod jira;
pub mod targetprocess;

use std::net::SocketAddr;

pub use frame::clock::VirtualClock;
pub use frame::serve::Running;
pub use frame::shown::{About, PersonAbout, ProjectAbout, SignIn};

/// Why a simulator did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address is taken, not ours, or needs more rights.
    #[error("cannot listen on {address}")]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The context path has characters that are none of a path's.
    #[error("`{0}` is no context path: it is letters, digits, `-`, `_` and `.` between slashes")]
    Context(String),
    /// The template for webhooks' bodies cannot be read.
    #[error("the template for webhooks: {0}")]
    Template(String),
    /// The webhook's JQL cannot be read, or names what is not there.
    #[error("the webhook's JQL cannot be used: {0}")]
    Filter(String),
    /// The consumer's key is no RSA public key.
    #[error("{0}")]
    ConsumerKey(String),
    /// The client that sends webhooks could not be built.
    #[error(transparent)]
    Client(#[from] bowline_net::plain::Error),
}

/// Where a simulator sends its webhooks.
#[derive(Clone, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookTarget {
    /// The receiver's absolute URL.
    pub url: String,
    /// Jira Cloud: the key of the `X-Hub-Signature` header. Other simulators cannot sign and ignore it.
    #[serde(default)]
    pub secret: Option<String>,
    /// Targetprocess: a header sent with each webhook (name, value). Jira cannot send one and ignores it.
    #[serde(default)]
    pub header: Option<(String, String)>,
    /// Jira: only items that match this JQL.
    #[serde(default)]
    pub jql: Option<String>,
    /// Jira: only these events; all when empty.
    #[serde(default)]
    pub events: Vec<String>,
}

impl std::fmt::Debug for WebhookTarget {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("WebhookTarget")
            .field("jql", &self.jql)
            .field("events", &self.events)
            .finish_non_exhaustive()
    }
}
