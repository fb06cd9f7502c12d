//! Keeps installations in the table that another program made and still reads: an app moves to this crate, and its sites stay.
//!
//! ```sh
//! cargo run -p bowline-connect --example foreign_table
//! ```
//!
//! `schema.sql` is the other program's, `beside.sql` ours, `store.rs` the store. `tests/it/foreign_table.rs` runs the suite over it that
//! every store has to pass.

#![expect(clippy::print_stdout, reason = "this is a command-line program")]

mod store;

use bowline_connect::installation::{ClientKey, Installations as _};
use futures_util::FutureExt as _;
use rusqlite::Connection;

use crate::store::ForeignTable;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let database = Connection::open_in_memory()?;
    database.execute_batch(include_str!("schema.sql"))?;
    database.execute(
        "INSERT INTO atlassian_host (client_key, shared_secret, base_url, product_type, addon_installed, created_by)
         VALUES (?1, ?2, 'https://acme.atlassian.net', 'jira', TRUE, 'the program before')",
        ("71a5e0ce-8c23-4b36-b1ce-4f1d1d4c5a1e", "s".repeat(64)),
    )?;
    let store = ForeignTable::over(database)?;
    let key = ClientKey::parse("71a5e0ce-8c23-4b36-b1ce-4f1d1d4c5a1e").ok_or("a client key")?;
    // This store waits for nothing, so that no runtime is needed.
    let found = store.find(&key).now_or_never().ok_or("it waits")??.ok_or("the site is there")?;
    println!("{} is {:?} and needs no new install", found.installation.base_url, found.installation.state);
    Ok(())
}
