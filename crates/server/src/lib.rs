//! HTTP: webhook intake, `/api/v1`, health, metrics and one live page.
//!
//! What lives here: [`router`], made from an [`App`] that holds the ports, and [`serve`], which puts it on a socket.
//! What does not: what a webhook means (`sync`, `tools`), whether it is authentic (`auth`), where anything is stored
//! (`store`). It is a library, so tests call the router without a socket. `README.md` has the route table.

mod api;
mod app;
mod authorize;
mod body;
mod caller;
pub mod connect;
mod envelope;
mod extract;
pub mod forge;
mod hooks;
mod live;
mod metrics;
mod openapi;
mod options;
mod probes;
mod problem;
mod pulse;
mod router;
mod scope;
mod serve;
mod stopwatch;
mod stream;

pub use api::{RouteInfo, is_tenant_name, routes};
pub use app::{App, Ports};
pub use metrics::Metrics;
pub use openapi::openapi;
pub use options::{LivePage, Options};
pub use router::router;
pub use scope::{NoScope, Scope};
pub use serve::{Serving, serve};
