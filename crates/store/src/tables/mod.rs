//! One module per table, or per few that belong together: the SQL, and how a row reads.
//!
//! Every text that names a tenant-owned table binds its `tenant_id`; on SQLite there is nothing else to keep
//! tenants apart, so `tests/it/guard.rs` reads these sources and checks each text. Changes of a commit become
//! statements here; which port asks for what is in `ports`.

pub(crate) mod activities;
pub(crate) mod authorizations;
pub(crate) mod commands;
pub(crate) mod comment_pairs;
pub(crate) mod connections;
pub(crate) mod credentials;
pub(crate) mod delegations;
pub(crate) mod directory;
pub(crate) mod findings;
pub(crate) mod grants;
pub(crate) mod inbox;
pub(crate) mod installations;
pub(crate) mod kept_names;
pub(crate) mod keys;
pub(crate) mod losers;
pub(crate) mod oauth_clients;
pub(crate) mod profiles;
pub(crate) mod settings;
pub(crate) mod shares;
pub(crate) mod shelves;
pub(crate) mod slices;
pub(crate) mod tenants;
pub(crate) mod tokens;
pub(crate) mod used_tokens;
pub(crate) mod watermarks;
pub(crate) mod work;
