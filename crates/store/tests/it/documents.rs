//! The documents say what the schema says.

use std::collections::BTreeSet;
use std::path::Path;

use crate::schema::migrations;

fn created(database: &str) -> BTreeSet<String> {
    let mut tables = BTreeSet::from(["migrations".to_owned()]);
    for file in migrations(database) {
        let text = std::fs::read_to_string(file).unwrap();
        tables.extend(
            text.split("CREATE TABLE ")
                .skip(1)
                .map(|table| table.split_whitespace().next().unwrap().to_owned()),
        );
    }
    tables
}

#[test]
fn both_databases_have_the_same_tables() {
    assert_eq!(created("sqlite"), created("postgres"));
}

#[test]
fn data_at_rest_lists_every_table_and_no_other() {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/data-at-rest.md");
    let text = std::fs::read_to_string(document).unwrap();
    let listed: BTreeSet<String> = text
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`').map(|(name, _)| name.to_owned()))
        .collect();
    assert_eq!(listed, created("sqlite"));
}
