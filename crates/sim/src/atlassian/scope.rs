//! Which scopes an operation of Jira asks for.
//!
//! The table is made out of Atlassian's OpenAPI documents by `bowline-oracle scopes` (platform version 3, then 2, and
//! Jira Software). All classic scopes of an operation are enough, and so are all granular ones; some of either are not.
//! For Connect apps each operation names one scope.

use std::collections::HashMap;
use std::sync::LazyLock;

const TABLE: &str = include_str!("scopes.txt");

/// Numbers of scopes; `None` when there are none by which the operation can be called.
type Set = Option<Vec<u16>>;

struct Operation {
    parts: Vec<&'static str>,
    classic: Set,
    granular: Set,
    /// `NONE`, `READ`, …; `INACCESSIBLE` for what no Connect app may call.
    connect: Option<&'static str>,
}

struct Table {
    names: Vec<&'static str>,
    /// By method and number of parts.
    operations: HashMap<(&'static str, usize), Vec<Operation>>,
}

static OPERATIONS: LazyLock<Table> = LazyLock::new(|| {
    let (names, lines) = TABLE.split_once("\n\n").unwrap_or_default();
    let set =
        |text: &str| (text != "-").then(|| text.split(',').filter_map(|one| one.parse().ok()).collect());
    let mut operations: HashMap<_, Vec<Operation>> = HashMap::new();
    for line in lines.lines() {
        let mut columns = line.split('|');
        let Some((method, path)) = columns.next().and_then(|column| column.split_once(' ')) else { continue };
        let (classic, granular) = (columns.next().and_then(set), columns.next().and_then(set));
        let connect = columns.next().filter(|scope| *scope != "-");
        let parts: Vec<_> = path.split('/').collect();
        let key = (method, parts.len());
        operations.entry(key).or_default().push(Operation { parts, classic, granular, connect });
    }
    Table { names: names.lines().collect(), operations }
});

/// Whether these scopes are enough for a request; a path that no document describes is closed to all.
pub(crate) fn allow(granted: &[String], method: &str, path: &str) -> bool {
    let (table, Some(operation)) = (&*OPERATIONS, find(method, path)) else { return false };
    let holds = |set: &Set| {
        set.as_ref().is_some_and(|set| {
            let mut names = set.iter().filter_map(|number| table.names.get(usize::from(*number)));
            names.all(|name| granted.iter().any(|own| own == name))
        })
    };
    holds(&operation.classic) || holds(&operation.granular)
}

/// The scope that a Connect app needs for a request; `None` for a path that no document describes.
pub(crate) fn connect(method: &str, path: &str) -> Option<&'static str> {
    find(method, path)?.connect
}

fn find<'a>(method: &'a str, path: &str) -> Option<&'a Operation> {
    let path =
        path.strip_prefix("/rest/api/3/").or_else(|| path.strip_prefix("/rest/api/latest/")).map_or_else(
            || path.replacen("/rest/agile/latest/", "/rest/agile/1.0/", 1),
            |rest| format!("/rest/api/2/{rest}"),
        );
    let parts: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    let method = if method == "HEAD" { "GET" } else { method };
    let table = &*OPERATIONS;
    let fits = |operation: &&Operation| {
        operation
            .parts
            .iter()
            .zip(&parts)
            .all(|(own, part)| own == part || (*own == "{}" && !part.is_empty()))
    };
    let candidates = table.operations.get(&(method, parts.len())).into_iter().flatten().filter(fits);
    // `issue/createmeta` is no `issue/{}`: the one with the most words of its own is meant.
    candidates.max_by_key(|one| one.parts.iter().map(|part| *part != "{}").collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(scopes: &str, method: &str, path: &str) -> bool {
        let granted: Vec<String> = scopes.split_whitespace().map(str::to_owned).collect();
        allow(&granted, method, path)
    }

    #[test]
    fn one_kind_of_scope_is_enough_if_it_is_whole() {
        let issue = "/rest/api/3/issue/ACME-1";
        assert!(allows("read:jira-work", "GET", issue) && !allows("write:jira-work", "GET", issue));
        assert!(allows("write:issue:jira", "PUT", issue) && allows("delete:issue:jira", "DELETE", issue));
        let webhook = "/rest/api/2/webhook";
        assert!(
            !allows("read:jira-work", "POST", webhook) && !allows("manage:jira-webhook", "POST", webhook)
        );
        assert!(allows("read:jira-work manage:jira-webhook", "POST", webhook));
        let granular = "read:field:jira read:project:jira write:webhook:jira";
        assert!(allows(granular, "POST", webhook));
        assert!(!allows("read:field:jira write:webhook:jira manage:jira-webhook", "POST", webhook));
    }

    #[test]
    fn agile_has_granular_scopes_only() {
        let boards = "/rest/agile/1.0/board";
        assert!(!allows("read:jira-work write:jira-work", "GET", boards));
        assert!(allows("read:board-scope:jira-software read:project:jira", "GET", boards));
    }

    #[test]
    fn what_needs_none_is_open_and_what_is_not_described_is_closed() {
        assert!(
            allows("", "GET", "/rest/api/3/serverInfo") && allows("", "HEAD", "/rest/api/latest/serverInfo")
        );
        for path in
            ["/rest/webhooks/1.0/webhook", "/rest/api/3/nothing", "/rest/api/3/issue/", "/_sim/state", "/"]
        {
            assert!(!allows("read:jira-work", "GET", path), "{path}");
        }
        assert!(allows("read:jira-work", "GET", "/rest/api/3/issue/createmeta/ACME/issuetypes"));
    }
}
