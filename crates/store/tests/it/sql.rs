//! Every SQL text binds the tenant of every tenant-owned table it names.
//!
//! On SQLite nothing else keeps tenants apart. The method: read the sources, take every string literal, and count.
//! Each time a literal names a tenant-owned table (after FROM, JOIN, INTO or UPDATE) there must be one more place
//! in it that ties a `tenant_id` to an argument or to a `tenant_id` that is tied itself; an INSERT must give
//! `tenant_id` first. A text put together from pieces names its table and ties it in the same piece.

use std::collections::BTreeSet;
use std::path::Path;

use crate::schema::migrations;

/// Tables that name tenants but are read over all of them.
const SYSTEM: [&str; 2] = ["directory", "work"];

fn tenant_tables() -> BTreeSet<String> {
    let mut tables = BTreeSet::new();
    for file in migrations("sqlite") {
        let text = std::fs::read_to_string(file).unwrap();
        for table in text.split("CREATE TABLE ").skip(1) {
            let (name, columns) = table.split_once(" (").unwrap();
            if columns.trim_start().starts_with("tenant_id ") && !SYSTEM.contains(&name) {
                tables.insert(name.to_owned());
            }
        }
    }
    tables
}

/// What is wrong with a text; nothing if it names no tenant-owned table.
fn fault(text: &str, tables: &BTreeSet<String>, columns_start_with_tenant: bool) -> Option<String> {
    let text = text.replace(['(', ')', ','], " $0 ").replace("$0", "");
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut named = Vec::new();
    let mut bound = 0;
    for (index, word) in words.iter().enumerate() {
        let next = words.get(index + 1).copied().unwrap_or_default();
        if ["FROM", "JOIN", "INTO", "UPDATE"].contains(word) && tables.contains(next) {
            named.push(next);
            let first = words.get(index + 2).copied();
            bound += usize::from(
                *word == "INTO"
                    && (first == Some("tenant_id") || first.is_none() && columns_start_with_tenant),
            );
        }
        let left = word.rsplit('.').next() == Some("tenant_id");
        let right = words.get(index + 2).copied().unwrap_or_default();
        let tied = right == "$1" || right.ends_with(".tenant_id") || right == "u.owner";
        bound += usize::from(left && next == "=" && tied);
    }
    (bound < named.len()).then(|| format!("names {named:?} and ties {bound}: {text}"))
}

/// The string literals of a Rust source.
fn literals(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let code: String = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .fold(String::new(), |code, line| code + line + "\n");
    let code = code.replace("'\"'", "").replace("\\\"", "'");
    for (index, piece) in code.split('"').enumerate() {
        if index % 2 == 1 {
            found.push(piece.replace("\\\n", " "));
        }
    }
    found
}

fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn every_text_that_names_a_tenant_owned_table_binds_its_tenant() {
    let tables = tenant_tables();
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let mut checked = BTreeSet::new();
    for (path, source) in &files {
        let literals = literals(source);
        let columns = literals.iter().any(|literal| literal.starts_with("tenant_id, "));
        for literal in &literals {
            if let Some(fault) = fault(literal, &tables, columns) {
                panic!("{path}: {fault}");
            }
            let words: Vec<_> = literal.split_whitespace().collect();
            checked
                .extend(words.iter().filter(|word| tables.contains(**word)).map(|word| (*word).to_owned()));
        }
    }
    assert_eq!(checked, tables, "the method sees every table");
}

#[test]
fn the_method_catches_texts_that_bind_no_tenant_or_too_few() {
    let tables = tenant_tables();
    for bad in [
        "SELECT * FROM shares WHERE id = $1",
        "SELECT tenant_id FROM shares",
        "DELETE FROM shares WHERE id IN (SELECT share_id FROM comment_pairs WHERE tenant_id = $1)",
        "UPDATE inbox SET tenant_id = $2 WHERE id = $1",
        "INSERT INTO secrets (id, sealed) VALUES ($1, $2)",
        "SELECT 1 FROM shares s JOIN connections c ON c.id = s.left_connection WHERE s.tenant_id = $1",
    ] {
        assert!(fault(bad, &tables, false).is_some(), "{bad}");
    }
    for good in [
        "SELECT * FROM shares WHERE tenant_id = $1",
        "SELECT * FROM tenants",
        "INSERT INTO secrets (tenant_id, id) VALUES ($1, $2)",
        "SELECT 1 FROM shares s JOIN connections c ON c.tenant_id = s.tenant_id WHERE s.tenant_id = $1",
        "SELECT entity FROM work WHERE due_at < $1",
    ] {
        assert_eq!(fault(good, &tables, false), None, "{good}");
    }
}
