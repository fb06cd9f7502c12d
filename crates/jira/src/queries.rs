//! Help with queries (Cloud only): what they mean, what they find, and how much.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::Error;
use crate::jql::Jql;
use crate::site::Jira;
use crate::wire::{Id, ParsedQuery, QueryMatches};

#[derive(Deserialize)]
struct Parsed {
    queries: Vec<ParsedQuery>,
}

#[derive(Deserialize)]
struct Matches {
    matches: Vec<QueryMatches>,
}

#[derive(Deserialize)]
struct Count {
    count: u64,
}

impl Jira<'_> {
    /// Takes queries apart; whatever is wrong with one stands in its `errors`.
    pub async fn parse_queries(&self, queries: &[String]) -> Result<Vec<ParsedQuery>, Error> {
        let path = self.api().then("jql/parse").ask("validation", "strict");
        let parsed: Parsed = self.ask("jira.jql.parse", path, &json!({ "queries": queries })).await?;
        Ok(parsed.queries)
    }

    /// Which of these issues each query finds, without waiting for the index.
    pub async fn matching(&self, issues: &[Id], queries: &[String]) -> Result<Vec<QueryMatches>, Error> {
        let ids: Vec<Value> = issues
            .iter()
            .map(|id| id.to_string().parse::<i64>().map_or_else(|_| id.to_string().into(), Value::from))
            .collect();
        let body = json!({ "issueIds": ids, "jqls": queries });
        let found: Matches = self.ask("jira.jql.match", self.api().then("jql/match"), &body).await?;
        Ok(found.matches)
    }

    /// About how many issues a query finds; it must be bounded by a condition.
    pub async fn approximate_count(&self, jql: &Jql) -> Result<u64, Error> {
        let (path, body) = (self.api().then("search/approximate-count"), json!({ "jql": jql.to_string() }));
        let count: Count = self.ask("jira.search.count", path, &body).await?;
        Ok(count.count)
    }
}
