//! Issues: read, read many, create, edit.

use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use crate::error::Error;
use crate::site::{Deployment, Jira, read};
use crate::wire::{BulkIssues, Created, Issue, Property};

/// What to read of an issue.
#[derive(Clone, Copy, Debug, Default)]
pub struct IssueAsk<'a> {
    /// Fields by id. None means all of them, so name at least one.
    pub fields: &'a [&'a str],
    /// Properties by key.
    pub properties: &'a [&'a str],
    /// Whether to read the history too: the newest 100 entries on Cloud, all of them on Data Center.
    pub changelog: bool,
}

/// What came of an edit.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Done, without an answer.
    Done,
    /// Done; this is the issue as Jira returned it. It may lack fields that were not edited.
    Returned(Box<Issue>),
}

impl Jira<'_> {
    /// Reads an issue by id or key; `None` if it does not exist or may not be seen (Jira tells not which).
    pub async fn find_issue(&self, id_or_key: &str, ask: IssueAsk<'_>) -> Result<Option<Issue>, Error> {
        let mut path = self.api().issue(id_or_key);
        path = path.ask_list("fields", ask.fields).ask_list("properties", ask.properties);
        if ask.changelog {
            path = path.ask("expand", "changelog");
        }
        match self.get("jira.issue.get", path).await {
            Ok(issue) => Ok(Some(issue)),
            Err(error) if error.is(StatusCode::NOT_FOUND) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads up to 100 issues in one call (Cloud only); those that cannot be seen are left out. A key that moved
    /// answers with the issue under its new key.
    pub async fn bulk_fetch(&self, ids_or_keys: &[String], ask: IssueAsk<'_>) -> Result<Vec<Issue>, Error> {
        let body = json!({
            "issueIdsOrKeys": ids_or_keys,
            "fields": ask.fields,
            "properties": ask.properties,
        });
        let path = self.api().then("issue/bulkfetch");
        let found: BulkIssues = self.ask("jira.issue.bulkfetch", path, &body).await?;
        Ok(found.issues)
    }

    /// Creates an issue. `fields` must hold `project` and `issuetype`; `properties` are set in the same call.
    pub async fn create_issue(
        &self,
        fields: &Map<String, Value>,
        properties: &[Property],
    ) -> Result<Created, Error> {
        let body = json!({ "fields": fields, "properties": properties });
        let answer = self.change("jira.issue.create", Method::POST, self.api().then("issue"), &body).await?;
        read("jira.issue.create", &answer)
    }

    /// Edits an issue: `fields` are set; `verbs` are carried out (`{"labels": [{"add": "x"}, {"remove": "y"}]}`), a
    /// field being in one of them only. Cloud is asked to return the issue, which saves a read.
    pub async fn edit_issue(
        &self,
        id_or_key: &str,
        fields: &Map<String, Value>,
        verbs: &Map<String, Value>,
    ) -> Result<Edit, Error> {
        let mut path = self.api().issue(id_or_key);
        if self.deployment() == Deployment::Cloud {
            path = path.ask("returnIssue", "true");
        }
        let body = if verbs.is_empty() {
            json!({ "fields": fields })
        } else {
            json!({ "fields": fields, "update": verbs })
        };
        let answer = self.change("jira.issue.edit", Method::PUT, path, &body).await?;
        if answer.status == StatusCode::NO_CONTENT || answer.body.is_empty() {
            return Ok(Edit::Done);
        }
        // The edit is done whatever this says: an answer nobody can read is no reason to call it failed.
        Ok(read("jira.issue.edit", &answer).map_or(Edit::Done, |issue| Edit::Returned(Box::new(issue))))
    }
}
