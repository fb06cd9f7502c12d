//! The example that keeps installations in another program's table: the suite of stores, and what that program sees.

use std::sync::Arc;

use bowline_connect::installation::{ClientKey, Scheme, State, conformance};
use bowline_connect::lifecycle::{Event, Legacy};
use rusqlite::Connection;

use super::world::{World, block_on, now};

#[path = "../../examples/foreign_table/store.rs"]
mod store;

use store::ForeignTable;

const SITE: &str = "jira:acme";

/// A file, so that the other program has a connection of its own.
struct Database(std::path::PathBuf);

impl Database {
    fn new(name: &str) -> Self {
        let name = format!("foreign-{}-{name}.db", std::process::id());
        let database = Self(std::env::temp_dir().join(name));
        let _ = std::fs::remove_file(&database.0);
        database.open().execute_batch(include_str!("../../examples/foreign_table/schema.sql")).unwrap();
        database
    }

    fn open(&self) -> Connection {
        Connection::open(&self.0).unwrap()
    }

    fn store(&self) -> Arc<ForeignTable> {
        Arc::new(ForeignTable::over(self.open()).unwrap())
    }

    /// What the other program reads of the site.
    fn seen(&self, columns: &str) -> Vec<Option<String>> {
        let sql = format!("SELECT {columns} FROM atlassian_host WHERE client_key = '{SITE}'");
        let count = columns.split(',').count();
        let row = |row: &rusqlite::Row<'_>| (0..count).map(|column| row.get(column)).collect();
        self.open().query_row(&sql, [], row).unwrap()
    }

    /// A site that the other program installed.
    fn installed_before(&self) {
        let sql =
            "INSERT INTO atlassian_host (client_key, shared_secret, base_url, product_type, addon_installed,
                       service_entitlement_number, created_by)
                   VALUES (?1, ?2, 'https://acme.atlassian.net', 'jira', TRUE, 'SEN-1', 'the other program')";
        self.open().execute(sql, (SITE, "a".repeat(40))).unwrap();
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn the_suite_of_stores_holds_over_the_table_of_another_program() {
    let database = Database::new("suite");
    block_on(conformance::check(database.store().as_ref())).unwrap();
}

#[test]
fn a_site_that_the_other_program_installed_needs_no_new_install() {
    let database = Database::new("before");
    database.installed_before();
    let world = World::over(Legacy::Off, database.store());
    let draft = world.secret_signed(Event::Enabled, SITE, "", "a");
    assert_eq!(world.call(&draft).status().as_u16(), 204, "its secret is known");
    let found = now(world.store.find(&ClientKey::parse(SITE).unwrap())).unwrap().unwrap().installation;
    assert_eq!((found.state, found.scheme), (State::Enabled, Scheme::Signed));
    // What the old scheme would take is no way into such a row.
    let lax = World::over(Legacy::All, database.store());
    assert_eq!(lax.call(&lax.draft(Event::Installed, SITE, "x")).status().as_u16(), 403);
    assert_eq!(lax.call(&lax.secret_signed(Event::Installed, SITE, "x", "a")).status().as_u16(), 403);
}

#[test]
fn the_other_program_sees_what_becomes_of_a_site_and_keeps_what_is_its_own() {
    let database = Database::new("after");
    database.installed_before();
    let world = World::over(Legacy::Off, database.store());
    let call = |draft| assert_eq!(world.call(&draft).status().as_u16(), 204);
    call(world.signed(Event::Installed, SITE, "b"));
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(database.seen("shared_secret"), [Some("b".repeat(40))]);
    call(world.signed(Event::Uninstalled, SITE, ""));
    assert_eq!(database.seen("CAST(addon_installed AS TEXT), shared_secret"), [text("0"), None]);
    call(world.signed(Event::Installed, SITE, "c"));
    let columns = "CAST(addon_installed AS TEXT), service_entitlement_number, created_by";
    assert_eq!(database.seen(columns), [text("1"), text("SEN-1"), text("the other program")]);
}

#[test]
fn what_is_committed_is_there_for_the_next_process() {
    let database = Database::new("durable");
    let first = World::over(Legacy::Off, database.store());
    let draft = first.signed(Event::Installed, SITE, "a");
    assert_eq!(first.call(&draft).status().as_u16(), 204);
    drop(first);
    let next = World::over(Legacy::Off, database.store());
    assert_eq!(next.row(SITE), "Enabled Signed a- acme.atlassian.net");
    let mut other = draft.clone();
    other.body = next.draft(Event::Installed, SITE, "x").body;
    assert_eq!(next.call(&other).status().as_u16(), 401, "a replay, also after a restart");
    assert_eq!(next.row(SITE), "Enabled Signed a- acme.atlassian.net");
}
