//! The table of which OAuth 2.0 scopes each operation asks for, made out of the published documents.
//!
//! `x-atlassian-oauth2-scopes` names the classic ones (`Current`) and the granular ones (`Beta`); operations without it
//! have them in `security` only, where three words (`read:sprint:jira-software`) make a scope granular. What a Connect app
//! needs is `x-atlassian-connect-scope`. The simulated Atlassian reads the table (`crates/sim/src/atlassian/scopes.txt`).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;

/// What an operation asks for.
#[derive(Default)]
struct Scopes {
    /// `None` where it cannot be called with such ones.
    classic: Option<BTreeSet<String>>,
    granular: Option<BTreeSet<String>>,
    /// Of a Connect app.
    connect: Option<String>,
}

/// Only what the simulators serve.
const SERVED: [&str; 3] = ["/rest/api/", "/rest/agile/1.0/", "/rest/atlassian-connect/1/"];

/// Writes the table; of an operation that is in several documents the first one counts.
pub(crate) fn run(to: &Path, from: &[PathBuf]) -> Result<String> {
    let mut operations: BTreeMap<(String, String), Scopes> = BTreeMap::new();
    for file in from {
        let document: Value = serde_json::from_slice(&std::fs::read(file)?)?;
        let paths = document.get("paths").and_then(Value::as_object).context("no OpenAPI document")?;
        for (path, item) in paths.iter().filter(|(path, _)| SERVED.iter().any(|own| path.starts_with(own))) {
            for method in ["get", "put", "post", "delete", "patch"] {
                if let Some(operation) = item.get(method) {
                    let key = (template(path), method.to_ascii_uppercase());
                    operations.entry(key).or_insert_with(|| scopes(operation));
                }
            }
        }
    }
    operations.retain(|_, one| one.classic.is_some() || one.granular.is_some() || one.connect.is_some());
    std::fs::write(to, text(&operations)?)?;
    Ok(format!("{}: {} operations", to.display(), operations.len()))
}

/// The path without the names of its parameters; the versions of one API have the same operations.
fn template(path: &str) -> String {
    let path = path.replace("/rest/api/3/", "/rest/api/2/");
    let parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

fn scopes(operation: &Value) -> Scopes {
    let connect = operation.get("x-atlassian-connect-scope").and_then(Value::as_str).map(str::to_owned);
    let (classic, granular) = oauth(operation);
    Scopes { classic, granular, connect }
}

/// Classic and granular ones.
fn oauth(operation: &Value) -> (Option<BTreeSet<String>>, Option<BTreeSet<String>>) {
    let set = |scopes: &Value| -> Option<BTreeSet<String>> {
        Some(scopes.as_array()?.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    };
    if let Some(entries) = operation.get("x-atlassian-oauth2-scopes").and_then(Value::as_array) {
        let of = |state: &str| {
            let entry =
                entries.iter().find(|entry| entry.get("state").and_then(Value::as_str) == Some(state));
            entry.and_then(|entry| set(entry.get("scopes")?))
        };
        return (of("Current"), of("Beta"));
    }
    let security = operation.get("security").and_then(Value::as_array).into_iter().flatten();
    let named = security.filter_map(|way| set(way.get("OAuth2")?)).next();
    match named {
        Some(named) if named.iter().any(|scope| scope.split(':').count() == 3) => (None, Some(named)),
        named => (named, None),
    }
}

/// Names first, one a line; then an operation a line with the numbers of its scopes, `-` for none possible, and a Connect
/// app's scope.
fn text(operations: &BTreeMap<(String, String), Scopes>) -> Result<String> {
    let sets = operations.values().flat_map(|one| [&one.classic, &one.granular]);
    let names: BTreeSet<&String> = sets.flatten().flatten().collect();
    let numbers: BTreeMap<&String, usize> = names.iter().enumerate().map(|(at, name)| (*name, at)).collect();
    let list = |set: &Option<BTreeSet<String>>| match set {
        None => "-".to_owned(),
        Some(set) => {
            let numbers: Vec<String> =
                set.iter().filter_map(|name| numbers.get(name)).map(ToString::to_string).collect();
            numbers.join(",")
        }
    };
    let mut text = String::new();
    for name in &names {
        writeln!(text, "{name}")?;
    }
    text.push('\n');
    for ((path, method), Scopes { classic, granular, connect }) in operations {
        let connect = connect.as_deref().unwrap_or("-");
        writeln!(text, "{method} {path}|{}|{}|{connect}", list(classic), list(granular))?;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_ways_of_naming_scopes_are_read() {
        let marked = json!({"x-atlassian-oauth2-scopes": [
            {"state": "Current", "scopes": ["read:jira-work"]},
            {"state": "Beta", "scopes": ["read:issue:jira", "read:user:jira"]},
        ]});
        let agile = json!({"security": [{"basicAuth": []}, {"OAuth2": ["read:sprint:jira-software"]}]});
        let plain =
            json!({"security": [{"OAuth2": ["manage:jira-project"]}], "x-atlassian-connect-scope": "READ"});
        let mut operations = BTreeMap::new();
        for (path, operation) in [("/a/{}", &marked), ("/b", &agile), ("/c", &plain), ("/d", &json!({}))] {
            operations.insert((path.to_owned(), "GET".to_owned()), scopes(operation));
        }
        let names = "manage:jira-project\nread:issue:jira\nread:jira-work\nread:sprint:jira-software\nread:user:jira\n";
        assert_eq!(
            text(&operations).unwrap(),
            format!("{names}\nGET /a/{{}}|2|1,4|-\nGET /b|-|3|-\nGET /c|0|-|READ\nGET /d|-|-|-\n")
        );
        assert_eq!(template("/rest/api/3/issue/{key}/x"), "/rest/api/2/issue/{}/x");
    }
}
