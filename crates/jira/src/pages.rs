//! Lists that come in pages by offset.
//!
//! Vendors' envelopes differ: `values` with `isLast`, or a list under its own name with `total`; Cloud says
//! `issueTypes` where Data Center says `values`. One reader takes them all.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::paged::{Page, Paged};
use crate::site::Jira;
use crate::url::Path;

/// How many entries to ask for at once. The server may give fewer; 50 is what most endpoints give at most.
const PAGE: usize = 50;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<T> {
    #[serde(
        alias = "comments",
        alias = "issueTypes",
        alias = "fields",
        alias = "issues",
        alias = "worklogs",
        default = "Vec::new"
    )]
    values: Vec<T>,
    #[serde(default)]
    total: Option<usize>,
    #[serde(default)]
    is_last: Option<bool>,
}

impl<T> Envelope<T> {
    /// Whether nothing follows, when `have` entries were read with this page.
    fn ends(&self, have: usize) -> bool {
        match (self.is_last, self.total) {
            _ if self.values.is_empty() => true,
            (Some(last), _) => last,
            (None, Some(total)) => have >= total,
            (None, None) => true,
        }
    }
}

impl<'a> Jira<'a> {
    /// A list, page by page.
    pub(crate) fn paged<T: DeserializeOwned + 'a>(
        &self,
        operation: &'static str,
        path: Path,
    ) -> Paged<'a, T> {
        let jira = *self;
        Paged::new(operation, move |page| {
            let path = path.clone();
            async move {
                let start = page.and_then(|page| page.parse().ok()).unwrap_or(0);
                jira.page_at(operation, path, start).await
            }
        })
    }

    /// A list that comes at once, in the envelope of a page.
    pub(crate) fn at_once<T: DeserializeOwned + 'a>(
        &self,
        operation: &'static str,
        path: Path,
    ) -> Paged<'a, T> {
        let jira = *self;
        Paged::new(operation, move |_| {
            let path = path.clone();
            async move {
                let page: Envelope<T> = jira.get(operation, path).await?;
                Ok(Page { entries: page.values, next: None })
            }
        })
    }

    async fn page_at<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        path: Path,
        start: usize,
    ) -> Result<Page<T>, Error> {
        let path = path.ask("startAt", &start.to_string()).ask("maxResults", &PAGE.to_string());
        let page: Envelope<T> = self.get(operation, path).await?;
        let have = start.saturating_add(page.values.len());
        let next = (!page.ends(have)).then(|| have.to_string());
        Ok(Page { entries: page.values, next })
    }

    /// Reads all pages of a list.
    pub(crate) async fn pages<T: DeserializeOwned + Unpin + 'a>(
        &self,
        operation: &'static str,
        path: Path,
    ) -> Result<Vec<T>, Error> {
        self.paged(operation, path).all().await
    }
}
