//! Search by JQL. Cloud pages by token (`search/jql`; the old `search` answers 410), Data Center by offset.

use serde::Deserialize;
use serde_json::json;

use crate::error::Error;
use crate::jql::Jql;
use crate::paged::{Page, Paged};
use crate::site::{Deployment, Jira};
use crate::wire::Issue;

/// What to search.
#[derive(Clone, Copy, Debug)]
pub struct Search<'a> {
    /// Which issues.
    pub jql: &'a Jql,
    /// Fields by id; Cloud gives none unless asked.
    pub fields: &'a [&'a str],
    /// Properties by key; ignored by Data Center, whose search has no such member.
    pub properties: &'a [&'a str],
    /// How many at once; the server may give fewer.
    pub limit: u32,
}

/// A page of results.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchPage {
    /// The issues.
    pub issues: Vec<Issue>,
    /// What to pass for the next page; `None` at the end.
    pub next: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(default)]
    issues: Vec<Issue>,
    #[serde(default)]
    total: usize,
    #[serde(default)]
    is_last: bool,
    #[serde(default)]
    next_page_token: Option<String>,
}

impl<'a> Jira<'a> {
    /// Searches, page by page. Issues that change meanwhile may come twice, or not at all: Data Center pages by offset,
    /// and Cloud's index is behind the issues.
    pub fn search(&self, ask: Search<'a>) -> Paged<'a, Issue> {
        let jira = *self;
        Paged::new("jira.search", move |page| async move {
            let found = jira.search_page(ask, page.as_deref()).await?;
            Ok(Page { entries: found.issues, next: found.next })
        })
    }

    /// Reads one page. `page` is what the last page gave as `next`.
    pub async fn search_page(&self, ask: Search<'_>, page: Option<&str>) -> Result<SearchPage, Error> {
        match self.deployment() {
            Deployment::Cloud => self.page_by_token(ask, page).await,
            Deployment::DataCenter => self.page_by_offset(ask, page).await,
        }
    }

    async fn page_by_token(&self, ask: Search<'_>, page: Option<&str>) -> Result<SearchPage, Error> {
        let mut body = json!({
            "jql": ask.jql.to_string(),
            "maxResults": ask.limit,
            "fields": ask.fields,
            "properties": ask.properties,
        });
        if let (Some(token), Some(members)) = (page, body.as_object_mut()) {
            members.insert("nextPageToken".to_owned(), token.into());
        }
        let answer: Answer = self.ask("jira.search", self.api().then("search/jql"), &body).await?;
        let ended = answer.is_last || answer.issues.is_empty();
        let next = answer.next_page_token.filter(|token| !ended && Some(token.as_str()) != page);
        Ok(SearchPage { issues: answer.issues, next })
    }

    async fn page_by_offset(&self, ask: Search<'_>, page: Option<&str>) -> Result<SearchPage, Error> {
        let start: usize = page.and_then(|page| page.parse().ok()).unwrap_or(0);
        let body = json!({
            "jql": ask.jql.to_string(),
            "startAt": start,
            "maxResults": ask.limit,
            "fields": ask.fields,
        });
        let answer: Answer = self.ask("jira.search", self.api().then("search"), &body).await?;
        let end = start.saturating_add(answer.issues.len());
        let next = (!answer.issues.is_empty() && end < answer.total).then(|| end.to_string());
        Ok(SearchPage { issues: answer.issues, next })
    }
}
