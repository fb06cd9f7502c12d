//! Lists that come in pages by offset.
//!
//! Vendors' envelopes differ: `values` with `isLast`, or a list under its own name with `total`; Cloud says
//! `issueTypes` where Data Center says `values`. One reader takes them all.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::site::Jira;
use crate::url::Path;

/// How many entries to ask for at once. The server may give fewer; 50 is what most endpoints give at most.
const PAGE: usize = 50;

/// No list is followed beyond so many pages.
const MAX_PAGES: usize = 1_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page<T> {
    #[serde(alias = "comments", alias = "issueTypes", alias = "fields", default = "Vec::new")]
    values: Vec<T>,
    #[serde(default)]
    total: Option<usize>,
    #[serde(default)]
    is_last: Option<bool>,
}

impl<T> Page<T> {
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

impl Jira<'_> {
    /// Reads all pages of a list.
    pub(crate) async fn pages<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        path: Path,
    ) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        for _ in 0..MAX_PAGES {
            let path =
                path.clone().ask("startAt", &all.len().to_string()).ask("maxResults", &PAGE.to_string());
            let page: Page<T> = self.get(operation, path).await?;
            let ends = page.ends(all.len() + page.values.len());
            all.extend(page.values);
            if ends {
                break;
            }
        }
        Ok(all)
    }
}
