//! Version 1, one module for each noun. Who may call what is `matrix`'s business, and other tenants `strangers`'.

mod activity;
mod connections;
mod delegations;
mod findings;
mod inbox;
mod keys;
mod layers;
mod limits;
mod marketplace;
mod profiles;
mod session_links;
mod shares;
mod status;
mod tenants;
mod tokens;
