//! Finding an issue that a create may have made, after a crash or a lost answer.
//!
//! The search index lags, so it is asked last. New keys follow one another: what was created a moment ago has a key
//! above the highest that the index knows, and can be read directly.

use bowline_core::item::Item;
use bowline_core::port::MarkerAsk;
use bowline_core::{Failure, SignedDuration};
use bowline_jira::wire::Issue;
use bowline_jira::{Deployment, Field, IssueAsk, Jql, Search, Sort};

use super::read::{MARKER, marker, names};
use super::refusal::failure;
use super::tool::JiraTool;

/// How many keys Cloud is asked for at once: the limit of its bulk fetch.
const BULK: u64 = 100;

/// After so many misses in a row no further key is tried where each costs a call.
const MISSES: u32 = 20;

/// Our clock and the tool's may differ by so much without an issue being overlooked.
const SKEW: SignedDuration = SignedDuration::from_mins(10);

impl JiraTool {
    /// The issue that carries a marker: by the next keys, then by search.
    pub(super) async fn find_marked(&self, ask: &MarkerAsk) -> Result<Option<Item>, Failure> {
        let (prefix, highest) = self.highest_key(&ask.scope).await?;
        let found = match self.jira().deployment() {
            Deployment::Cloud => self.next_keys_at_once(&prefix, highest, ask).await?,
            Deployment::DataCenter => self.next_keys_one_by_one(&prefix, highest, ask).await?,
        };
        match found {
            Some(item) => Ok(Some(item)),
            None => self.search_marked(ask).await,
        }
    }

    /// The highest key that the index knows: its project part and its number; 0 in an empty project.
    async fn highest_key(&self, scope: &str) -> Result<(String, u64), Failure> {
        let jql = Jql::new().is(Field::Project, scope).order_by(Field::Key, Sort::Down);
        let search = Search { jql: &jql, fields: &["updated"], properties: &[], limit: 1 };
        let page = self.jira().search_page(search, None).await.map_err(failure)?;
        let key = page.issues.first().and_then(|issue| issue.key.text()?.rsplit_once('-'));
        let parsed = key.and_then(|(prefix, number)| Some((prefix.to_owned(), number.parse().ok()?)));
        Ok(parsed.unwrap_or_else(|| (scope.to_owned(), 0)))
    }

    async fn next_keys_at_once(
        &self,
        prefix: &str,
        highest: u64,
        ask: &MarkerAsk,
    ) -> Result<Option<Item>, Failure> {
        let keys: Vec<String> =
            (1..=BULK).map(|step| format!("{prefix}-{}", highest.saturating_add(step))).collect();
        let names = names(&ask.fields);
        let wanted = IssueAsk { fields: &names, properties: &[MARKER], changelog: false };
        let issues = self.jira().bulk_fetch(&keys, wanted).await.map_err(failure)?;
        self.pick(&issues, ask).await
    }

    async fn next_keys_one_by_one(
        &self,
        prefix: &str,
        highest: u64,
        ask: &MarkerAsk,
    ) -> Result<Option<Item>, Failure> {
        let mut misses = 0;
        let mut number = highest;
        while misses < MISSES {
            number = number.saturating_add(1);
            match self.find_item(&format!("{prefix}-{number}"), &ask.fields, false).await? {
                Some(item) if item.marker == Some(ask.marker) => return Ok(Some(item)),
                Some(_) => misses = 0,
                None => misses += 1,
            }
        }
        Ok(None)
    }

    /// What we created there since the moment in question. By creator, not by reporter: a field mapping may name
    /// another reporter, the creator is always the account that made the call.
    async fn search_marked(&self, ask: &MarkerAsk) -> Result<Option<Item>, Failure> {
        let since = ask.since.checked_sub(SKEW).unwrap_or(ask.since);
        let jql =
            Jql::new().is(Field::Project, &ask.scope).is_me(Field::Creator).since(Field::Created, since);
        let names = names(&ask.fields);
        let search = Search { jql: &jql, fields: &names, properties: &[MARKER], limit: 100 };
        let issues = self.jira().search(search).all().await.map_err(failure)?;
        if self.jira().deployment() == Deployment::Cloud {
            return self.pick(&issues, ask).await;
        }
        // Data Center's search gives no properties.
        for issue in &issues {
            let Some(id) = issue.id.get() else { continue };
            let item = self.find_item(&id.to_string(), &ask.fields, false).await?;
            if let Some(item) = item.filter(|item| item.marker == Some(ask.marker)) {
                return Ok(Some(item));
            }
        }
        Ok(None)
    }

    async fn pick(&self, issues: &[Issue], ask: &MarkerAsk) -> Result<Option<Item>, Failure> {
        let Some(issue) = issues.iter().find(|issue| marker(issue) == Some(ask.marker)) else {
            return Ok(None);
        };
        let list = self.field_list(&ask.fields).await?;
        self.item(issue, &ask.fields, &list).map(Some)
    }
}
