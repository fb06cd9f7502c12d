//! Version 1 of the API. Shapes and words here are stable: people script against them.

mod activity;
mod app;
mod connections;
mod credentials;
mod delegations;
mod findings;
mod grants;
mod inbox;
mod keys;
mod oauth_clients;
mod profiles;
mod session_links;
mod shares;
pub(crate) mod status;
mod tenants;
mod tokens;

use crate::api::route::Route;

pub use tenants::is_name as is_tenant_name;

/// The whole table.
pub(crate) fn routes() -> Vec<Route> {
    let nouns = [
        activity::routes(),
        app::routes(),
        connections::routes(),
        credentials::routes(),
        delegations::routes(),
        findings::routes(),
        grants::routes(),
        inbox::routes(),
        keys::routes(),
        oauth_clients::routes(),
        profiles::routes(),
        session_links::routes(),
        shares::routes(),
        status::routes(),
        tenants::routes(),
        tokens::routes(),
    ];
    nouns.into_iter().flatten().collect()
}
