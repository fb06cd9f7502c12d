//! Times that people logged.

use http::Method;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::Error;
use crate::paged::{Page, Paged};
use crate::site::{Deployment, Jira, read};
use crate::wire::{ChangedWorklog, Id, Worklog};

/// A page of changes: all of one millisecond or later, in order of time.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Changes {
    #[serde(default)]
    values: Vec<ChangedWorklog>,
    until: Option<i64>,
    #[serde(default)]
    last_page: bool,
}

impl<'a> Jira<'a> {
    /// The worklogs of an issue.
    pub fn worklogs(&self, id_or_key: &str) -> Paged<'a, Worklog> {
        let path = self.api().issue(id_or_key).then("worklog");
        match self.deployment() {
            Deployment::Cloud => self.paged("jira.worklog.list", path),
            Deployment::DataCenter => self.at_once("jira.worklog.list", path),
        }
    }

    /// Logs time on an issue; returns the worklog as Jira holds it.
    pub async fn create_worklog(&self, id_or_key: &str, worklog: &Worklog) -> Result<Worklog, Error> {
        let path = self.api().issue(id_or_key).then("worklog");
        let answer = self.change("jira.worklog.create", Method::POST, path, &json!(worklog)).await?;
        read("jira.worklog.create", &answer)
    }

    /// Removes a worklog.
    pub async fn delete_worklog(&self, id_or_key: &str, worklog: &Id) -> Result<(), Error> {
        let path = self.api().issue(id_or_key).then("worklog").piece(&worklog.to_string());
        self.answer("jira.worklog.delete", Method::DELETE, path, None, false).await.map(drop)
    }

    /// Worklogs that were made or changed since a time; the last minute is left out by Jira.
    pub fn changed_worklogs(&self, since: Timestamp) -> Paged<'a, ChangedWorklog> {
        self.changes("jira.worklog.updated", "worklog/updated", since)
    }

    /// Worklogs that were removed since a time, likewise.
    pub fn deleted_worklogs(&self, since: Timestamp) -> Paged<'a, ChangedWorklog> {
        self.changes("jira.worklog.deleted", "worklog/deleted", since)
    }

    /// Up to 1,000 worklogs by id; those that may not be seen are left out.
    pub async fn worklogs_by_id(&self, ids: &[Id]) -> Result<Vec<Worklog>, Error> {
        let ids: Vec<Value> = ids.iter().map(number).collect();
        self.ask("jira.worklog.bulk", self.api().then("worklog/list"), &json!({ "ids": ids })).await
    }

    fn changes(&self, operation: &'static str, place: &str, since: Timestamp) -> Paged<'a, ChangedWorklog> {
        let (jira, path, since) = (*self, self.api().then(place), since.as_millisecond());
        Paged::new(operation, move |page| {
            let from: i64 = page.and_then(|page| page.parse().ok()).unwrap_or(since);
            let path = path.clone().ask("since", &from.to_string());
            async move {
                let page: Changes = jira.get(operation, path).await?;
                // A page that ends where it began would be asked for again and again.
                let next = page.until.filter(|until| !page.last_page && *until > from);
                Ok(Page { entries: page.values, next: next.map(|until| until.to_string()) })
            }
        })
    }
}

/// An id as a number: this body takes no texts.
fn number(id: &Id) -> Value {
    let text = id.to_string();
    text.parse::<i64>().map_or_else(|_| text.into(), Value::from)
}
