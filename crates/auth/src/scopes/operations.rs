//! The calls of Jira that Bowline makes, and the scopes that Atlassian's OpenAPI documents name for each.

use std::sync::LazyLock;

use bowline_core::feature::Feature;

/// Name, what it is for, method, path below `/rest/api/2/`, classic scopes, granular ones; `-` for none possible.
const TABLE: &str = include_str!("operations.txt");

static ALL: LazyLock<Vec<Operation>> = LazyLock::new(|| TABLE.lines().filter_map(read).collect());

/// A call that Bowline makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// As it is called in logs and metrics.
    pub name: &'static str,
    /// What it is for.
    pub feature: Feature,
    /// GET, POST, …
    pub method: &'static str,
    /// The path below the API's version; `{}` stands for what varies.
    pub path: &'static str,
    /// The classic scopes; all are needed. `None` where no classic scope allows it.
    pub classic: Option<Vec<&'static str>>,
    /// The granular scopes; all are needed. `None` where no granular scope allows it.
    pub granular: Option<Vec<&'static str>>,
}

/// Every call that needs a person's or an account's permission.
pub fn operations() -> &'static [Operation] {
    &ALL
}

/// The call of that name.
pub(super) fn find(name: &str) -> Option<&'static Operation> {
    ALL.iter().find(|operation| operation.name == name)
}

fn read(line: &'static str) -> Option<Operation> {
    let mut columns = line.split('|').map(str::trim);
    let mut next = || columns.next();
    let (name, feature, method, path) = (next()?, next()?.parse().ok()?, next()?, next()?);
    let set = |text: &'static str| (text != "-").then(|| text.split_whitespace().collect());
    Some(Operation { name, feature, method, path, classic: set(next()?), granular: set(next()?) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made out of Atlassian's documents by `bowline-oracle scopes`; the simulated Atlassian goes by it.
    const PUBLISHED: &str = include_str!("../../../sim/src/atlassian/scopes.txt");

    #[test]
    fn every_operation_asks_for_what_atlassians_documents_say() {
        let (names, lines) = PUBLISHED.split_once("\n\n").unwrap();
        let names: Vec<&str> = names.lines().collect();
        let named = |set: &str| {
            let numbers = set.split(',').filter(|number| !number.is_empty());
            (set != "-").then(|| numbers.map(|number| names[number.parse::<usize>().unwrap()]).collect())
        };
        assert_eq!(operations().len(), TABLE.lines().count(), "a line that cannot be read");
        for operation in operations() {
            let start = format!("{} /rest/api/2/{}|", operation.method, operation.path);
            let line = lines.lines().find_map(|line| line.strip_prefix(&start)).expect(&start);
            // The third column is for Connect apps.
            let mut columns = line.split('|');
            let (classic, granular) = (columns.next().unwrap(), columns.next().unwrap());
            assert_eq!(
                (&operation.classic, &operation.granular),
                (&named(classic), &named(granular)),
                "{start}"
            );
        }
    }

    /// What `jira` can ask and the service does not: whoever begins to use one puts it into the table.
    const NOT_MADE: [&str; 10] = [
        "jira.comment.get",
        "jira.comment.delete",
        "jira.field.search",
        "jira.issue_type.list",
        "jira.issue_type.get",
        "jira.resolution.search",
        "jira.resolution.list",
        "jira.status.list",
        "jira.project.get",
        "jira.project.hierarchy",
    ];
    /// Those of Data Center alone, which know no such scopes.
    const DATA_CENTER: [&str; 2] = ["jira.project.list", "jira.session"];

    /// What `jira` calls its calls, in the files that the service uses.
    #[test]
    fn every_call_that_is_made_is_in_the_table() {
        const SOURCES: [&str; 7] = [
            include_str!("../../../jira/src/comments.rs"),
            include_str!("../../../jira/src/issues.rs"),
            include_str!("../../../jira/src/meta.rs"),
            include_str!("../../../jira/src/projects.rs"),
            include_str!("../../../jira/src/search.rs"),
            include_str!("../../../jira/src/server.rs"),
            include_str!("../../../jira/src/transitions.rs"),
        ];
        let mut known = 0;
        for source in SOURCES {
            for name in source.split('"').filter(|word| word.starts_with("jira.")) {
                if NOT_MADE.contains(&name) {
                    assert!(find(name).is_none(), "{name} is in the table");
                    continue;
                }
                assert!(DATA_CENTER.contains(&name) || find(name).is_some(), "{name}");
                known += 1;
            }
        }
        assert!(known >= operations().len(), "{known}");
    }
}
