//! Many issues in one call: created, changed, deleted, and their histories.

use http::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::error::Error;
use crate::paged::{Page, Paged};
use crate::site::{Deployment, Jira, read};
use crate::wire::{ChangeProgress, CreatedIssues, History, Issue, IssueHistories, Property, SubmittedChange};

/// Issues that Cloud creates in one call; Data Center names no number.
pub const MOST_CREATED: usize = 50;

/// An issue to create.
#[derive(Clone, Debug, PartialEq)]
pub struct NewIssue {
    /// By id; with `project` and `issuetype`.
    pub fields: Map<String, Value>,
    /// Set in the same call.
    pub properties: Vec<Property>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Histories {
    #[serde(default)]
    issue_change_logs: Vec<IssueHistories>,
    next_page_token: Option<String>,
}

impl<'a> Jira<'a> {
    /// Creates up to [`MOST_CREATED`] issues. Some may succeed and others not; where none does, Jira refuses the call.
    pub async fn create_issues(&self, issues: &[NewIssue]) -> Result<CreatedIssues, Error> {
        let all: Vec<Value> = issues
            .iter()
            .map(|issue| json!({ "fields": issue.fields, "properties": issue.properties }))
            .collect();
        let (path, body) = (self.api().then("issue/bulk"), json!({ "issueUpdates": all }));
        let answer = self.change("jira.issue.bulk_create", Method::POST, path, &body).await?;
        read("jira.issue.bulk_create", &answer)
    }

    /// Deletes an issue, and its subtasks if that is wanted; without that, one that has some is refused.
    pub async fn delete_issue(&self, id_or_key: &str, subtasks: bool) -> Result<(), Error> {
        let path = self.api().issue(id_or_key).ask("deleteSubtasks", if subtasks { "true" } else { "false" });
        self.answer("jira.issue.delete", Method::DELETE, path, None, false).await.map(drop)
    }

    /// The whole history of an issue: oldest first on Cloud, as Data Center has it there.
    pub async fn history(&self, id_or_key: &str) -> Result<Vec<History>, Error> {
        if self.deployment() == Deployment::Cloud {
            let path = self.api().issue(id_or_key).then("changelog");
            return self.paged("jira.issue.changelog", path).all().await;
        }
        let path = self.api().issue(id_or_key).ask("fields", "created").ask("expand", "changelog");
        let issue: Issue = self.get("jira.issue.changelog", path).await?;
        Ok(issue.changelog.take().and_then(|changelog| changelog.histories.take()).unwrap_or_default())
    }

    /// The histories of up to 1,000 issues, of all fields or up to ten (Cloud only). One issue may come in several pieces.
    pub fn histories(&self, ids_or_keys: &[String], fields: &[&str]) -> Paged<'a, IssueHistories> {
        const OPERATION: &str = "jira.changelog.bulkfetch";
        let (jira, path) = (*self, self.api().then("changelog/bulkfetch"));
        let mut asked = json!({ "issueIdsOrKeys": ids_or_keys });
        if let Some(members) = asked.as_object_mut().filter(|_| !fields.is_empty()) {
            members.insert("fieldIds".to_owned(), json!(fields));
        }
        Paged::new(OPERATION, move |token| {
            let (path, mut body) = (path.clone(), asked.clone());
            if let (Some(token), Some(members)) = (&token, body.as_object_mut()) {
                members.insert("nextPageToken".to_owned(), json!(token));
            }
            async move {
                let page: Histories = jira.ask(OPERATION, path, &body).await?;
                let next = page.next_page_token.filter(|next| Some(next) != token.as_ref());
                Ok(Page { entries: page.issue_change_logs, next })
            }
        })
    }

    /// Changes fields of up to 1,000 issues (Cloud only), in its own time: see [`Jira::progress`]. `fields` are the ids,
    /// `inputs` the values in the form of "Bulk edit issues" (`editedFieldsInput`).
    pub async fn bulk_edit(
        &self,
        ids_or_keys: &[String],
        fields: &[&str],
        inputs: &Value,
    ) -> Result<SubmittedChange, Error> {
        let body = json!({
            "selectedIssueIdsOrKeys": ids_or_keys,
            "selectedActions": fields,
            "editedFieldsInput": inputs,
            "sendBulkNotification": false,
        });
        self.submit("jira.bulk.edit", "bulk/issues/fields", &body).await
    }

    /// Takes issues through a transition (Cloud only), likewise.
    pub async fn bulk_transition(
        &self,
        ids_or_keys: &[String],
        transition: &str,
    ) -> Result<SubmittedChange, Error> {
        let one = json!({ "selectedIssueIdsOrKeys": ids_or_keys, "transitionId": transition });
        let body = json!({ "bulkTransitionInputs": [one], "sendBulkNotification": false });
        self.submit("jira.bulk.transition", "bulk/issues/transition", &body).await
    }

    /// Deletes issues (Cloud only), likewise.
    pub async fn bulk_delete(&self, ids_or_keys: &[String]) -> Result<SubmittedChange, Error> {
        let body = json!({ "selectedIssueIdsOrKeys": ids_or_keys, "sendBulkNotification": false });
        self.submit("jira.bulk.delete", "bulk/issues/delete", &body).await
    }

    /// How far a change of many issues is.
    pub async fn progress(&self, task: &str) -> Result<ChangeProgress, Error> {
        self.get("jira.bulk.progress", self.api().then("bulk/queue").piece(task)).await
    }

    async fn submit(
        &self,
        operation: &'static str,
        place: &str,
        body: &Value,
    ) -> Result<SubmittedChange, Error> {
        let answer = self.change(operation, Method::POST, self.api().then(place), body).await?;
        read(operation, &answer)
    }
}
